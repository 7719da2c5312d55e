package org.latent4j.model.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.files.FolderLinks;
import org.latent4j.files.Json;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;

/**
 * A model folder as Hugging Face lays it out: {@code config.json}, and the weights in {@code model.safetensors} or in
 * the shards that {@code model.safetensors.index.json} lists.
 */
record HuggingFaceFolder(Path folder, Json config, List<Safetensors> shards, Map<String, Tensor> tensors) {
    static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int LONGEST_CONFIG = 1 << 24;
    private static final int LONGEST_INDEX = 100_000_000;
    private static final int MOST_SHARDS = 10_000;

    /** Opens a folder; the files stay mapped as long as the arena lives. */
    static HuggingFaceFolder open(Path folder, Arena arena) {
        Json config = Json.read(FolderLinks.resolve(folder, CONFIG), LONGEST_CONFIG);
        Path single = FolderLinks.resolve(folder, SINGLE);
        if (Files.exists(single)) {
            Safetensors weights = Safetensors.open(single, arena);
            return new HuggingFaceFolder(folder, config, List.of(weights), weights.tensors());
        }
        Path index = FolderLinks.resolve(folder, INDEX);
        if (!Files.exists(index)) {
            throw noWeights(folder);
        }
        return sharded(folder, config, index, arena);
    }

    private static HuggingFaceFolder sharded(Path folder, Json config, Path index, Arena arena) {
        Json map = Json.read(index, LONGEST_INDEX)
                .object("weight_map")
                .orElseThrow(() -> Broken.file(index, "has no 'weight_map', which says which tensor is in which file"));
        Map<String, Safetensors> shards = new TreeMap<>();
        for (String name : map.keys()) {
            String file = map.text(name).orElseThrow(() -> Broken.file(index, "doesn't say which file '%s' is in", name));
            Safetensors shard = shards.computeIfAbsent(file, f -> Safetensors.open(shard(folder, index, f), arena));
            if (shards.size() > MOST_SHARDS) {
                throw Broken.file(index, "lists more than %d files", MOST_SHARDS);
            }
            if (!shard.tensors().containsKey(name)) {
                throw Broken.file(index, "says that the tensor '%s' is in %s, it isn't there", name, file);
            }
        }
        return new HuggingFaceFolder(folder, config, List.copyOf(shards.values()), tensors(shards));
    }

    /** The path of a shard, which must be a file of the folder: an index from a stranger may not lead anywhere else. */
    private static Path shard(Path folder, Path index, String file) {
        try {
            Path path = Path.of(file);
            if (!path.isAbsolute()
                    && path.getNameCount() == 1
                    && !file.contains("\\")
                    && !file.contains("/")
                    && !file.equals("..")
                    && !file.equals(".")
                    && !file.isEmpty()) {
                return FolderLinks.resolve(folder, file);
            }
        } catch (InvalidPathException e) {
            // falls through: no name of a file either
        }
        throw Broken.file(index, "names the file '%s', only files of the same folder are allowed", file);
    }

    private static Map<String, Tensor> tensors(Map<String, Safetensors> shards) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Safetensors shard : shards.values()) {
            for (Tensor tensor : shard.tensors().values()) {
                Tensor before = all.putIfAbsent(tensor.name(), tensor);
                if (before != null) {
                    throw Broken.file(
                            shard.file(), "has the tensor '%s', which %s has too", tensor.name(), before.file());
                }
            }
        }
        return all;
    }

    private static RuntimeException noWeights(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            Optional<String> pickle = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".bin") && name.startsWith("pytorch_model") || name.endsWith(".pth"))
                    .sorted()
                    .findFirst();
            if (pickle.isPresent()) {
                return Broken.file(
                        folder,
                        "has its weights only as a Python pickle (%s), which can run code when opened; get them as"
                                + " safetensors, or save them so: AutoModelForCausalLM.from_pretrained(FOLDER)"
                                + ".save_pretrained(NEW_FOLDER)",
                        pickle.get());
            }
        } catch (IOException e) {
            return Broken.because(e, folder, "can't be listed: %s", e.getMessage());
        }
        return Broken.file(
                folder,
                "has a config.json but no weights: neither %s nor %s; is the download complete?",
                SINGLE,
                INDEX);
    }

    /** The licence by the model card's front matter, if it says one. */
    Optional<String> licence() {
        Path card = FolderLinks.resolve(folder, "README.md");
        if (!Files.isRegularFile(card)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(card, StandardCharsets.ISO_8859_1)) {
            List<String> head = lines.limit(200).toList();
            if (head.isEmpty() || !head.getFirst().strip().equals("---")) {
                return Optional.empty();
            }
            return head.stream()
                    .skip(1)
                    .takeWhile(line -> !line.strip().equals("---"))
                    .filter(line -> line.startsWith("license:"))
                    .map(line -> line.substring("license:".length()).strip())
                    .filter(licence -> !licence.isEmpty())
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // a card that can't be read says no licence
        }
    }
}
