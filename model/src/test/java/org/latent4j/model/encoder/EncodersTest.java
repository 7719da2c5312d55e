package org.latent4j.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Models;

/** The smallest sentence encoders, of random weights, against what sentence-transformers computes (bench/golden/encoders.py). */
class EncodersTest {
    @TempDir
    @Nullable
    Path temporary;

    static Path folder(String name) {
        try {
            return Path.of(Objects.requireNonNull(EncodersTest.class.getResource("/encoders/" + name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Encoders.Options options() {
        return Encoders.Options.of(Models.Options.standard().withThreads(2).withOffline(true));
    }

    private static List<String> texts() throws IOException {
        JsonNode texts = new ObjectMapper().readTree(Files.readAllBytes(folder("texts.json")));
        return StreamSupport.stream(texts.spliterator(), false).map(JsonNode::asText).toList();
    }

    private static float[] expected(String name) {
        try (Safetensors file = Safetensors.open(folder(name).resolve("expected.safetensors"))) {
            return file.tensor("vectors").orElseThrow().floats();
        }
    }

    private static double relativeError(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }

    @ParameterizedTest
    @ValueSource(strings = {"cls-dense", "max-gelu", "many", "prompts", "prompt-left-out", "lower-case", "mpnet", "modernbert", "nomic",
        "qwen3"})
    void vectorsAreThoseOfSentenceTransformers(String name) throws IOException {
        try (Encoder encoder = Encoders.open(folder(name).toString(), options())) {
            assertThat(relativeError(encoder.encode(texts()).data(), expected(name))).isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "mpnet", "modernbert", "nomic", "qwen3"})
    void aVectorIsTheSameBitsWhateverTheBatchAndTheThreads(String name) throws IOException {
        List<String> texts = new ArrayList<>(texts());
        for (int i = 0; i < 60; i++) {
            texts.add("the cat ".repeat(i % 17) + i);
        }
        try (Encoder encoder = Encoders.open(folder(name).toString(), options());
                Encoder alone = Encoders.open(folder(name).toString(), Encoders.Options.of(Models.Options.standard().withThreads(1)))) {
            Matrix together = encoder.encode(texts);
            for (int i = 0; i < texts.size(); i++) {
                float[] row = Arrays.copyOfRange(together.data(), i * together.columns(), (i + 1) * together.columns());
                assertThat(alone.encode(texts.get(i))).isEqualTo(row);
            }
        }
    }

    @Test
    void aGgufSaysItsPoolingAndGivesTheSameVectors() throws IOException {
        try (Encoder gguf = Encoders.open(folder("nomic.gguf").toString(), options())) {
            assertThat(gguf.told()).isEqualTo("mean of resid_post.1, normalised (GGUF)");
            // a GGUF has no limit but the context, and llama.cpp's WordPiece always puts text in lower case
            List<String> alike = texts().stream()
                    .filter(text -> gguf.tokens(text).whole() <= 32 && text.equals(text.toLowerCase(Locale.ROOT))).toList();
            try (Encoder of = Encoders.open(folder("nomic").toString(), options())) {
                assertThat(gguf.encode(alike)).isEqualTo(of.encode(alike));
            }
        }
        try (Encoder gguf = Encoders.open(folder("bert-cls.gguf").toString(), options());
                Encoder same = Encoders.open(folder("cls-dense").toString(), options().withSite("resid_post.1").withPooling(Pooling.CLS)
                        .withNormalise(true))) {
            assertThat(gguf.told()).startsWith("cls of");
            assertThat(gguf.encode("the cat sat")).isEqualTo(same.encode("the cat sat"));
        }
    }

    @Test
    void promptsAreChosenByNameOrGiven() {
        String name = folder("prompts").toString();
        try (Encoder standard = Encoders.open(name, options());
                Encoder query = Encoders.open(name, options().withPromptName("query"));
                Encoder given = Encoders.open(name, options().withPrompt("query: "));
                Encoder none = Encoders.open(name, options().withPrompt(""))) {
            assertThat(standard.prompt()).isEqualTo("text: ");
            assertThat(query.encode("cat")).isEqualTo(given.encode("cat")).isEqualTo(none.encode("query: cat"))
                    .isEqualTo(standard.forQueries().encode("cat"));
            assertThat(standard.encode("cat")).isNotEqualTo(query.encode("cat"));
            assertThat(standard.fingerprint()).isNotEqualTo(query.fingerprint());
            assertThat(none.forQueries().prompt()).isEqualTo("query: ");
        }
        try (Encoder own = Encoders.open(name, options().withPrompt("cluster: "))) {
            assertThat(own.forQueries().prompt()).isEqualTo("cluster: ");
        }
        refused(name, options().withPromptName("passages"), "no prompt 'passages'", "query");
        refused(folder("many").toString(), options().withPromptName("passage"), "no prompt 'passage'", "it has document, query");
    }

    @Test
    void fewerDimensionsAreTheFirstOnesMadeLengthOne() {
        try (Encoder whole = Encoders.open(folder("mpnet").toString(), options());
                Encoder cut = Encoders.open(folder("mpnet").toString(), options().withDims(6))) {
            float[] first = Arrays.copyOf(whole.encode("cat"), 6);
            assertThat(cut.width()).isEqualTo(6);
            assertThat(cut.encode("cat")).isEqualTo(new Step.Normalise().apply(first));
        }
        refused(folder("mpnet").toString(), options().withDims(17), "dims 17", "1 to 16");
    }

    @Test
    void aFolderThatSaysNothingIsPooledByTheMeanAndThatIsSaid() throws IOException {
        Path plain = Objects.requireNonNull(temporary).resolve("plain");
        Files.createDirectory(plain);
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(folder("mpnet").resolve(file), plain.resolve(file));
        }
        List<String> notices = new ArrayList<>();
        Encoders.Options listening = Encoders.Options.of(options().model().withNotices(notices::add));
        try (Encoder encoder = Encoders.open(plain.toString(), listening);
                Encoder same = Encoders.open(folder("mpnet").toString(), options().withNormalise(false))) {
            assertThat(notices).anyMatch(line -> line.contains("no modules.json") && line.contains("mean pooling"));
            assertThat(encoder.encode("the cat")).isEqualTo(same.encode("the cat"));
        }
    }

    @Test
    void modulesThatArentKnownAreRefusedByName() throws IOException {
        Path other = Objects.requireNonNull(temporary).resolve("other");
        copy(folder("mpnet"), other);
        for (String[] change : new String[][]{
            {"Normalize", "WeightedLayerPooling", "WeightedLayerPooling"},
            {"\"1_Pooling\"", "\"../mpnet\"", "only folders within it"},
            {"\"1_Pooling\"", "\"/etc\"", "only folders within it"},
            {"Pooling", "CNN", "CNN"},
            {"[", "{", "can't be read"}}) {
            String modules = Files.readString(folder("mpnet").resolve("modules.json"));
            Files.writeString(other.resolve("modules.json"), modules.replace(change[0], change[1]));
            refused(other.toString(), options(), change[2]);
        }
    }

    @Test
    void damagedSettingsAreRefusedInOneLine() throws IOException {
        Path other = Objects.requireNonNull(temporary).resolve("other");
        copy(folder("cls-dense"), other);
        for (String[] change : new String[][]{
            {"1_Pooling/config.json", "\"cls\"", "\"middle\"", "no pooling 'middle'"},
            {"1_Pooling/config.json", "16", "999", "999 dimensions"},
            {"2_Dense/config.json", "12", "99999999", "99999999"},
            {"2_Dense/config.json", "12", "13", "asks for [13, 16]"},
            {"2_Dense/config.json", "Tanh", "Mystery", "Mystery"},
            {"config_sentence_transformers.json", "\"default_prompt_name\": null", "\"default_prompt_name\": \"no\"", "'no'"},
            {"config_sentence_transformers.json", "\"prompts\": {", "\"prompts\": {\"x\": 7,", "no text"}}) {
            Path file = other.resolve(change[0]);
            String before = Files.readString(file);
            assertThat(before).contains(change[1]);
            Files.writeString(file, before.replace(change[1], change[2]));
            refused(other.toString(), options(), change[3]);
            Files.writeString(file, before);
        }
    }

    private static void refused(String name, Encoders.Options options, String... parts) {
        assertThatThrownBy(() -> Encoders.open(name, options).close())
                .isInstanceOf(LatentException.class)
                .hasMessageContainingAll(parts)
                .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void queriesAreEncodedByWhatMadeTheVectorsAndByNothingElse() {
        Models.Options models = options().model();
        String prompts = folder("prompts").toString();
        String mpnet = folder("mpnet").toString();
        try (Encoder made = Encoders.open(prompts, options().withDims(8));
                Encoder query = Encoders.forQueries(made.name(), made.fingerprint(), 8, models);
                Encoder same = Encoders.open(prompts, options().withDims(8).withPromptName("query"))) {
            assertThat(query.encode("cat")).isEqualTo(same.encode("cat"));
            refusedQueries(mpnet, made.fingerprint(), 8, "can't be compared", "text: ");
        }
        try (Encoder made = Encoders.open(mpnet, options().withSite("resid_post.0").withPooling(Pooling.MAX));
                Encoder query = Encoders.forQueries(made.name(), made.fingerprint(), 16, models)) {
            assertThat(query.encode("cat")).isEqualTo(made.encode("cat"));
            refusedQueries(made.name(), made.fingerprint(), 17, "16 dimensions", "17");
            refusedQueries(prompts, made.fingerprint(), 16, "can't be compared", "resid_post.0");
        }
    }

    private static void refusedQueries(String name, Fingerprint made, int width, String... parts) {
        assertThatThrownBy(() -> Encoders.forQueries(name, made, width, options().model()).close())
                .isInstanceOf(LatentException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void knownNamesStandForTheHubs() {
        assertThat(KnownEncoders.opened("e5-small-v2")).isEqualTo("intfloat/e5-small-v2");
        assertThat(KnownEncoders.opened("mpnet")).isEqualTo("sentence-transformers/all-mpnet-base-v2");
        assertThat(KnownEncoders.opened("BGE-small-en-v1.5")).isEqualTo("BAAI/bge-small-en-v1.5");
        assertThat(KnownEncoders.opened("minilm")).isEqualTo("minilm");
        assertThat(KnownEncoders.of("intfloat/e5-small-v2").orElseThrow().prompts()).containsEntry("query", "query: ");
        assertThat(KnownEncoders.of("/models/nomic-embed-text-v1.5.Q8_0.gguf").orElseThrow().standard()).contains("document");
        assertThat(KnownEncoders.of("/models/mine")).isEmpty();
    }
}
