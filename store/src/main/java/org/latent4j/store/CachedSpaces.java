package org.latent4j.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Space;

/** Spaces whose files take long to read, kept as {@code .space} folders after the first time. */
public final class CachedSpaces {
    private CachedSpaces() {}

    /**
     * Opens the copy of a space that was kept, or reads its file and keeps a copy. Where none can be kept the space is opened all
     * the same.
     *
     * @param name what the space is called
     * @param file where it lies; a copy of another file, by size and time, isn't used
     * @param folder where copies are kept
     * @throws LatentException if the file can't be read
     */
    public static Space open(String name, Path file, Path folder, Progress progress) {
        Map<String, String> identity = identity(file);
        Path copy = folder.resolve(name + ".space");
        if (Files.exists(copy)) {
            try {
                Space kept = SpaceFolder.open(copy);
                if (kept.origin().details().entrySet().containsAll(identity.entrySet())) {
                    return kept.called(name);
                }
            } catch (LatentException _) {
                // a copy that is damaged, or of a newer version, is made again
            }
        }
        Space read = Spaces.open(file, ImportOptions.NONE, progress);
        Space called = Space.of(read.vectors(), read.items(), read.origin().called(name).with(identity));
        try {
            Files.createDirectories(folder);
            SpaceWriter.write(called, copy, SpaceWriter.Type.F32);
        } catch (IOException | LatentException _) {
            return called; // another process writes it just now, or the folder can't be written
        }
        return called;
    }

    /** What tells a file, or the files of a folder, from others of the same names. */
    private static Map<String, String> identity(Path file) {
        Map<String, String> identity = new LinkedHashMap<>();
        try (Stream<Path> files = Files.isDirectory(file) ? Files.list(file) : Stream.of(file)) {
            for (Path each : files.sorted().toList()) {
                identity.put("file " + each.getFileName(), Files.size(each) + " bytes, " + Files.getLastModifiedTime(each));
            }
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
        return identity;
    }
}
