package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.latent4j.kernel.LatentException;

/** Deletes models from our own cache, and from nowhere else. */
final class Removal {
    private final ModelStore.Settings settings;
    private final OwnCache own;
    private final Catalogue catalogue;

    Removal(ModelStore.Settings settings, OwnCache own, Catalogue catalogue) {
        this.settings = settings;
        this.own = own;
        this.catalogue = catalogue;
    }

    long remove(String name, Supplier<List<String>> knownNames) {
        if (catalogue.find(name).isPresent()) {
            Path folder = own.catalogueFolder(name);
            if (Files.isDirectory(folder)) {
                return delete(name, folder, List.of(folder));
            }
            throw elsewhere(name)
                    .orElseGet(() -> new LatentException("model %s isn't in the cache: there is nothing to remove".formatted(name)));
        }
        if (ModelName.parse(name) instanceof ModelName.Hub hub) {
            Path revision = own.hubFolder(hub.repository(), hub.revision());
            List<Path> folders = folders(hub, revision);
            if (!folders.isEmpty()) {
                return delete(name, revision, folders);
            }
        }
        throw elsewhere(name).orElseGet(() -> new LatentException(
                "there is no model '%s' in the cache to remove%s".formatted(name, Nearest.suggestion(name, knownNames.get()))));
    }

    /** With a selection only the GGUF that it means, else all that was fetched of the revision, finished or not. */
    private static List<Path> folders(ModelName.Hub hub, Path revision) {
        List<Path> folders = new ArrayList<>();
        for (Path folder : OwnCache.children(revision)) {
            String file = folder.getFileName().toString();
            boolean meant = hub.selection().isEmpty()
                    || file.startsWith("gguf-")
                            && GgufName.isMeantBy(hub.selection().get().replace("/", "--"), file.substring("gguf-".length()));
            if (meant) {
                folders.add(folder);
            }
        }
        return folders;
    }

    private long delete(String name, Path locked, List<Path> folders) {
        Optional<FetchLock> lock = own.tryLock(locked);
        if (lock.isEmpty()) {
            throw new LatentException("model %s is being fetched by another process just now; try again when that is done".formatted(name));
        }
        try (FetchLock _ = lock.get()) {
            long freed = 0;
            for (Path folder : folders) {
                // The sidecar first, so that nobody takes what is left for a whole model.
                freed += FolderTree.delete(folder.resolve(Sidecar.FILE_NAME)) + FolderTree.delete(folder);
                Path above = Objects.requireNonNull(folder.getParent());
                deleteIfEmpty(above);
                deleteIfEmpty(Objects.requireNonNull(above.getParent()));
            }
            return freed;
        } catch (IOException e) {
            throw new LatentException("model %s can't be removed: %s: %s".formatted(name, e.getMessage(), DiskSpace.reason(e)), e);
        }
    }

    private void deleteIfEmpty(Path folder) throws IOException {
        if (!folder.equals(own.root()) && folder.startsWith(own.root())) {
            try {
                Files.deleteIfExists(folder);
            } catch (java.nio.file.DirectoryNotEmptyException e) {
                return; // other models are in it
            }
        }
    }

    /** An explanation for a model that others keep. */
    private Optional<LatentException> elsewhere(String name) {
        Inventory inventory = new Inventory(settings, own, catalogue, _ -> Details.UNKNOWN);
        return inventory.others().stream()
                .filter(entry -> entry.name().equals(name) || ("ollama:" + entry.name()).equals(name)
                        || name.startsWith(entry.name() + ":"))
                .findFirst()
                .map(entry -> new LatentException(
                        entry.place() == Entry.Place.OLLAMA
                                ? "model %s is Ollama's, and not latent's to delete; 'ollama rm %s' does it".formatted(name, entry.name())
                                : "model %s is in Hugging Face's cache, and not latent's to delete; it is in %s"
                                        .formatted(name, entry.path().map(Path::toString).orElse(""))));
    }
}
