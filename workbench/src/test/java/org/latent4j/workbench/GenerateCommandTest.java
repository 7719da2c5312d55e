package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.SafetensorsWriter;

/** {@code latent generate} on a tiny model. */
class GenerateCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private static Ran run(String... arguments) {
        return Ran.command(new GenerateCommand(), arguments);
    }

    private Path direction(String name, float... values) {
        Path file = folder.resolve(name);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.add("direction", values, values.length);
            writer.finish();
        }
        return file;
    }

    private Path towards(int dimension) {
        float[] values = new float[64];
        values[dimension] = 2;
        return direction("d" + dimension + ".safetensors", values);
    }

    @Test
    void jsonTellsWhatWasSaidAndWhatSteeringDid() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        Ran ran = run("-m", model, "--prompt", "abc", "--max-tokens", "4", "--ignore-eos", "--json", "--add",
                towards(3) + ":1.5@0-1", "--ablate", towards(5) + "@attn_out.2");
        JsonNode json = new ObjectMapper().readTree(ran.out());
        assertThat(json.path("prompt_ids").toString()).isEqualTo("[97,98,99]");
        assertThat(json.path("ids")).hasSize(4);
        assertThat(json.path("stop").asText()).isEqualTo("max-tokens");
        assertThat(json.path("steering")).hasSize(3);
        JsonNode first = json.path("steering").get(0);
        assertThat(first.path("site").asText()).isEqualTo("resid_post.0");
        assertThat(first.path("positions").asInt()).isEqualTo(6);
        assertThat(first.path("projection_after").asDouble() - first.path("projection_before").asDouble())
                .isCloseTo(3, org.assertj.core.data.Offset.offset(1e-4));
    }

    @Test
    void aPrecisionThatDoesNotExistOrChangesNothingIsRefused() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        assertThat(run("-m", model, "--prompt", "abc", "--precision", "int4").err()).contains("'int4' is no precision; give f32 or int8");
        assertThat(run("-m", model, "--prompt", "abc", "--precision", "int8").err()).contains("precision int8 would change nothing");
    }

    @Test
    void aSeedGivesTheSameSamplesOnAnyThreads() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        String[] outs = new String[2];
        for (int threads = 1; threads <= 2; threads++) {
            outs[threads - 1] = run("-m", model, "--prompt", "abc", "--max-tokens", "8", "--temperature", "1", "--seed", "5", "--samples",
                    "3",
                    "--threads", "" + threads, "--json", "--add", towards(3) + ":0.5r@1").out();
        }
        assertThat(outs[0]).isEqualTo(outs[1]);
        assertThat(new ObjectMapper().readTree(outs[0]).path("samples")).hasSize(3);
    }

    @Test
    void promptsOfAFileAreContinuedTogether() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "abc\nabd\n");
        JsonNode json = new ObjectMapper().readTree(run("-m", model, "--prompts", prompts.toString(), "--max-tokens", "3", "--json").out());
        assertThat(json).hasSize(2);
        JsonNode alone = new ObjectMapper().readTree(run("-m", model, "--prompt", "abd", "--max-tokens", "3", "--json").out());
        assertThat(json.get(1).path("ids")).isEqualTo(alone.path("ids"));
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        String good = towards(1).toString();
        mistake("one of them", "-m", model);
        mistake("at most 125", "-m", model, "--prompt", "abc", "--max-tokens", "126");
        mistake("temperature", "-m", model, "--prompt", "abc", "--temperature", "-1");
        mistake("FILE:AMOUNT@LAYERS", "-m", model, "--prompt", "abc", "--add", good);
        mistake("not an amount", "-m", model, "--prompt", "abc", "--add", good + ":much@1");
        mistake("no layer 9", "-m", model, "--prompt", "abc", "--add", good + ":1@9");
        mistake("is zero", "-m", model, "--prompt", "abc", "--add", direction("zero.safetensors", new float[64]) + ":1@1");
        mistake("NaN", "-m", model, "--prompt", "abc", "--ablate", direction("nan.safetensors", Float.NaN, 1) + "@1");
        mistake("2 values", "-m", model, "--prompt", "abc", "--add", direction("short.safetensors", 1, 2) + ":1@1");
        mistake("top-p", "-m", model, "--prompt", "abc", "--top-p", "0");
        mistake("top-k", "-m", model, "--prompt", "abc", "--top-k", "-1");
        mistake("min-p", "-m", model, "--prompt", "abc", "--min-p", "1.5");
        mistake("repeat-penalty", "-m", model, "--prompt", "abc", "--repeat-penalty", "0");
        mistake("samples 0", "-m", model, "--prompt", "abc", "--samples", "0");
        mistake("--seed", "-m", model, "--prompt", "abc", "--seed", "99999999999999999999");
        mistake("--temperature", "-m", model, "--prompt", "abc", "--temperature", "warm");
        mistake("--system is for --chat", "-m", model, "--prompt", "abc", "--system", "s");
        mistake("encoder", "-m", TinyModel.folder().resolveSibling("bert").toString(), "--prompt", "abc");
        mistake("stop string", "-m", model, "--prompt", "abc", "--stop", "");
    }

    @Test
    void chatAndSystemGoThroughTheTemplate() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        JsonNode json = new ObjectMapper().readTree(
                run("-m", model, "--prompt", "a", "--chat", "--system", "s", "--max-tokens", "1", "--json").out());
        StringBuilder seen = new StringBuilder();
        json.path("prompt_ids").forEach(id -> seen.append((char) id.asInt()));
        assertThat(seen.toString()).isEqualTo("[system]s[user]a[assistant]");
    }

    @Test
    void aStrengthThatOverflowsIsToldWithItsLayer() throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        Ran ran = run("-m", model, "--prompt", "abc", "--add", towards(3) + ":1e38@1", "--add", towards(3) + ":1e38@1");
        assertThat(ran.code()).isZero();
        assertThat(ran.err()).contains("the states overflow: give less strength", "stopped: overflow at resid_post.1; give less strength");
    }

    private static void mistake(String part, String... arguments) {
        assertThat(run(arguments).mistake()).contains(part);
    }
}
