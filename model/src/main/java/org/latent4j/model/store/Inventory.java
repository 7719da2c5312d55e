package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.store.Entry.Place;

/** Lists what is on this machine and what the catalogue has. */
final class Inventory {
    private static final int LARGEST_CONFIG = 4 << 20;

    private final ModelStore.Settings settings;
    private final OwnCache own;
    private final Catalogue catalogue;
    private final Function<Path, Details> details;

    Inventory(ModelStore.Settings settings, OwnCache own, Catalogue catalogue, Function<Path, Details> details) {
        this.settings = settings;
        this.own = own;
        this.catalogue = catalogue;
        this.details = details;
    }

    /** Our cache in the catalogue's order, then what else is in it, then the others' caches, then what could be fetched. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        Set<String> here = new HashSet<>();
        for (Path folder : own.modelFolders()) {
            OwnCache.whole(folder).ifPresent(sidecar -> {
                entries.add(ours(sidecar, folder));
                here.add(sidecar.name());
            });
        }
        entries.addAll(others());
        for (CatalogueModel model : catalogue.models()) {
            if (!here.contains(model.name())) {
                entries.add(new Entry(
                        model.name(), Place.CATALOGUE, Optional.of(model.kind().label()), Optional.empty(), model.size(),
                        Optional.of(model.licence()), model.details(), source(model)));
            }
        }
        return entries;
    }

    private static String source(CatalogueModel model) {
        String fallback = model.fallback().map(PackageFetch::origin).orElse("");
        String hub = model.hub().map(place -> "hub " + place.repository()).orElse("");
        return hub.isEmpty() || fallback.isEmpty() ? hub + fallback : hub + ", or " + fallback;
    }

    private Entry ours(Sidecar sidecar, Path folder) {
        Optional<CatalogueModel> known = catalogue.find(sidecar.name());
        Path path = sidecar.opened(folder);
        return new Entry(
                sidecar.name(), Place.OWN, sidecar.kind(), Optional.of(path), sidecar.size(), sidecar.licence(),
                known.isPresent() ? known.get().details() : details(path), sidecar.origin());
    }

    /** What Hugging Face's and Ollama's caches hold. */
    List<Entry> others() {
        List<Entry> entries = new ArrayList<>();
        settings.folders().huggingFaceHub().ifPresent(hub -> {
            for (HuggingFaceCache.Snapshot snapshot : new HuggingFaceCache(hub).snapshots()) {
                addSnapshot(snapshot, entries);
            }
        });
        for (Path folder : settings.folders().ollama()) {
            for (OllamaCache.Model model : new OllamaCache(folder).models()) {
                entries.add(new Entry(
                        model.name(), Place.OLLAMA, Optional.empty(), Optional.of(model.blob()), size(model.blob()), model.licence(),
                        details(model.blob()), folder.toString()));
            }
        }
        return entries;
    }

    private void addSnapshot(HuggingFaceCache.Snapshot snapshot, List<Entry> entries) {
        List<String> files = HuggingFaceCache.files(snapshot.folder());
        Path folder = snapshot.folder();
        if (files.contains("config.json") && files.stream().anyMatch(file -> file.endsWith(".safetensors"))) {
            long bytes = files.stream().mapToLong(file -> size(folder.resolve(file))).sum();
            entries.add(other(snapshot.repository(), folder, bytes, folder));
        }
        for (String file : files) {
            if (GgufName.isGguf(file) && !GgufName.isLaterPart(file) && !GgufName.isProjector(file)) {
                long bytes = GgufName.parts(file, files).stream().mapToLong(part -> size(folder.resolve(part))).sum();
                entries.add(other(snapshot.repository() + ":" + file, folder.resolve(file), bytes, folder));
            }
        }
    }

    private Entry other(String name, Path path, long bytes, Path folder) {
        return new Entry(name, Place.HUGGING_FACE, Optional.empty(), Optional.of(path), bytes, HuggingFaceCache.licence(folder),
                details(path), folder.toString());
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // gone meanwhile
        }
    }

    private Details details(Path path) {
        if (Files.isDirectory(path)) {
            return ofConfig(path.resolve("config.json"));
        }
        try {
            return details.apply(path);
        } catch (LatentException e) {
            return Details.UNKNOWN; // listed nevertheless; opening it will say what is wrong
        }
    }

    /** What {@code config.json} says, by the names that transformers gives, with GPT-2's older ones. */
    private static Details ofConfig(Path config) {
        try {
            Json.Members json = Json.read(config, LARGEST_CONFIG);
            Json.Members text = json.members("text_config").orElse(json);
            return new Details(
                    json.string("model_type"),
                    Catalogue.count(text, text.map().containsKey("n_layer") ? "n_layer" : "num_hidden_layers"),
                    Catalogue.count(text, text.map().containsKey("n_embd") ? "n_embd" : "hidden_size"),
                    json.string("dtype").or(() -> json.string("torch_dtype")).map(Inventory::packing));
        } catch (IOException e) {
            return Details.UNKNOWN;
        }
    }

    private static String packing(String dtype) {
        return switch (dtype) {
            case "float32" -> "F32";
            case "float16" -> "F16";
            case "bfloat16" -> "BF16";
            default -> dtype.length() <= 20 ? dtype : dtype.substring(0, 20);
        };
    }
}
