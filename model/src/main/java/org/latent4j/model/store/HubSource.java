package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.HubDownload.HubFile;
import org.latent4j.model.store.ModelStore.Located;
import org.latent4j.model.store.Sidecar.StoredFile;

/** Finds models by {@code org/name}: in Hugging Face's cache, in ours, on the hub. */
final class HubSource {
    private static final String FOLDER = "folder";

    private final ModelStore.Settings settings;
    private final OwnCache own;
    private final Consumer<String> notices;

    HubSource(ModelStore.Settings settings, OwnCache own, Consumer<String> notices) {
        this.settings = settings;
        this.own = own;
        this.notices = notices;
    }

    Located locate(String name, ModelName.Hub hub, Progress progress) {
        Optional<Located> here = settings.folders()
                .huggingFaceHub()
                .flatMap(cache -> new HuggingFaceCache(cache).find(hub.repository(), hub.selection(), hub.revision()))
                .map(found -> new Located(found.path(), name, "Hugging Face's cache", found.licence(), false))
                .or(() -> inOwnCache(hub));
        if (here.isPresent()) {
            return here.get();
        }
        if (settings.offline().isPresent()) {
            throw new LatentException(
                    "model %s isn't on this machine, and %s forbids fetching it; run 'latent models pull %s' where there is a network"
                            .formatted(name, settings.offline().get(), name));
        }
        Path revision = own.hubFolder(hub.repository(), hub.revision());
        try (FetchLock _ = own.lock(revision, new Waiting(name, notices, progress))) {
            Optional<Located> meanwhile = inOwnCache(hub);
            return meanwhile.isPresent() ? meanwhile.get() : fetch(name, hub, revision, progress);
        } catch (FetchException e) {
            throw new LatentException(
                    "model %s can't be fetched: %s; a mirror of the hub can be named by HF_ENDPOINT".formatted(name, e.getMessage()), e);
        } catch (IOException e) {
            throw settings.disk().writingFailed(revision, e);
        }
    }

    /** Without a selection the folder goes first, as on the hub; then the only GGUF that was fetched. */
    private Optional<Located> inOwnCache(ModelName.Hub hub) {
        if (settings.folders().ownIfKnown().isEmpty()) {
            return Optional.empty();
        }
        List<Located> found = new ArrayList<>();
        for (Path folder : OwnCache.children(own.hubFolder(hub.repository(), hub.revision()))) {
            Optional<Sidecar> sidecar = OwnCache.whole(folder);
            boolean isFolder = folder.getFileName().toString().equals(FOLDER);
            if (sidecar.isPresent() && isMeant(hub, sidecar.get(), isFolder)) {
                found.add(sidecar.get().located(folder, false));
                if (isFolder) {
                    return Optional.of(found.getLast());
                }
            }
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private static boolean isMeant(ModelName.Hub hub, Sidecar sidecar, boolean isFolder) {
        return hub.selection().isEmpty() || !isFolder && GgufName.isMeantBy(hub.selection().get(), sidecar.open());
    }

    private Located fetch(String name, ModelName.Hub hub, Path revisionFolder, Progress progress) throws IOException {
        try (HubClient client = new HubClient(HubAddress.of(settings.environment(), settings.folders()), settings.environment(),
                settings.limits())) {
            HubFetch fetch = new HubFetch(client, settings.disk());
            HubFetch.Repository repository = fetch.repository(hub.repository(), hub.revision());
            ModelFiles chosen = ModelFiles.choose(hub.repository(), hub.selection(), repository.paths());
            Path folder = revisionFolder.resolve(chosen.open().equals(".") ? FOLDER : "gguf-" + chosen.open().replace("/", "--"));
            Files.createDirectories(folder);
            List<HubFile> files = repository.files().values().stream().filter(file -> chosen.paths().contains(file.path())).toList();
            long bytes = files.stream().mapToLong(file -> file.size().orElse(0)).sum();
            settings.disk().require(folder, bytes - already(files, folder), name);
            List<StoredFile> stored = fetch.fetch(hub.repository(), repository.commit(), files, folder, name, progress);
            String origin = "hub %s at %s".formatted(hub.repository(), shortened(repository.commit()));
            Sidecar sidecar = new Sidecar(canonicalName(hub, chosen), Optional.empty(), origin, repository.licence(), chosen.open(), stored,
                    0);
            sidecar.write(folder);
            notices.accept("fetched %s (%s, licence %s) from %s"
                    .formatted(name, DiskSpace.megabytes(sidecar.size()), repository.licence().orElse("not stated"), origin));
            return sidecar.located(folder, true);
        }
    }

    /** What an interrupted fetch left. */
    private static long already(List<HubFile> files, Path folder) throws IOException {
        long bytes = 0;
        for (HubFile file : files) {
            for (String ending : List.of("", ".part")) {
                Path there = folder.resolve(file.path() + ending);
                bytes += Files.isRegularFile(there) ? Math.min(Files.size(there), file.size().orElse(0)) : 0;
            }
        }
        return bytes;
    }

    private static String canonicalName(ModelName.Hub hub, ModelFiles chosen) {
        String file = hub.selection().isEmpty() ? "" : ":" + chosen.open();
        return hub.repository() + file + (hub.revision().equals("main") ? "" : "@" + hub.revision());
    }

    private static String shortened(String commit) {
        return commit.length() > 12 ? commit.substring(0, 12) : commit;
    }
}
