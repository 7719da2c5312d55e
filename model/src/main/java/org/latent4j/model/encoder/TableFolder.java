package org.latent4j.model.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.format.TokenizerFiles;
import org.latent4j.model.store.ModelStore;
import org.latent4j.model.store.ModelStore.Located;
import org.latent4j.model.tokenizer.Tokenizer;

/**
 * A folder with a table of token vectors, as Model2Vec saves it ({@code model.safetensors} with {@code embeddings}, its settings in {@code
 * config.json}) or as sentence-transformers does ({@code StaticEmbedding}, with {@code embedding.weight}). The two differ: Model2Vec
 * leaves out tokens that are unknown and cuts a text at 512 tokens where its settings say nothing else.
 */
final class TableFolder {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String MODEL2VEC = "embeddings";
    private static final int MODEL2VEC_LIMIT = 512;

    private final SmallFiles root;
    private final SmallFiles table;
    private final boolean model2vec;

    private TableFolder(SmallFiles root) {
        this.root = root;
        this.table = RecipeReader.first(root);
        this.model2vec = isModel2Vec(root) || holds(table, MODEL2VEC);
    }

    /** The table of a folder, if it has one in place of a transformer. */
    static Optional<TableFolder> of(Path folder) {
        SmallFiles files = new SmallFiles(folder);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        boolean said = RecipeReader.isThere(files) ? RecipeReader.isTable(files) : isModel2Vec(files) || isBare(files);
        return said ? Optional.of(new TableFolder(files)) : Optional.empty();
    }

    private static boolean isModel2Vec(SmallFiles files) {
        JsonNode config = files.json(CONFIG);
        return config.path("model_type").asText("").equals("model2vec")
                || config.path("architectures").path(0).asText("").equals("StaticModel");
    }

    /** Whether no kind of model is named, and the weights are a table: Model2Vec's settings are what its maker gave. */
    private static boolean isBare(SmallFiles files) {
        return files.has(CONFIG) && files.json(CONFIG).path("model_type").isMissingNode() && holds(files, MODEL2VEC);
    }

    private static boolean holds(SmallFiles files, String tensor) {
        if (!files.has(WEIGHTS)) {
            return false;
        }
        try (Safetensors weights = Safetensors.open(files.folder().resolve(WEIGHTS))) {
            return weights.tensor(tensor).isPresent();
        }
    }

    /**
     * Opens the table.
     *
     * @throws LatentException if a file is missing or damaged, or they don't belong together
     */
    TokenTable open(Located located, Models.Options models) {
        Path file = table.folder().resolve(WEIGHTS);
        Safetensors weights = Safetensors.open(file);
        try {
            Tensor vectors = weights.tensor(model2vec ? MODEL2VEC : "embedding.weight").or(() -> weights.tensor("embedding.weight"))
                    .orElseThrow(() -> new LatentException(
                            "%s has no table of vectors: neither a tensor 'embeddings' nor 'embedding.weight'".formatted(file)));
            Tokenizer tokenizer = Tokenizer.open(new TokenizerFiles.Folder(table.folder()));
            try {
                OptionalInt leftOut = model2vec ? tokenizer.unknownToken() : OptionalInt.empty();
                return new TokenTable(weights, vectors, tokenizer, leftOut, new TokenTable.About(located.origin(), located.licence(),
                        this::recipe, made -> fingerprint(file, made, models)));
            } catch (RuntimeException e) {
                tokenizer.close();
                throw e;
            }
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static Fingerprint fingerprint(Path weights, Tokenizer tokenizer, Models.Options models) {
        String hash = ModelStore.standard(System.getenv(), models.offline()).hashes().sha256(List.of(weights), models.progress());
        return new Fingerprint(hash, tokenizer.sha256(), PromptMode.RAW.label());
    }

    /** What happens to the mean of a text's vectors. */
    private Recipe recipe(int width) {
        Recipe said = RecipeReader.isThere(root) ? RecipeReader.read(root, width) : Recipe.plain(CONFIG, Pooling.MEAN, OptionalInt.empty());
        if (!model2vec) {
            return said;
        }
        JsonNode config = table.json(CONFIG);
        boolean normalises = table.flag(CONFIG, config, "normalize", said.normalises());
        List<Step> steps = normalises == said.normalises() ? said.steps() : normalises ? List.of(new Step.Normalise()) : List.of();
        return said.withSteps(steps).withLimit(limit(config));
    }

    /** The most tokens; null is without limit. */
    private OptionalInt limit(JsonNode config) {
        if (config.path("max_length").isNull()) {
            return OptionalInt.empty();
        }
        int limit = table.integer(CONFIG, config, "max_length", MODEL2VEC_LIMIT);
        if (limit < 1) {
            throw table.broken(CONFIG, "says 'max_length' is %d; 1 at least is needed", limit);
        }
        return OptionalInt.of(limit);
    }
}
