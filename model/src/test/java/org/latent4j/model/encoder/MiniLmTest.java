package org.latent4j.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Models;

/** The default encoder against what sentence-transformers computes. Fetched once; skipped where there is neither network nor cache. */
class MiniLmTest {
    private static @Nullable Encoder opened;
    private static JsonNode golden = new ObjectMapper().createArrayNode();
    private static float[] expected = {};

    @BeforeAll
    static void open() throws IOException, URISyntaxException {
        try {
            opened = Encoders.open(Encoders.DEFAULT);
        } catch (LatentException e) {
            abort("the default encoder can't be had: " + e.getMessage());
        }
        try (InputStream json = MiniLmTest.class.getResourceAsStream("/minilm/minilm.expected.json")) {
            golden = new ObjectMapper().readTree(json);
        }
        Path file = Path.of(Objects.requireNonNull(MiniLmTest.class.getResource("/minilm/minilm.expected.safetensors")).toURI());
        try (Safetensors states = Safetensors.open(file)) {
            expected = states.tensor("embeddings").orElseThrow().floats();
        }
    }

    @AfterAll
    static void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static Encoder encoder() {
        return Objects.requireNonNull(opened);
    }

    private static List<String> texts() {
        return StreamSupport.stream(golden.spliterator(), false).map(text -> text.path("text").asText()).toList();
    }

    @Test
    void idsAreThoseOfTransformers() {
        for (JsonNode text : golden) {
            int[] ids = StreamSupport.stream(text.path("ids").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
            Encoder.Tokens tokens = encoder().tokens(text.path("text").asText());
            assertThat(tokens.whole()).isEqualTo(ids.length);
            int[] cut = ids.length <= 256 ? ids : java.util.Arrays.copyOf(ids, 256);
            cut[cut.length - 1] = ids[ids.length - 1];
            assertThat(tokens.ids()).isEqualTo(cut);
        }
    }

    @Test
    void vectorsAreThoseOfSentenceTransformers() {
        Matrix vectors = encoder().encode(texts());
        assertThat(vectors.data()).hasSameSizeAs(expected);
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs(vectors.data()[i] - expected[i]));
        }
        assertThat(difference).isLessThan(1e-5);
    }

    @Test
    void aVectorIsTheSameBitsAloneInAnyOrderAndOnAnyThreads() {
        Matrix together = encoder().encode(texts());
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < texts().size(); i++) {
            order.add(i);
        }
        Collections.reverse(order);
        Matrix reversed = encoder().encode(order.stream().map(texts()::get).toList());
        try (Encoder alone = Encoders.open(Encoders.DEFAULT, Encoders.Options.of(Models.Options.standard().withThreads(1)))) {
            for (int i = 0; i < order.size(); i++) {
                float[] one = alone.encode(texts().get(i));
                assertThat(row(together, i)).isEqualTo(one);
                assertThat(row(reversed, order.size() - 1 - i)).isEqualTo(one);
            }
        }
    }

    private static float[] row(Matrix matrix, int row) {
        return java.util.Arrays.copyOfRange(matrix.data(), row * matrix.columns(), (row + 1) * matrix.columns());
    }

    @Test
    void aTextOverTheLimitIsCutBetweenItsSpecialTokens() {
        Encoder.Tokens tokens = encoder().tokens("word ".repeat(400));
        assertThat(tokens.isCut()).isTrue();
        assertThat(tokens.whole()).isEqualTo(402);
        assertThat(tokens.ids()).hasSize(256).startsWith(101).endsWith(102);
        assertThat(encoder().tokens("word").isCut()).isFalse();
    }

    @Test
    void chunksAreTextThatCoversEverything() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append("number ").append(i * 7919).append(i % 10 == 9 ? ".\n\n" : ", ");
        }
        List<String> chunks = encoder().chunks(text.toString(), 40, 10);
        int reached = 0;
        for (String chunk : chunks) {
            assertThat(encoder().count(chunk)).isLessThanOrEqualTo(40);
            int at = text.indexOf(chunk, Math.max(0, reached - 80));
            assertThat(at).isBetween(Math.max(0, reached - 80), reached + 3);
            reached = at + chunk.length();
        }
        assertThat(reached).isEqualTo(text.toString().stripTrailing().length());
        assertThat(encoder().chunks("short", 40, 10)).containsExactly("short");
        assertThat(encoder().chunks("x".repeat(3000), 40, 0)).allMatch(chunk -> encoder().count(chunk) <= 40);
    }
}
