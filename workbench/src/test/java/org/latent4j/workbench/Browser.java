package org.latent4j.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium with one page, driven over its DevTools protocol. */
public final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path profile;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    private volatile CompletableFuture<Boolean> loaded = new CompletableFuture<>();
    private WebSocket socket;
    private String session = "";

    private Browser(Process process, Path profile) {
        this.process = process;
        this.profile = profile;
    }

    /** A Chromium on this machine's path, or nothing. */
    public static Optional<Path> find() {
        for (String name : NAMES) {
            for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    public static Browser start(Path chromium) throws Exception {
        Path profile = Files.createTempDirectory("latent-browser");
        Process process = new ProcessBuilder(chromium.toString(), "--headless", "--no-sandbox", "--disable-quic",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
                "--remote-debugging-port=0", "--window-size=1400,1000", "--user-data-dir=" + profile, "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        Browser browser = new Browser(process, profile);
        browser.connect();
        return browser;
    }

    private void connect() throws Exception {
        BufferedReader log = process.errorReader();
        CompletableFuture<String> address = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                for (String line = log.readLine(); line != null; line = log.readLine()) {
                    if (line.startsWith("DevTools listening on ")) {
                        address.complete(line.substring("DevTools listening on ".length()).strip());
                    }
                }
            } catch (IOException e) {
                address.completeExceptionally(e);
            }
        });
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address.get(60, TimeUnit.SECONDS)), new Listener()).get(30, TimeUnit.SECONDS);
        String target = call("Target.createTarget", "{\"url\":\"about:blank\"}").path("targetId").asText();
        String attach = "{\"targetId\":\"" + target + "\",\"flatten\":true}";
        session = call("Target.attachToTarget", attach).path("sessionId").asText();
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            call(domain + ".enable", "{}");
        }
    }

    /** Opens a file and waits until it has loaded. */
    public void open(Path page) throws Exception {
        requests.clear();
        complaints.clear();
        loaded = new CompletableFuture<>();
        call("Page.navigate", "{\"url\":" + JSON.writeValueAsString(page.toUri().toString()) + "}");
        loaded.get(60, TimeUnit.SECONDS);
    }

    /** The value of a JavaScript expression. */
    public JsonNode evaluate(String expression) throws Exception {
        JsonNode answer = call("Runtime.evaluate", "{\"returnByValue\":true,\"awaitPromise\":true,\"expression\":"
                + JSON.writeValueAsString(expression) + "}");
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(answer.path("exceptionDetails").toString());
        }
        return answer.path("result").path("value");
    }

    /** Moves the mouse over the middle of the first element that the selector finds. */
    public void hover(String selector) throws Exception {
        mouse("mouseMoved", selector);
    }

    public void click(String selector) throws Exception {
        hover(selector);
        mouse("mousePressed", selector);
        mouse("mouseReleased", selector);
    }

    private void mouse(String type, String selector) throws Exception {
        JsonNode middle = evaluate("(() => { const e = document.querySelector("
                + JSON.writeValueAsString(selector) + ");"
                + " if (" + type.equals("mouseMoved") + ") e.scrollIntoView({block: 'center', inline: 'center'});"
                + " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()");
        call("Input.dispatchMouseEvent", "{\"type\":\"" + type + "\",\"x\":" + middle.path(0)
                + ",\"y\":" + middle.path(1)
                + ",\"button\":\"" + (type.equals("mouseMoved") ? "none" : "left") + "\",\"clickCount\":1}");
    }

    /** Moves the mouse to each of some places on the screen, pressed or not, with Shift or without. */
    public void mouse(String type, double x, double y, boolean shift) throws Exception {
        boolean moved = type.equals("mouseMoved");
        call("Input.dispatchMouseEvent", "{\"type\":\"" + type + "\",\"x\":" + x + ",\"y\":" + y + ",\"button\":\""
                + (moved ? "none" : "left") + "\",\"clickCount\":1,\"modifiers\":" + (shift ? 8 : 0) + "}");
    }

    /** Writes text where the focus is. */
    public void type(String text) throws Exception {
        call("Input.insertText", "{\"text\":" + JSON.writeValueAsString(text) + "}");
    }

    /** Waits until a JavaScript expression is true. */
    public void await(String expression) throws Exception {
        for (long end = System.nanoTime() + 60_000_000_000L; !evaluate("!!(" + expression + ")").asBoolean(); Thread.sleep(20)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("never came true: " + expression + "; " + complaints());
            }
        }
    }

    /** What the page looks like, as PNG, in a window of some size. */
    public byte[] picture(int width, int height) throws Exception {
        size(width, height);
        Thread.sleep(500); // what moves has come to rest
        return java.util.Base64.getDecoder().decode(call("Page.captureScreenshot", "{\"format\":\"png\"}").path("data").asText());
    }

    /** Gives the page a size. */
    public void size(int width, int height) throws Exception {
        call("Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
    }

    /** Presses a key, {@code ArrowUp}. */
    public void press(String key) throws Exception {
        call("Input.dispatchKeyEvent", "{\"type\":\"keyDown\",\"key\":\"" + key + "\"}");
        call("Input.dispatchKeyEvent", "{\"type\":\"keyUp\",\"key\":\"" + key + "\"}");
    }

    /** Prefers a colour scheme: {@code light} or {@code dark}. */
    public void prefer(String scheme) throws Exception {
        call("Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
    }

    /** Every address that the page has asked for since it was opened. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Errors, warnings and violations that the browser has logged since the page was opened; not how fast a driver reads pixels. */
    public List<String> complaints() {
        return complaints.stream().filter(complaint -> !complaint.contains("GL Driver Message")).toList();
    }

    private JsonNode call(String method, String parameters) throws Exception {
        int id = calls.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.readTree(parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(message.toString(), true).get(30, TimeUnit.SECONDS);
        JsonNode whole = answer.get(60, TimeUnit.SECONDS);
        if (whole.has("error")) {
            throw new IllegalStateException(method + ": " + whole.path("error"));
        }
        return whole.path("result");
    }

    private void receive(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        switch (message.path("method").asText()) {
            case "Page.loadEventFired" -> loaded.complete(true);
            case "Network.requestWillBeSent" ->
                requests.add(message.path("params").path("request").path("url").asText());
            case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled" ->
                complaints.add(message.path("params").toString());
            default -> {
            }
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        client.close();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException _) {
            // the browser's last children may still write; the operating system cleans its temporary folder
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    receive(JSON.readTree(text.toString()));
                } catch (IOException e) {
                    complaints.add(e.toString());
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
