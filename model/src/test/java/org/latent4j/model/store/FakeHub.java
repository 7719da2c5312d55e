package org.latent4j.model.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A hub in this process: repositories of files, with ranges, entity tags, redirects, and whatever can go wrong. */
final class FakeHub implements AutoCloseable {
    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable String redirectTo;
    volatile String tag = "\"v1\"";
    volatile boolean ranges = true;
    volatile String listedCommit = "0123456789abcdef0123456789abcdef01234567";

    record Request(String path, @Nullable String range, @Nullable String ifRange, @Nullable String authorization) {}

    /** What happens to a request instead of, or before, a good answer; each trouble happens once. */
    @FunctionalInterface
    interface Trouble {
        /** Returns true if it has answered. */
        boolean meet(HttpExchange exchange, byte[] content) throws IOException;
    }

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void put(String repository, String file, byte[] content) {
        files.put(repository + "/" + file, content);
    }

    /** The next request for a file of this name meets it. */
    void trouble(String file, Trouble trouble) {
        troubles.put(file, trouble);
    }

    /** Files are answered by a redirect there, as the hub does with large ones. */
    void redirectTo(String url) {
        redirectTo = url;
    }

    List<Request> requestsFor(String file) {
        return requests.stream().filter(request -> request.path().endsWith("/" + file)).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            String path = exchange.getRequestURI().getPath();
            requests.add(new Request(path, headers.getFirst("Range"), headers.getFirst("If-Range"), headers.getFirst("Authorization")));
            String name = path.substring(path.lastIndexOf('/') + 1);
            String[] parts = path.split("/", -1);
            if (path.startsWith("/api/models/")) {
                answerListing(exchange, parts[3] + "/" + parts[4]);
                return;
            }
            byte[] content = parts.length < 6
                    ? null
                    : files.get(parts[1] + "/" + parts[2] + "/" + String.join("/", List.of(parts).subList(5, parts.length)));
            @Nullable
            Trouble trouble = troubles.remove(name);
            if (trouble != null && trouble.meet(exchange, content == null ? new byte[0] : content)) {
                return;
            }
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (redirectTo != null) {
                exchange.getResponseHeaders().set("Location", redirectTo + path);
                exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
                exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
                exchange.sendResponseHeaders(302, -1);
            } else {
                answerFile(exchange, content);
            }
        }
    }

    private void answerListing(HttpExchange exchange, String repository) throws IOException {
        @Nullable
        Trouble trouble = troubles.remove("listing");
        if (trouble != null && trouble.meet(exchange, new byte[0])) {
            return;
        }
        List<Object> siblings = new ArrayList<>();
        files.forEach((path, content) -> {
            if (path.startsWith(repository + "/")) {
                Map<String, Object> sibling = new LinkedHashMap<>();
                sibling.put("rfilename", path.substring(repository.length() + 1));
                sibling.put("size", content.length);
                if (path.endsWith(".gguf") || path.endsWith(".safetensors")) {
                    sibling.put("lfs", Map.of("sha256", sha256(content), "size", content.length));
                }
                siblings.add(sibling);
            }
        });
        if (siblings.isEmpty()) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        byte[] json = Json.write(Map.of("sha", listedCommit, "siblings", siblings, "tags", List.of("license:apache-2.0")))
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
    }

    void answerFile(HttpExchange exchange, byte[] content) throws IOException {
        @Nullable
        String range = exchange.getRequestHeaders().getFirst("Range");
        @Nullable
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        exchange.getResponseHeaders().set("ETag", tag);
        if (range == null || !ranges || ifRange != null && !ifRange.equals(tag)) {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
            return;
        }
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        if (from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        exchange.sendResponseHeaders(206, content.length - from);
        exchange.getResponseBody().write(content, from, content.length - from);
    }

    static Trouble status(int status) {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    /** The announced length is right, but the connection ends after {@code bytes} of the body. */
    static Trouble cutAfter(int bytes, String tag) {
        return (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", tag);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            return true;
        };
    }

    /** The files of a package or another model under the same name. */
    static Trouble other(byte[] other) {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(200, other.length);
            exchange.getResponseBody().write(other);
            return true;
        };
    }

    static String sha256(byte[] content) {
        Sha256 sha256 = new Sha256();
        sha256.add(content, content.length);
        return sha256.hex();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
