package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.model.tokenizer.TextStream;

/**
 * The default model against what transformers computes of the same weights, dequantised, in single precision. Fetches the
 * model once; skipped with a message where there is neither network nor cache.
 */
class DefaultModelTest {
    private static @Nullable Model opened;
    private static JsonNode texts = new ObjectMapper().createArrayNode();

    @BeforeAll
    static void open() throws IOException {
        try {
            opened = Models.open(Models.DEFAULT);
        } catch (LatentException e) {
            abort("the default model can't be had: " + e.getMessage());
        }
        try (InputStream json = DefaultModelTest.class.getResourceAsStream("/smollm2/smollm2-135m-instruct-q4_1.expected.json")) {
            texts = new ObjectMapper().readTree(json);
        }
    }

    @AfterAll
    static void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static Model model() {
        return Objects.requireNonNull(opened);
    }

    private static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    @Test
    void tokensOfRawAndChatTextsAreTheReferences() {
        for (JsonNode text : texts) {
            PromptMode mode = text.path("chat").asBoolean() ? PromptMode.CHAT : PromptMode.RAW;
            assertThat(model().tokens(text.path("text").asText(), mode)).isEqualTo(ids(text.path("ids")));
        }
    }

    @Test
    void theLensSaysWhatTheReferenceSaysAtEveryLayer() {
        for (JsonNode text : texts) {
            Trace trace = model().traces(List.of(ids(text.path("ids"))), Sites.of("resid_post.*"), Positions.LAST).getFirst();
            JsonNode layers = text.path("lens_top3_last_position");
            for (int layer = 0; layer < layers.size(); layer++) {
                Matrix probabilities = model().read(trace.get("resid_post." + layer));
                model().toProbabilities(probabilities);
                for (JsonNode candidate : layers.get(layer)) {
                    assertThat(nearestProbability(probabilities, candidate.get(0).asText(), candidate.get(1).asDouble()))
                            .as("layer %d of '%s': '%s'", layer, text.path("text").asText(), candidate.get(0).asText())
                            .isLessThan(1e-3);
                }
            }
        }
    }

    /** How far the nearest probability of a token that says this is from the expected one: several tokens may look alike. */
    private static double nearestProbability(Matrix probabilities, String token, double expected) {
        double nearest = 1;
        for (int id = 0; id < probabilities.columns(); id++) {
            if (Math.abs(probabilities.at(0, id) - expected) < nearest && model().tokenizer().token(id).equals(token)) {
                nearest = Math.abs(probabilities.at(0, id) - expected);
            }
        }
        return nearest;
    }

    @Test
    void statesAndLogitsMatchTheReference() {
        try (Safetensors expected = Safetensors.open(reference())) {
            for (int j = 0; j < texts.size(); j++) {
                Trace trace = model().trace(ids(texts.get(j).path("ids")), Sites.of("resid_post.*,logits"));
                float[] last = expected.tensor(j + ".resid_post.last").orElseThrow().floats();
                for (int layer = 0; layer < 30; layer++) {
                    Matrix states = trace.get("resid_post." + layer);
                    float[] row = java.util.Arrays.copyOfRange(last, layer * 576, (layer + 1) * 576);
                    assertThat(error(states.row(states.rows() - 1), row)).isLessThan(1e-3);
                }
                assertThat(error(trace.get("resid_post.15").data(), expected.tensor(j + ".resid_post.15").orElseThrow().floats()))
                        .isLessThan(1e-3);
                Matrix logits = trace.get("logits");
                assertThat(error(logits.row(logits.rows() - 1), expected.tensor(j + ".logits.last").orElseThrow().floats()))
                        .isLessThan(1e-3);
            }
        }
    }

    private static Path reference() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("shared/golden/smollm2/smollm2-135m-instruct-q4_1.expected.safetensors");
            if (Files.exists(file)) {
                return file;
            }
        }
        return abort("shared/golden isn't beside the project");
    }

    private static double error(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }

    @Test
    void greedyContinuationMatchesTheReference() {
        JsonNode text = texts.get(0);
        List<Integer> ids = new ArrayList<>();
        for (int id : ids(text.path("ids"))) {
            ids.add(id);
        }
        TextStream said = model().tokenizer().stream();
        StringBuilder streamed = new StringBuilder();
        for (JsonNode expected : text.path("greedy")) {
            int[] soFar = ids.stream().mapToInt(Integer::intValue).toArray();
            Matrix logits = model().traces(List.of(soFar), Sites.of("logits"), Positions.LAST).getFirst().get("logits");
            int best = 0;
            for (int id = 1; id < logits.columns(); id++) {
                best = logits.at(0, id) > logits.at(0, best) ? id : best;
            }
            assertThat(best).isEqualTo(expected.asInt());
            streamed.append(said.add(best));
            ids.add(best);
        }
        assertThat(streamed.append(said.finish()).toString()).isEqualTo(text.path("greedy_text").asText());
    }

    @Test
    void aTextsStatesAreTheSameBitsAloneAndInABatch() {
        assumeTrue(texts.size() > 2);
        List<int[]> batch = new ArrayList<>();
        for (JsonNode text : texts) {
            batch.add(ids(text.path("ids")));
        }
        List<Trace> packed = model().traces(batch, Sites.of("resid_post.*,logits"), Positions.ALL);
        for (int j = 0; j < batch.size(); j++) {
            Trace alone = model().trace(batch.get(j), Sites.of("resid_post.29,logits"));
            assertThat(packed.get(j).get("resid_post.29")).isEqualTo(alone.get("resid_post.29"));
            assertThat(packed.get(j).get("logits")).isEqualTo(alone.get("logits"));
        }
    }

    @Test
    void steeredAndAblatedLogitsAndContinuationsMatchTheReference() {
        try (Safetensors expected = Safetensors.open(reference())) {
            float[] direction = expected.tensor("direction").orElseThrow().floats();
            Steering steering = Steering.add(direction, 8, Sites.of("resid_post.10-20"));
            Steering ablation = Steering.ablate(direction, Sites.of("resid_post.*"));
            for (int j = 0; j < texts.size(); j++) {
                int[] ids = ids(texts.get(j).path("ids"));
                Matrix steered = model().trace(ids, Sites.of("logits"), steering).get("logits");
                assertThat(error(steered.row(ids.length - 1), expected.tensor(j + ".steered.logits.last").orElseThrow().floats()))
                        .isLessThan(1e-3);
                Matrix ablated = model().trace(ids, Sites.of("logits"), ablation).get("logits");
                assertThat(error(ablated.row(ids.length - 1), expected.tensor(j + ".ablated.logits.last").orElseThrow().floats()))
                        .isLessThan(1e-3);
                Generation greedy = Generation.greedy(24).withIgnoreEnd(true);
                int[] plain = ids(texts.get(j).path("greedy"));
                int[] moved = ids(texts.get(j).path("steered_greedy"));
                assertThat(java.util.Arrays.copyOf(model().generate(ids, greedy).ids(), plain.length)).isEqualTo(plain);
                assertThat(java.util.Arrays.copyOf(model().generate(ids, greedy.with(steering)).ids(), moved.length)).isEqualTo(moved);
            }
        }
    }

    @Test
    void repengsControlVectorMovesContinuationsAsInTheReference() throws IOException {
        Path folder = reference().getParent().resolveSibling("control-vector");
        JsonNode expected = new ObjectMapper().readTree(folder.resolve("repeng-happy.expected.json").toFile());
        DirectionFile file = DirectionFile.open(folder.resolve("repeng-happy.gguf"));
        for (String strength : List.of("-1.5", "0", "1.5")) {
            Steering steering = Steering.NONE;
            for (int layer : ids(expected.path("layers"))) {
                Sites site = Sites.of("resid_post." + layer);
                steering = steering.then(Steering.add(file.at(layer), Float.parseFloat(strength), site));
            }
            Continuation said = model().generate(ids(expected.path("prompt_ids")), Generation.greedy(32).with(steering));
            assertThat(said.ids()).as(strength).isEqualTo(ids(expected.path("outputs").path(strength).path("ids")));
            assertThat(said.text()).isEqualTo(expected.path("outputs").path(strength).path("text").asText());
        }
    }

    /** More than runs at once by itself: the bits of all at once, also of what only the second piece holds. */
    @Test
    void aLongTextInPiecesHasTheBitsOfOneAllAtOnce() {
        int[] ids = new int[Model.PIECE + 70];
        java.util.Arrays.setAll(ids, i -> 1000 + i * 31 % 4000);
        Sites sites = Sites.of("resid_post.0,resid_post.7");
        List<Trace> pieces = model().traces(List.of(ids), sites, Positions.ALL);
        Trace whole = new Tracer(model(), sites, Positions.ALL, 2 * Model.PIECE).run(List.of(ids), List.of(Steering.NONE)).traces()
                .getFirst();
        assertThat(pieces.getFirst().get("resid_post.0")).isEqualTo(whole.get("resid_post.0"));
        assertThat(pieces.getFirst().get("resid_post.7")).isEqualTo(whole.get("resid_post.7"));
    }
}
