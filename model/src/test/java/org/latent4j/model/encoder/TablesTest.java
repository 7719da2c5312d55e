package org.latent4j.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;

/** The smallest tables of token vectors against what Model2Vec and sentence-transformers compute (bench/golden/tables.py). */
class TablesTest {
    @TempDir
    Path temporary;

    private static Path folder(String name) {
        try {
            return Path.of(Objects.requireNonNull(TablesTest.class.getResource("/tables/" + name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Encoders.Options options() {
        return Encoders.Options.of(Models.Options.standard().withThreads(1).withOffline(true));
    }

    private static List<String> texts() throws IOException {
        JsonNode texts = new ObjectMapper().readTree(Files.readAllBytes(folder("texts.json")));
        return StreamSupport.stream(texts.spliterator(), false).map(JsonNode::asText).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"model2vec", "model2vec-shared", "static-embedding"})
    void vectorsAreThoseOfTheLibrariesThatSavedThem(String name) throws IOException {
        try (Encoder encoder = Encoders.open(folder(name).toString(), options());
                Safetensors expected = Safetensors.open(folder(name).resolve("expected.safetensors"))) {
            float[] vectors = encoder.encode(texts()).data();
            float[] wanted = expected.tensor("vectors").orElseThrow().floats();
            assertThat(vectors).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(vectors[i]).as("value %d", i).isCloseTo(wanted[i], within(1e-5f));
            }
            assertThat(encoder.told()).startsWith("mean of embed");
            for (int text = 0; text < texts().size(); text++) {
                assertThat(encoder.encode(texts().get(text))).isEqualTo(Arrays.copyOfRange(vectors, text * 6, (text + 1) * 6));
            }
        }
    }

    @Test
    void settingsAreFollowed() {
        try (Encoder encoder = Encoders.open(folder("model2vec").toString(), options())) {
            assertThat(encoder.normalises()).isTrue();
            assertThat(encoder.limit()).isEqualTo(512);
            assertThat(encoder.model()).isEmpty();
            assertThat(encoder.encode("\u00e9")).containsOnly(0);
            assertThat(encoder.fingerprint().site()).contains("embed");
            assertThat(encoder.fingerprint().pooling()).contains("mean");
        }
        try (Encoder encoder = Encoders.open(folder("model2vec-shared").toString(), options().withDims(3).withNormalise(true))) {
            assertThat(encoder.limit()).isEqualTo(16);
            assertThat(encoder.width()).isEqualTo(3);
            assertThat(encoder.tokens("the ".repeat(20)).isCut()).isTrue();
            assertThat(Encoders.thatMade(encoder.name(), encoder.fingerprint(), 3, options().asMade(encoder.asked())).encode("cat"))
                    .isEqualTo(encoder.encode("cat"));
        }
    }

    @Test
    void tablesThatDontFitAreRefused() throws IOException {
        Path other = temporary.resolve("other");
        copy(folder("model2vec"), other);
        String tokenizer = Files.readString(other.resolve("tokenizer.json"));
        Files.writeString(other.resolve("tokenizer.json"), tokenizer.replaceFirst("\"\\[PAD\\]\": ?0", "\"[PAD]\":0,\"more\":999"));
        refused(other, options(), "59 vectors", "1000 tokens");
        Files.writeString(other.resolve("tokenizer.json"), tokenizer);
        refused(other, options().withSite("resid_post.0"), "has no site resid_post.0", "leave --site out");
        Files.writeString(other.resolve("config.json"), "{\"model_type\": \"model2vec\", \"max_length\": 0}");
        refused(other, options(), "'max_length' is 0");
        Files.delete(other.resolve("model.safetensors"));
        refused(other, options(), "no such file");
        Path shared = temporary.resolve("shared");
        copy(folder("model2vec-shared"), shared);
        byte[] weights = Files.readAllBytes(shared.resolve("model.safetensors"));
        Files.write(shared.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 8));
        refused(shared, options(), "model.safetensors");
    }

    private static void refused(Path folder, Encoders.Options options, String... parts) {
        assertThatThrownBy(() -> Encoders.open(folder.toString(), options).close())
                .isInstanceOf(LatentException.class)
                .hasMessageContainingAll(parts)
                .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
