package org.latent4j.model.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.latent4j.kernel.LatentException;

/** A file mapped into memory for reading, of any size, for as long as the arena lives. */
record MappedFile(Path path, MemorySegment data) {
    /**
     * Maps a file.
     *
     * @throws LatentException if it isn't there, isn't a regular file (a pipe would block) or may not be read
     */
    static MappedFile open(Path path, Arena arena) {
        if (!Files.isRegularFile(path)) {
            throw Broken.file(
                    path, Files.exists(path) ? "is not a regular file" : "there is no such file; check the path");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (AccessDeniedException e) {
            throw Broken.because(e, path, "may not be read; check its permissions");
        } catch (IOException e) {
            throw Broken.because(e, path, "can't be opened: %s", e.getMessage());
        }
    }

    /** The size of the file in bytes. */
    long size() {
        return data.byteSize();
    }

    /** An error about this file. */
    LatentException broken(String what, Object... values) {
        return Broken.file(path, what, values);
    }
}
