package org.latent4j.model.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.files.FileKind;
import org.latent4j.files.Json;
import org.latent4j.files.MappedFile;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;
import org.latent4j.model.transformer.TransformerWeights;

/**
 * A model, opened and checked: a GGUF file (or the parts of one) or a Hugging Face folder, read as the configuration
 * and the weights that the forward pass takes. Every tensor's shape was held against the configuration.
 *
 * <p>The weights are slices of the mapped files; nothing is unpacked but norms and biases, and nothing copied but
 * projections that Hugging Face lays otherwise: GPT-2's the other way round, GPT-NeoX's head by head. Safe for use from several threads. After
 * {@link #close} the weights may not be used any more.
 */
public final class Checkpoint implements AutoCloseable {
    private final ModelConfig config;
    private final TransformerWeights weights;
    private final Description description;
    private final TokenizerFiles tokenizer;
    private final List<MappedFile> files;
    private final List<Tensor> tensors;
    private final Arena arena;

    private Checkpoint(
            ModelConfig config,
            TransformerWeights weights,
            Description description,
            TokenizerFiles tokenizer,
            List<MappedFile> files,
            Collection<Tensor> tensors,
            Arena arena) {
        this.config = config;
        this.weights = weights;
        this.description = description;
        this.tokenizer = tokenizer;
        this.files = files;
        this.tensors = List.copyOf(tensors);
        this.arena = arena;
    }

    /**
     * What a model is, for people.
     *
     * @param format {@code GGUF v3} or {@code safetensors}
     * @param architecture as {@link ModelConfig#architecture}
     * @param quantisation the types of its weights by their share of the bytes, largest first: {@code Q4_1/Q8_0/F32}
     * @param parameters the number of weights
     * @param bytes the size of its files
     * @param name what the file calls the model
     * @param licence the licence that the file or the model card names
     */
    public record Description(
            String format,
            String architecture,
            String quantisation,
            long parameters,
            long bytes,
            Optional<String> name,
            Optional<String> licence) {}

    /**
     * Opens a GGUF file, any part of a split one, or a Hugging Face folder; a {@code config.json} or {@code
     * .safetensors} file stands for its folder, and a folder with a single GGUF model for that model.
     *
     * @throws LatentException if it isn't there, isn't a model, is broken, or is of an architecture or a type that
     *     isn't supported; the message is one line and names the file
     */
    public static Checkpoint open(Path fileOrFolder) {
        try {
            return openMapped(fileOrFolder);
        } catch (InternalError fault) { // an access behind the end that a file has by now
            throw Broken.because(fault, fileOrFolder, "can't be read to its end: it became shorter while it was opened, or its disk fails");
        }
    }

    private static Checkpoint openMapped(Path fileOrFolder) {
        if (Files.isDirectory(fileOrFolder)) {
            return Files.exists(fileOrFolder.resolve(HuggingFaceFolder.CONFIG))
                    ? openFolder(fileOrFolder)
                    : openGguf(onlyGguf(fileOrFolder));
        }
        Path folder = fileOrFolder.toAbsolutePath().getParent();
        String name = String.valueOf(fileOrFolder.getFileName());
        if (folder != null
                && Files.exists(fileOrFolder)
                && (name.equals(HuggingFaceFolder.CONFIG) || isSafetensors(fileOrFolder))) {
            if (!Files.exists(folder.resolve(HuggingFaceFolder.CONFIG))) {
                throw Broken.file(fileOrFolder, "holds weights alone; a model needs a config.json beside it");
            }
            return openFolder(folder);
        }
        return openGguf(fileOrFolder);
    }

    private static boolean isSafetensors(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return FileKind.of(MappedFile.open(path, arena)) == FileKind.SAFETENSORS;
        }
    }

    /** The one GGUF model of a folder; the parts of a split one count as one. */
    private static Path onlyGguf(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> found = list.filter(path -> path.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
            List<String> models = found.stream()
                    .map(path -> String.valueOf(path.getFileName()).replaceFirst("-\\d{5}-of-\\d{5}\\.gguf$", ""))
                    .distinct()
                    .toList();
            if (models.size() == 1) {
                return found.getFirst();
            }
            throw models.isEmpty()
                    ? Broken.file(folder, "is no model: it has no config.json and no .gguf file")
                    : Broken.file(folder, "has several models; name one: %s", String.join(", ", models));
        } catch (IOException e) {
            throw Broken.because(e, folder, "can't be listed: %s", e.getMessage());
        }
    }

    private static Checkpoint openGguf(Path path) {
        Gguf gguf = Gguf.open(path);
        Arena copies = Arena.ofShared();
        try {
            String name = gguf.string("general.architecture")
                    .orElseThrow(() -> gguf.broken("has no 'general.architecture'; is it a model?"));
            Architecture architecture = Architectures.ofGguf(name, path);
            WeightBinder binder = new WeightBinder(path, architecture, TensorNames.GGUF, false, gguf.tensors(), copies);
            ModelConfig config = new ConfigReader(architecture, new GgufSettings(gguf, architecture))
                    .read(binder.vocabulary(), architecture.ggufPairing());
            TransformerWeights weights = binder.bind(config, true, false);
            Description description = description(
                    "GGUF v" + gguf.version(),
                    config,
                    binder.used(),
                    gguf.bytes(),
                    gguf.string("general.name"),
                    gguf.string("general.license"));
            return new Checkpoint(
                    config, weights, description, new TokenizerFiles.Embedded(gguf), gguf.mapped(), binder.used(), copies);
        } catch (RuntimeException | Error e) {
            copies.close();
            gguf.close();
            throw e;
        }
    }

    private static Checkpoint openFolder(Path path) {
        Arena arena = Arena.ofShared();
        try {
            HuggingFaceFolder folder = HuggingFaceFolder.open(path, arena);
            Json json = folder.config();
            String type = json.text("model_type")
                    .orElseThrow(() -> Broken.file(json.file(), "has no 'model_type', which names the architecture"));
            Architecture architecture = Architectures.ofHuggingFace(type, json.file());
            refuseUnusual(json, architecture);
            WeightBinder binder = new WeightBinder(
                    path, architecture, architecture.names(), true, folder.tensors(), arena);
            // a model that sees holds the text model's configuration within its own
            HuggingFaceSettings settings = new HuggingFaceSettings(json.object("text_config").orElse(json), architecture);
            int vocabulary = settings.requiredSize(Setting.VOCABULARY, Integer.MAX_VALUE);
            ModelConfig config = new ConfigReader(architecture, settings).read(vocabulary, Pairing.HALVES);
            boolean tied = json.flag("tie_word_embeddings").orElse(architecture.is(Trait.TIED));
            TransformerWeights weights = binder.bind(config, tied, !tied && isBare(json));
            long bytes = folder.shards().stream().mapToLong(Safetensors::bytes).sum();
            Description description = description(
                    "safetensors",
                    config,
                    binder.used(),
                    bytes,
                    json.text("_name_or_path").filter(name -> !name.isEmpty()),
                    folder.licence());
            return new Checkpoint(
                    config,
                    weights,
                    description,
                    new TokenizerFiles.Folder(path),
                    folder.shards().stream().map(Safetensors::mapped).toList(),
                    binder.used(),
                    arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Transformers calls a model without a head {@code Qwen3Model}, one with a head {@code Qwen3ForCausalLM}. */
    private static boolean isBare(Json json) {
        return json.texts("architectures").orElse(List.of()).stream()
                .anyMatch(name -> name.endsWith("Model") && !name.endsWith("LMHeadModel"));
    }

    private static void refuseUnusual(Json json, Architecture architecture) {
        Optional<Json> quantised = json.object("quantization_config");
        if (quantised.isPresent()) {
            throw Broken.file(
                    json.file(),
                    "says that the weights are quantised by %s, which isn't supported; get the model "
                            + "unquantised or as GGUF",
                    quantised.get().text("quant_method").orElse("an unnamed method"));
        }
        architecture
                .fixed()
                .forEach((key, wanted) -> json.scalar(key).ifPresent(value -> {
                    if (!value.equals(wanted)) {
                        throw Broken.file(json.file(), "'%s' is %s, only %s is supported", key, value, wanted);
                    }
                }));
    }

    private static Description description(
            String format,
            ModelConfig config,
            Collection<Tensor> tensors,
            long bytes,
            Optional<String> name,
            Optional<String> licence) {
        Map<String, Long> byType = new HashMap<>();
        for (Tensor tensor : tensors) {
            byType.merge(tensor.type(), tensor.data().byteSize(), Long::sum);
        }
        String quantisation = byType.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining("/"));
        long parameters = tensors.stream().mapToLong(Tensor::elements).sum();
        return new Description(format, config.architecture(), quantisation, parameters, bytes, name, licence);
    }

    /** The configuration. */
    public ModelConfig config() {
        return config;
    }

    /** The weights, packed as they are in the file. */
    public TransformerWeights weights() {
        return weights;
    }

    /** What the model is, for people. */
    public Description description() {
        return description;
    }

    /** Where its tokenizer is defined. */
    public TokenizerFiles tokenizer() {
        return tokenizer;
    }

    /**
     * How a GGUF says that an encoder's states become one vector: {@code mean}, {@code cls}, {@code last}; empty where nothing is said.
     *
     * @throws LatentException if it says something else
     */
    public Optional<String> pooling() {
        if (!(tokenizer instanceof TokenizerFiles.Embedded(Gguf gguf))) {
            return Optional.empty();
        }
        String key = gguf.string("general.architecture").orElse("") + ".pooling_type";
        OptionalLong said = gguf.integer(key);
        return said.isEmpty()
                ? Optional.empty()
                : switch ((int) said.getAsLong()) {
                    case 0 -> Optional.empty(); // none: every position by itself
                    case 1 -> Optional.of("mean");
                    case 2 -> Optional.of("cls");
                    case 3 -> Optional.of("last");
                    default ->
                        throw gguf.broken("metadata '%s' is %d, supported are 1 (mean), 2 (cls) and 3 (last)", key, said.getAsLong());
                };
    }

    /** The tensors that the weights are made of, as they lie in the files. */
    public List<Tensor> tensors() {
        return tensors;
    }

    /** The files with the weights, in their order. */
    public List<Path> files() {
        return files.stream().map(MappedFile::path).toList();
    }

    /**
     * Does work that reads the weights or the metadata, and sees that the files were whole meanwhile.
     *
     * @throws LatentException if a file has become shorter while it was open, or what the work throws
     */
    public <T> T reading(Supplier<T> work) {
        try {
            T result = work.get();
            files.forEach(MappedFile::requireWhole);
            return result;
        } catch (InternalError fault) { // an access behind a file's new end
            files.forEach(MappedFile::requireWhole);
            throw fault;
        }
    }

    /** Unmaps the files; doing so again has no effect. */
    @Override
    public void close() {
        if (tokenizer instanceof TokenizerFiles.Embedded(Gguf gguf)) {
            gguf.close();
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
