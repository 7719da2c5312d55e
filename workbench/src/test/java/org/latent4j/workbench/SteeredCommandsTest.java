package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.WarmUp;

/** {@code --add} and {@code --ablate} of {@code generate}, {@code capture} and {@code read} on a tiny model. */
class SteeredCommandsTest {
    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    private Path direction(int dimension, Map<String, String> metadata) {
        return direction("direction", dimension, metadata);
    }

    private Path direction(String tensor, int dimension, Map<String, String> metadata) {
        float[] values = new float[64];
        values[dimension] = 2;
        Path file = folder.resolve("d" + dimension + (metadata.isEmpty() ? "" : "-of") + ".safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.add(tensor, values, values.length);
            metadata.forEach(writer::metadata);
            writer.finish();
        }
        return file;
    }

    private Ran generate(String... arguments) {
        return Ran.command(new GenerateCommand(), together(List.of("-m", model, "--prompt", "abcdef", "--max-tokens", "3"), arguments));
    }

    private static String[] together(List<String> first, String... more) {
        return java.util.stream.Stream.concat(first.stream(), java.util.Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void editsAreMadeInTheOrderGiven() throws IOException {
        String d = direction(3, Map.of()).toString();
        String[] addAblate = {"--json", "--add", d + ":1@1", "--ablate", d + "@1", "--add", d + ":2@1"};
        String[] ablateAdd = {"--json", "--ablate", d + "@1", "--add", d + ":1@1", "--add=" + d + ":2@1"};
        JsonNode one = new ObjectMapper().readTree(generate(addAblate).out()).path("steering");
        JsonNode other = new ObjectMapper().readTree(generate(ablateAdd).out()).path("steering");
        assertThat(one).extracting(n -> n.path("what").asText()).containsExactly("add 1.0", "ablate", "add 2.0");
        assertThat(other).extracting(n -> n.path("what").asText()).containsExactly("ablate", "add 1.0", "add 2.0");
        assertThat(one.get(2).path("projection_after").asDouble()).isCloseTo(4, within(1e-4));
        assertThat(other.get(2).path("projection_after").asDouble()).isCloseTo(6, within(1e-4));
    }

    @Test
    void amountsInTypicalNormsShowTheAbsoluteStrength() throws IOException {
        String d = direction(3, Map.of()).toString();
        JsonNode told = new ObjectMapper().readTree(generate("--json", "--add", d + ":0.5r@1").out()).path("steering").get(0);
        assertThat(told.path("amount").asText()).isEqualTo("0.5r");
        assertThat(told.path("strength").asDouble()).isPositive();
        assertThat(told.path("strength_norm").asDouble()).isCloseTo(2 * told.path("strength").asDouble(), within(1e-5));
        assertThat(told.path("projection_after").asDouble() - told.path("projection_before").asDouble())
                .isCloseTo(told.path("strength_norm").asDouble(), within(1e-4));
        assertThat(generate("--add", d + ":0.5r@1").err()).contains("(0.5r), norm ").contains("projection");
    }

    @Test
    void everyReportOfSeveralIsTold() {
        String d = direction(3, Map.of()).toString();
        String err = generate("--samples", "2", "--temperature", "1", "--add", d + ":1@0-1").err();
        assertThat(err.lines()).hasSize(4).allMatch(line -> line.contains(" positions: projection "));
        assertThat(err).contains("sample 0, add", "sample 1, add");
    }

    @Test
    void readSaysThatTheModelIsSteered() throws IOException {
        String d = direction(3, Map.of()).toString();
        Ran json = read("--json", "--add", d + ":4@1", "abc");
        JsonNode steering = new ObjectMapper().readTree(json.out()).path("steering");
        assertThat(steering).hasSize(1);
        assertThat(steering.get(0).path("positions").asInt()).isEqualTo(3);
        assertThat(new ObjectMapper().readTree(read("--json", "abc").out()).path("layers").get(3))
                .isNotEqualTo(new ObjectMapper().readTree(json.out()).path("layers").get(3));
        Ran table = read("--ablate", d + "@attn_out.1", "abc");
        assertThat(table.out()).contains("STEERED: ablate /");
        assertThat(table.err()).contains("at attn_out.1, 3 positions");
        Path page = folder.resolve("page.html");
        read("--html", page.toString(), "--add", d + ":4@1", "abc");
        assertThat(Files.readString(page)).contains("STEERED: add");
        assertThat(read("--add", d + ":4@final_norm", "abc").err()).contains("never reached");
    }

    private Ran read(String... arguments) {
        return Ran.command(new ReadCommand(WarmUp.NONE), together(List.of("-m", model), arguments));
    }

    @Test
    void capturesAreSteeredAndSayHow() throws IOException {
        String d = direction(3, Map.of()).toString();
        Path plain = folder.resolve("plain.safetensors");
        Path steered = folder.resolve("steered.safetensors");
        capture(plain);
        Ran ran = capture(steered, "--add", d + ":1.5@1", "--add", d + ":0.5r@0");
        Written one = Written.read(plain);
        Written other = Written.read(steered);
        float[] before = one.tensors().get("1.resid_post.0").floats();
        float[] after = other.tensors().get("1.resid_post.0").floats();
        JsonNode told = new ObjectMapper().readTree(other.metadata().get("steering"));
        assertThat(after[3] - before[3]).isCloseTo(2 * (float) told.get(1).path("strength").path("resid_post.0").asDouble(),
                within(1e-4f));
        assertThat(told.get(0).path("sha256").asText()).hasSize(64);
        assertThat(told.get(0).path("strength").path("resid_post.1").asDouble()).isEqualTo(1.5);
        assertThat(one.metadata()).doesNotContainKey("steering");
        assertThat(ran.err()).contains("at resid_post.1, 5 positions: projection");
    }

    private Ran capture(Path out, String... more) {
        return Ran.command(new CaptureCommand(), together(List.of("-m", model, "--text", "abc", "--text", "de", "--sites", "resid_post.0-1",
                "-o", out.toString()), more));
    }

    @Test
    void aDirectionOfAnotherModelIsRefused() {
        Path other = direction(4, Map.of("model_sha256", "0123456789abcdef".repeat(4)));
        assertThat(generate("--add", other + ":1@1").mistake()).contains("made for another model (0123456789ab)");
        assertThat(read("--ablate", other + "@1", "abc").mistake()).contains("made for another model");
    }

    @Test
    void aDirectionOfAnotherKindOfSiteIsRefusedWithBothNames() {
        Path other = direction("direction.mlp_out.1", 4, Map.of());
        assertThat(generate("--add", other + ":1@mlp_out.1").code()).isZero();
        assertThat(generate("--add", other + ":1@1").mistake()).contains("has directions of mlp_out, not of resid_post.1");
        assertThat(generate("--ablate", other + "@attn_out.1").mistake()).contains("mlp_out").contains("--sites attn_out.1");
    }

    @Test
    void aDirectionOfThisModelIsTaken() throws IOException {
        String sha256 = new ObjectMapper().readTree(read("--json", "abc").out()).path("fingerprint").path("model_sha256").asText();
        Path own = direction(5, Map.of("model_sha256", sha256));
        assertThat(generate("--add", own + ":1@1").code()).isZero();
    }

    @Test
    void mistakesAreOneLine() {
        String d = direction(3, Map.of()).toString();
        assertThat(read("--add", d, "abc").mistake()).contains("FILE:AMOUNT@LAYERS");
        assertThat(read("--ablate", d, "abc").mistake()).contains("FILE@LAYERS");
        assertThat(read("--add", d + ":1@3-9", "abc").mistake()).contains("layer");
        assertThat(read("--add", d + ":1@attn_pattern.1", "abc").mistake()).contains("softmax weights");
        assertThat(read("--add", d + ":1@mlp_act.1", "abc").mistake()).contains("64 values");
        assertThat(read("--add", d + ":NaN@1", "abc").mistake()).contains("not an amount");
        assertThat(read("--add", folder.resolve("none.safetensors") + ":1@1", "abc").mistake()).contains("none.safetensors");
        assertThat(generate("--cache", "f8").mistake()).contains("f32 or f16");
    }
}
