package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.model.format.TinyModels.Weight;

class HuggingFaceFolderTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    private final Map<String, String> index = new TreeMap<>();

    @BeforeEach
    void splitALlamaInTwo() throws IOException {
        Files.copy(TinyModels.folder("llama").resolve("config.json"), folder.resolve("config.json"));
        Map<String, Weight> first = new TreeMap<>();
        Map<String, Weight> second = new TreeMap<>();
        TinyModels.weights("llama").forEach((name, weight) -> {
            boolean early = name.contains("layers.0.") || name.contains("embed");
            (early ? first : second).put(name, weight);
            index.put(name, early ? FIRST : SECOND);
        });
        TinyModels.write(folder.resolve(FIRST), first);
        TinyModels.write(folder.resolve(SECOND), second);
    }

    private void writeIndex() {
        String map = index.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"")
                .collect(Collectors.joining(",\n"));
        TinyModels.writeText(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 603904}, \"weight_map\": {" + map + "}}");
    }

    @Test
    void shardsAreOpenedInOrder() {
        writeIndex();
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.files()).containsExactly(folder.resolve(FIRST), folder.resolve(SECOND));
            assertThat(model.description().parameters()).isEqualTo(150_976);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../" + FIRST, "/etc/passwd", "sub/" + FIRST, "..", ".", "", "..\\\\" + FIRST, "a\\u0000b"})
    void theIndexMayNotLeadOutOfTheFolder(String path) {
        index.put("model.norm.weight", path);
        writeIndex();
        refused(() -> Checkpoint.open(folder)).contains("only files of the same folder are allowed");
    }

    @Test
    void aShardMayNotBeALinkOutOfTheFolderEither(@TempDir Path elsewhere) throws IOException {
        writeIndex();
        Path moved = Files.move(folder.resolve(SECOND), elsewhere.resolve(SECOND));
        Files.createSymbolicLink(folder.resolve(SECOND), moved);
        refused(() -> Checkpoint.open(folder)).contains(SECOND + ": is a link to " + moved.toRealPath());
    }

    @Test
    void theConfigurationMayNotBeALinkOutOfTheFolder(@TempDir Path elsewhere) throws IOException {
        writeIndex();
        Path moved = Files.move(folder.resolve("config.json"), elsewhere.resolve("config.json"));
        Files.createSymbolicLink(folder.resolve("config.json"), moved);
        refused(() -> Checkpoint.open(folder)).contains("config.json: is a link to " + moved.toRealPath());
    }

    @Test
    void anIndexThatNamesItselfIsNoShard() {
        index.put("model.norm.weight", "model.safetensors.index.json");
        writeIndex();
        refused(() -> Checkpoint.open(folder)).contains("model.safetensors.index.json: is a text file");
    }

    @Test
    void missingShardsAndTensorsAreErrors() throws IOException {
        index.put("model.norm.weight", FIRST);
        writeIndex();
        refused(() -> Checkpoint.open(folder))
                .contains("says that the tensor 'model.norm.weight' is in " + FIRST + ", it isn't there");
        index.put("model.norm.weight", SECOND);
        writeIndex();
        Files.delete(folder.resolve(SECOND));
        refused(() -> Checkpoint.open(folder))
                .isEqualTo(folder.resolve(SECOND) + ": there is no such file; check the path");
    }

    @Test
    void aTensorInTwoShardsIsAnError() throws IOException {
        writeIndex();
        Map<String, Weight> both = TinyModels.weights("llama");
        Files.delete(folder.resolve(SECOND));
        TinyModels.write(folder.resolve(SECOND), both);
        refused(() -> Checkpoint.open(folder))
                .startsWith(folder.resolve(SECOND) + ": has the tensor 'model.embed_tokens.weight'")
                .contains(FIRST + " has too");
    }

    @Test
    void brokenIndexesAreErrors() {
        Path file = folder.resolve("model.safetensors.index.json");
        TinyModels.writeText(file, "{}");
        refused(() -> Checkpoint.open(folder)).contains("has no 'weight_map'");
        TinyModels.writeText(file, "{\"weight_map\": {\"a\": 1}}");
        refused(() -> Checkpoint.open(folder)).contains("'weight_map.a' is 1, a string is needed");
        TinyModels.writeText(file, "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}");
        refused(() -> Checkpoint.open(folder)).contains("Duplicate field 'a'");
        TinyModels.writeText(file, "{\"weight_map\": []}");
        refused(() -> Checkpoint.open(folder)).contains("'weight_map' is [], an object is needed");
        TinyModels.writeText(file, "{\"weight_map\": {}}");
        refused(() -> Checkpoint.open(folder)).contains("tensor 'model.embed_tokens.weight' is missing");
        TinyModels.writeText(file, "{\"a\":".repeat(100));
        refused(() -> Checkpoint.open(folder)).contains("is no valid JSON").contains("nesting depth");
    }
}
