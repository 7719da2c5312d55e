package org.latent4j.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.latent4j.files.Broken;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Matrix;

/**
 * The tokens of a table as points: a folder of Model2Vec ({@code embeddings} in {@code model.safetensors}) or of sentence-transformers'
 * {@code StaticEmbedding} ({@code embedding.weight}), whose {@code tokenizer.json} has the names. Tokens that share a vector have it each.
 */
final class TokenVectors {
    private static final String WEIGHTS = "model.safetensors";
    private static final String TOKENIZER = "tokenizer.json";
    private static final List<String> TABLES = List.of("embeddings", "embedding.weight");
    private static final int MOST_TOKENS = 1 << 24;
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(64).maxStringLength(1 << 24).maxNameLength(1 << 16).build()).build();

    private final Path file;
    private final Map<Integer, String> names = new TreeMap<>();

    private TokenVectors(Path file) {
        this.file = file;
    }

    /** The folder with the table: the one that is named, or sentence-transformers' folder in it. */
    static Optional<Path> folder(Path named) {
        return List.of(named, named.resolve("0_StaticEmbedding")).stream().filter(folder -> Files.isRegularFile(folder.resolve(WEIGHTS))
                && Files.isRegularFile(folder.resolve(TOKENIZER))).findFirst();
    }

    static Imported read(Path named, Path folder) {
        try (Safetensors weights = Safetensors.open(folder.resolve(WEIGHTS))) {
            Tensor table = TABLES.stream().flatMap(name -> weights.tensor(name).stream()).findFirst().orElseThrow(() -> Broken.file(named,
                    "holds a model and no table of token vectors ('embeddings' in its %s); make points of texts with: latent encode -m %s",
                    WEIGHTS, named));
            if (table.shape().length != 2) {
                throw table.broken("is %s; a table of vectors is [tokens, width]", Arrays.toString(table.shape()));
            }
            Matrix rows = table.matrix();
            Optional<int[]> mapping = weights.tensor("mapping").map(Tensor::integers);
            Map<Integer, String> names = new TokenVectors(folder.resolve(TOKENIZER)).names();
            Matrix vectors = Matrix.zeros(names.size(), rows.columns());
            int point = 0;
            for (Map.Entry<Integer, String> entry : names.entrySet()) {
                int token = entry.getKey();
                int row = mapping.isEmpty() ? token : token < mapping.get().length ? mapping.get()[token] : -1;
                if (row < 0 || row >= rows.rows()) {
                    throw table.broken("has %d vectors and none for token %d, '%s'", rows.rows(), token, entry.getValue());
                }
                System.arraycopy(rows.data(), row * rows.columns(), vectors.data(), point++ * rows.columns(), rows.columns());
            }
            weights.mapped().requireWhole();
            return Imported.of(named, vectors, List.copyOf(names.values()));
        }
    }

    /** Tokens by their ids: the vocabulary's, an object or Unigram's list, and those added to it. */
    private Map<Integer, String> names() {
        try (JsonParser json = JSON.createParser(file.toFile())) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("model") && value == JsonToken.START_OBJECT) {
                    vocabulary(json);
                } else if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        added(json);
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw Broken.because(e, file, "is no valid JSON: %s", e.getOriginalMessage());
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
        if (names.isEmpty()) {
            throw Broken.file(file, "has no vocabulary; is it a tokenizer?");
        }
        return names;
    }

    private void vocabulary(JsonParser json) throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (!field.equals("vocab")) {
                json.skipChildren();
            } else if (value == JsonToken.START_OBJECT) {
                for (String token = json.nextFieldName(); token != null; token = json.nextFieldName()) {
                    json.nextToken();
                    put(token, json.getValueAsInt(-1));
                }
            } else if (value == JsonToken.START_ARRAY) {
                for (int id = 0; json.nextToken() == JsonToken.START_ARRAY; id++) {
                    put(String.valueOf(json.nextTextValue()), id);
                    while (json.nextToken() != null && json.currentToken() != JsonToken.END_ARRAY) {
                        json.skipChildren();
                    }
                }
            }
        }
    }

    private void added(JsonParser json) throws IOException {
        String content = "";
        int id = -1;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "content" -> content = json.getValueAsString("");
                case "id" -> id = json.getValueAsInt(-1);
                default -> json.skipChildren();
            }
        }
        put(content, id);
    }

    private void put(String token, int id) {
        if (id < 0 || id >= MOST_TOKENS) {
            throw Broken.file(file, "gives the token '%s' the id %d; ids are 0 to %d", token, id, MOST_TOKENS - 1);
        }
        names.put(id, token);
    }
}
