package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;

/**
 * The default model's states against those that transformers computes of the same weights in float32. Skipped where the
 * model was not fetched yet, or the reference files don't lie beside the repository.
 */
class DefaultModelCaptureTest {
    private static final String REFERENCE = "smollm2/smollm2-135m-instruct-q4_1.expected";
    private static final double TOLERANCE = 1e-3;
    private static final int LAYERS = 30;
    private static final int WIDTH = 576;

    @TempDir
    @Nullable
    Path temporary;

    private Path golden = Path.of("");
    private JsonNode texts = new ObjectMapper().createArrayNode();

    @BeforeEach
    void find() throws IOException {
        Path found = golden();
        assumeThat(found).as("shared/golden lies beside the repository").isNotNull();
        golden = Objects.requireNonNull(found);
        assumeThat(hasDefaultModel()).as("the default model was fetched before").isTrue();
        texts = new ObjectMapper().readTree(golden.resolve(REFERENCE + ".json").toFile());
    }

    @Test
    void rawAndChatStatesMatchTransformers() throws IOException {
        Written expected = Written.read(golden.resolve(REFERENCE + ".safetensors"));
        for (int j = 0; j < texts.size(); j++) {
            String chat = texts.get(j).get("chat").booleanValue() ? "--chat" : "--truncate";
            String text = texts.get(j).get("text").textValue();
            Written all = capture("--text", text, chat, "--sites", "resid_post.15", "--sites", "resid_post.*");
            assertThat(all.tensors().get("0.input_ids").ids()).isEqualTo(numbers(texts.get(j).get("ids")));
            assertClose(all.tensors().get("0.resid_post.15").floats(), expected.tensors().get(j + ".resid_post.15").floats());
            float[] last = expected.tensors().get(j + ".resid_post.last").floats();
            for (int layer = 0; layer < LAYERS; layer++) {
                float[] states = all.tensors().get("0.resid_post." + layer).floats();
                assertClose(
                        Arrays.copyOfRange(states, states.length - WIDTH, states.length),
                        Arrays.copyOfRange(last, layer * WIDTH, (layer + 1) * WIDTH));
            }
            Written logits = capture("--text", text, chat, "--sites", "logits", "--positions", "last");
            assertClose(logits.tensors().get("0.logits").floats(), expected.tensors().get(j + ".logits.last").floats());
        }
    }

    @Test
    void awkwardTextsHaveTheIdsThatTransformersGivesThem() throws IOException {
        Path reference = golden.resolve("smollm2/smollm2-tokenizer.expected.json");
        JsonNode expected = new ObjectMapper().readTree(reference.toFile());
        Path file = Objects.requireNonNull(temporary).resolve("texts.json");
        Files.writeString(file, new ObjectMapper().writeValueAsString(expected.findValuesAsText("text")));
        Ran ran = Ran.command(new TokensCommand(), "--offline", "--json", "--texts", file.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        JsonNode tokens = new ObjectMapper().readTree(ran.out());
        assertThat(tokens).hasSize(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(tokens.get(i).get("text")).isEqualTo(expected.get(i).get("text"));
            assertThat(tokens.get(i).get("ids")).as(tokens.get(i).toString()).isEqualTo(expected.get(i).get("ids"));
        }
    }

    @Test
    void tenMegabytesInOneLineAreTooManyTokens() throws IOException {
        Path file = Objects.requireNonNull(temporary).resolve("long.txt");
        Files.writeString(file, "short\n" + "0123456789".repeat(1 << 20));
        String out = Objects.requireNonNull(temporary).resolve("out.safetensors").toString();
        Ran ran = Ran.command(new CaptureCommand(), "--offline", "--texts", file.toString(), "--sites", "embed", "--out", out);
        assertThat(ran.mistake()).contains("long.txt line 2 has 10,485,760 tokens").contains("8,192").contains("--truncate");
    }

    private Written capture(String... arguments) throws IOException {
        Path out = Objects.requireNonNull(temporary).resolve("out.safetensors");
        String[] all = Arrays.copyOf(arguments, arguments.length + 3);
        System.arraycopy(new String[]{"--offline", "--out", out.toString()}, 0, all, arguments.length, 3);
        Ran ran = Ran.command(new CaptureCommand(), all);
        assertThat(ran.code()).as(ran.err()).isZero();
        return Written.read(out);
    }

    private static void assertClose(float[] values, float[] reference) {
        assertThat(values).hasSameSizeAs(reference);
        double largest = 0;
        double scale = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs((double) values[i] - reference[i]));
            scale = Math.max(scale, Math.abs((double) reference[i]));
        }
        assertThat(largest / scale).isLessThan(TOLERANCE);
    }

    private static int[] numbers(JsonNode array) {
        int[] numbers = new int[array.size()];
        Arrays.setAll(numbers, i -> array.get(i).intValue());
        return numbers;
    }

    private static boolean hasDefaultModel() {
        try {
            Models.open(Models.DEFAULT, Models.Options.standard().withThreads(1).withOffline(true)).close();
            return true;
        } catch (LatentException _) {
            return false;
        }
    }

    private static @Nullable Path golden() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path golden = folder.resolve("shared/golden");
            if (Files.isRegularFile(golden.resolve(REFERENCE + ".json"))) {
                return golden;
            }
        }
        return null;
    }
}
