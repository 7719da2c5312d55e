package org.latent4j.model.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ollama's models, only ever read: {@code manifests/HOST/NAMESPACE/NAME/TAG} is a JSON manifest whose layers are {@code
 * blobs/sha256-…}; the layer of a model is a GGUF.
 */
final class OllamaCache {
    private static final String MODEL = "application/vnd.ollama.image.model";
    private static final String LICENCE = "application/vnd.ollama.image.license";
    private static final String OFFICIAL = "library";
    private static final int LARGEST = 1 << 20;

    private final Path root;

    OllamaCache(Path root) {
        this.root = root;
    }

    /**
     * One model.
     *
     * @param name as Ollama lists it: {@code llama3.2:1b}
     * @param blob the GGUF
     * @param licence the first words of the licence that it carries
     */
    record Model(String name, Path blob, Optional<String> licence) {}

    /** All models whose GGUF is there, by name. */
    List<Model> models() {
        List<Model> found = new ArrayList<>();
        Path manifests = root.resolve("manifests");
        if (!Files.isDirectory(manifests)) {
            return found;
        }
        try (Stream<Path> files = Files.find(manifests, 5, (_, attributes) -> attributes.isRegularFile())) {
            files.sorted().forEach(file -> {
                Path path = manifests.relativize(file);
                if (path.getNameCount() == 4) {
                    String namespace = path.getName(1).toString();
                    String name = (namespace.equals(OFFICIAL) ? "" : namespace + "/") + path.getName(2) + ":" + path.getName(3);
                    read(name, file).ifPresent(found::add);
                }
            });
        } catch (IOException | java.io.UncheckedIOException e) {
            return found; // what can be read is listed
        }
        return found;
    }

    /** The model of a name: {@code NAME}, {@code NAME:TAG}, {@code NAMESPACE/NAME:TAG} or with a host before it. */
    Optional<Model> find(String name) {
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        String path = tagged ? name.substring(0, colon) : name;
        String tag = tagged ? name.substring(colon + 1) : "latest";
        if (!RepositoryPath.isSafe(path) || !RepositoryPath.isSafe(tag) || tag.indexOf('/') >= 0) {
            return Optional.empty();
        }
        String[] parts = path.split("/", -1);
        Path manifests = root.resolve("manifests");
        if (parts.length == 3) {
            return read(name, manifests.resolve(path).resolve(tag));
        }
        for (Path host : OwnCache.children(manifests)) {
            Path models = parts.length == 1 ? host.resolve(OFFICIAL) : host;
            Optional<Model> model = parts.length > 3
                    ? Optional.empty()
                    : read(parts.length == 1 && !tagged ? name + ":latest" : name, models.resolve(path).resolve(tag));
            if (model.isPresent()) {
                return model;
            }
        }
        return Optional.empty();
    }

    private Optional<Model> read(String name, Path manifest) {
        if (!Files.isRegularFile(manifest)) {
            return Optional.empty();
        }
        try {
            Optional<Path> blob = Optional.empty();
            Optional<String> licence = Optional.empty();
            for (Json.Members layer : Json.read(manifest, LARGEST).list("layers")) {
                String type = layer.string("mediaType").orElse("");
                if (type.equals(MODEL) && blob.isEmpty()) {
                    blob = blob(layer);
                } else if (type.equals(LICENCE) && licence.isEmpty()) {
                    licence = blob(layer).flatMap(OllamaCache::firstWords);
                }
            }
            Optional<String> words = licence;
            return blob.map(path -> new Model(name, path, words));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A layer's file; its digest is {@code sha256:} and 64 hexadecimal digits, and the file must be whole. */
    private Optional<Path> blob(Json.Members layer) throws IOException {
        String digest = layer.string("digest").orElse("");
        if (!digest.startsWith("sha256:") || !Sha256.isHex(digest.substring(7))) {
            return Optional.empty();
        }
        Path blob = root.resolve("blobs").resolve("sha256-" + digest.substring(7));
        boolean whole = Files.isRegularFile(blob) && Files.size(blob) == layer.integer("size").orElse(-1);
        return whole ? Optional.of(blob) : Optional.empty();
    }

    private static Optional<String> firstWords(Path licence) {
        try (var in = Files.newInputStream(licence)) {
            String[] lines = new String(in.readNBytes(1000), StandardCharsets.UTF_8).split("\\R", -1);
            for (String line : lines) {
                String words = line.replaceAll("\\p{Cntrl}", " ").strip();
                if (!words.isEmpty()) {
                    return Optional.of(words.length() <= 60 ? words : words.substring(0, 59) + "…");
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
