package org.latent4j.model.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.FolderLinks;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.encoder.Step.Activation;
import org.latent4j.model.encoder.Step.Dense;

/**
 * Reads how sentence-transformers would make a vector of a text: {@code modules.json}, the modules' folders, {@code
 * sentence_bert_config.json} and {@code config_sentence_transformers.json}. Modules that aren't known are refused by name: leaving
 * one out would give other vectors.
 */
final class RecipeReader {
    private static final String MODULES = "modules.json";
    private static final String SETTINGS = "config_sentence_transformers.json";
    private static final String CONFIG = "config.json";
    private static final String TRANSFORMER = "Transformer";
    private static final String TABLE = "StaticEmbedding";
    private static final int MOST_MODULES = 64;
    private static final int MOST_WIDTH = 1 << 20;
    private static final int MOST_PROMPTS = 1000;

    private final SmallFiles root;
    private SmallFiles transformer;
    private final List<Pooling> poolings = new ArrayList<>();
    private boolean poolsPrompt = true;
    private final List<Step> steps = new ArrayList<>();

    private RecipeReader(SmallFiles root) {
        this.root = root;
        this.transformer = root;
    }

    /** Whether a folder says how. */
    static boolean isThere(SmallFiles folder) {
        return folder.has(MODULES);
    }

    /** The folder within that has the first module, a transformer or a table; the same, as a rule. */
    static SmallFiles first(SmallFiles folder) {
        for (JsonNode module : folder.json(MODULES)) {
            if (kind(module).equals(TRANSFORMER) || kind(module).equals(TABLE)) {
                return folder.within(module.path("path").asText(""));
            }
        }
        return folder;
    }

    /** Whether the first module is a table of token vectors. */
    static boolean isTable(SmallFiles folder) {
        JsonNode modules = folder.json(MODULES);
        return modules.isArray() && !modules.isEmpty() && kind(modules.get(0)).equals(TABLE);
    }

    /**
     * Reads a folder.
     *
     * @param width the transformer's
     * @throws LatentException if a file isn't as it should be, or a module isn't known
     */
    static Recipe read(SmallFiles folder, int width) {
        return new RecipeReader(folder).recipe(width);
    }

    private static String kind(JsonNode module) {
        String type = module.path("type").asText("");
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private Recipe recipe(int width) {
        JsonNode modules = root.json(MODULES);
        if (!modules.isArray() || modules.isEmpty() || modules.size() > MOST_MODULES) {
            throw root.broken(MODULES, "should be a list of 1 to %d modules", MOST_MODULES);
        }
        int now = width;
        for (int i = 0; i < modules.size(); i++) {
            JsonNode module = modules.get(i);
            SmallFiles folder = root.within(module.path("path").asText(""));
            String kind = kind(module);
            boolean first = kind.equals(TRANSFORMER) || kind.equals(TABLE);
            if ((i == 0) != first || i > 0 && (i == 1 && !isTable(root)) != kind.equals("Pooling")) {
                throw root.broken(MODULES,
                        "lists '%s' as number %d; supported are a Transformer, Pooling, and Dense, LayerNorm, Normalize behind"
                                + " them, or a StaticEmbedding with these behind it",
                        module.path("type").asText(""), i + 1);
            }
            switch (kind) {
                case TRANSFORMER, TABLE -> transformer = folder;
                case "Pooling" -> {
                    readPooling(folder, width);
                    now = width * poolings.size();
                }
                case "Normalize" -> steps.add(new Step.Normalise());
                case "Dense" -> steps.add(dense(folder, now));
                case "LayerNorm" -> steps.add(layerNorm(folder, now));
                case "Dropout" -> {
                } // for training alone
                default ->
                    throw root.broken(MODULES, "has the module '%s', which isn't supported", module.path("type").asText(""));
            }
            now = steps.isEmpty() ? now : steps.getLast().width(now);
        }
        if (poolings.isEmpty()) {
            poolings.add(Pooling.MEAN);
        }
        return new Recipe(
                MODULES, List.copyOf(poolings), poolsPrompt, List.copyOf(steps), limit(), lowerCase(), prompts(), defaultPrompt(), dims());
    }

    private void readPooling(SmallFiles folder, int width) {
        JsonNode config = folder.json(CONFIG);
        int said = folder.integer(CONFIG, config, "embedding_dimension", folder.integer(CONFIG, config, "word_embedding_dimension", width));
        if (said != width) {
            throw folder.broken(CONFIG, "pools states of %d dimensions, the model has %d", said, width);
        }
        JsonNode modes = config.path("pooling_mode");
        for (JsonNode mode : modes.isArray() ? modes : List.of(modes)) {
            if (mode.isTextual()) {
                poolings.add(Pooling.of(mode.asText()));
            }
        }
        if (poolings.isEmpty()) {
            Stream.of(new Pooling[]{Pooling.CLS, Pooling.MAX, Pooling.MEAN, Pooling.MEAN_SQRT_LEN, Pooling.WEIGHTED, Pooling.LAST})
                    .filter(pooling -> folder.flag(CONFIG, config, pooling.flag(), false))
                    .forEach(poolings::add);
        }
        if (poolings.isEmpty()) {
            poolings.add(Pooling.MEAN);
        }
        if (poolings.size() > Pooling.values().length) {
            throw folder.broken(CONFIG, "names %d poolings", poolings.size());
        }
        poolsPrompt = folder.flag(CONFIG, config, "include_prompt", true);
    }

    private static Dense dense(SmallFiles folder, int before) {
        JsonNode config = folder.json(CONFIG);
        int inputs = folder.integer(CONFIG, config, "in_features", before);
        int outputs = folder.integer(CONFIG, config, "out_features", 0);
        if (inputs != before || outputs < 1 || outputs > MOST_WIDTH) {
            throw folder.broken(CONFIG, "projects %d dimensions to %d; %d come in, and 1 to %d may leave", inputs, outputs, before,
                    MOST_WIDTH);
        }
        try (Safetensors file = weights(folder)) {
            Matrix weight = matrix(file, "linear.weight", outputs, inputs);
            boolean biased = folder.flag(CONFIG, config, "bias", true);
            boolean added = folder.flag(CONFIG, config, "use_residual", false);
            Matrix projection = added && inputs != outputs ? matrix(file, "residual.weight", outputs, inputs) : null;
            return new Dense(
                    weight,
                    biased ? tensor(file, "linear.bias").vector(outputs) : new float[0],
                    activation(folder, config),
                    added ? Optional.of(new Dense.Residual(projection)) : Optional.empty());
        }
    }

    private static Activation activation(SmallFiles folder, JsonNode config) {
        String name = config.path("activation_function").asText("torch.nn.modules.activation.Tanh");
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "Identity" -> Activation.IDENTITY;
            case "Tanh" -> Activation.TANH;
            case "ReLU" -> Activation.RELU;
            case "GELU" -> Activation.GELU;
            case "SiLU" -> Activation.SILU;
            case "Sigmoid" -> Activation.SIGMOID;
            default -> throw folder.broken(
                    CONFIG, "has the activation '%s', which isn't supported; supported are Identity, Tanh, ReLU, GELU, SiLU, Sigmoid",
                    name);
        };
    }

    private static Step.LayerNorm layerNorm(SmallFiles folder, int before) {
        JsonNode config = folder.json(CONFIG);
        int width = folder.integer(CONFIG, config, "dimension", before);
        if (width != before) {
            throw folder.broken(CONFIG, "normalises %d dimensions, %d come in", width, before);
        }
        try (Safetensors file = weights(folder)) {
            return new Step.LayerNorm(tensor(file, "norm.weight").vector(width), tensor(file, "norm.bias").vector(width), 1e-5f);
        }
    }

    private static Safetensors weights(SmallFiles folder) {
        if (!folder.has("model.safetensors")) {
            throw folder.broken("model.safetensors", "is missing%s", folder.has("pytorch_model.bin")
                    ? "; there is only a Python pickle (pytorch_model.bin), which can run code when opened: save the encoder anew with"
                            + " SentenceTransformer(FOLDER).save_pretrained(NEW_FOLDER)"
                    : "");
        }
        return Safetensors.open(FolderLinks.resolve(folder.folder(), "model.safetensors"));
    }

    private static Matrix matrix(Safetensors file, String name, int rows, int columns) {
        Tensor tensor = tensor(file, name);
        tensor.matrix(rows, columns); // sees that it has this shape
        return tensor.matrix();
    }

    private static Tensor tensor(Safetensors file, String name) {
        return file.tensor(name)
                .orElseThrow(() -> new LatentException("%s has no tensor '%s'".formatted(file.file(), name)));
    }

    private OptionalInt limit() {
        for (String name : List.of("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json",
                "sentence_mpnet_config.json")) {
            if (transformer.has(name)) {
                int said = transformer.integer(name, transformer.json(name), "max_seq_length", 0);
                return said > 0 ? OptionalInt.of(said) : tokenizerLimit(transformer);
            }
        }
        return tokenizerLimit(transformer);
    }

    /** The tokenizer's limit; those that have none say a number of thirty digits. */
    static OptionalInt tokenizerLimit(SmallFiles folder) {
        JsonNode said = folder.json("tokenizer_config.json").path("model_max_length");
        return said.isNumber() && said.asDouble() >= 1 && said.asDouble() < 1 << 30 ? OptionalInt.of(said.asInt()) : OptionalInt.empty();
    }

    private boolean lowerCase() {
        String name = "sentence_bert_config.json";
        return transformer.flag(name, transformer.json(name), "do_lower_case", false);
    }

    private Map<String, String> prompts() {
        JsonNode said = root.json(SETTINGS).path("prompts");
        Map<String, String> prompts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> prompt : said.properties()) {
            if (prompts.size() >= MOST_PROMPTS || !prompt.getValue().isTextual() && !prompt.getValue().isNull()) {
                throw root.broken(SETTINGS, "has a prompt '%s' that is no text, or more than %d prompts", prompt.getKey(), MOST_PROMPTS);
            }
            if (prompt.getValue().isTextual()) {
                prompts.put(prompt.getKey(), prompt.getValue().asText());
            }
        }
        return prompts;
    }

    private Optional<String> defaultPrompt() {
        @Nullable
        String name = root.json(SETTINGS).path("default_prompt_name").asText(null);
        if (name != null && !name.equals("null") && !prompts().containsKey(name)) {
            throw root.broken(SETTINGS, "names '%s' as the default prompt and doesn't have it", name);
        }
        return Optional.ofNullable(name).filter(n -> !n.equals("null"));
    }

    private OptionalInt dims() {
        int said = root.integer(SETTINGS, root.json(SETTINGS), "truncate_dim", 0);
        return said > 0 ? OptionalInt.of(said) : OptionalInt.empty();
    }
}
