package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;

/** A model that is named by where it lies. */
final class LocalModel {
    private LocalModel() {}

    /**
     * The file or folder to open: a folder with {@code config.json} is opened as one, a folder with a single GGUF (whole or split)
     * stands for that, and a file is taken at its word.
     */
    static Path toOpen(Path path) {
        if (!Files.isDirectory(path)) {
            if (!Files.isReadable(path)) {
                throw new LatentException("%s can't be read: permission denied".formatted(path));
            }
            return path;
        }
        if (Files.exists(path.resolve("config.json"))) {
            return path;
        }
        List<Path> ggufs = ggufs(path);
        if (ggufs.size() == 1) {
            return ggufs.getFirst();
        }
        throw new LatentException(
                ggufs.isEmpty()
                        ? "folder %s holds no model: neither config.json nor a .gguf file".formatted(path)
                        : "folder %s holds %d models; name one of its files, like %s".formatted(path, ggufs.size(), ggufs.getFirst()));
    }

    /** The GGUF files of a folder, of a split one the first part. */
    static List<Path> ggufs(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                return name.endsWith(".gguf") && !GgufName.isLaterPart(name) && !GgufName.isProjector(name);
            })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new LatentException("folder %s can't be read: %s".formatted(folder, DiskSpace.reason(e)), e);
        }
    }
}
