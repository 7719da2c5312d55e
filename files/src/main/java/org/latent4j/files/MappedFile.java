package org.latent4j.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.latent4j.kernel.LatentException;

/**
 * A file mapped into memory for reading, of any size, for as long as the arena lives.
 *
 * <p>A file that someone cuts off while it is mapped can't be read behind its new end: the JVM answers an access there with an
 * {@link InternalError}, at once or a little later, and up to the end of the last page there are zeros. So whoever reads looks
 * afterwards whether the file was whole all the time: {@link #requireWhole}.
 *
 * @param path where it lies
 * @param data its bytes, read-only
 * @param identity what tells this file from another that took its name, if the file system has such a thing
 */
public record MappedFile(Path path, MemorySegment data, Optional<Object> identity) {
    /**
     * Maps a file.
     *
     * @throws LatentException if it isn't there, isn't a regular file (a pipe would block) or may not be read
     */
    public static MappedFile open(Path path, Arena arena) {
        if (!Files.isRegularFile(path)) {
            throw Broken.file(
                    path, Files.exists(path) ? "is not a regular file" : "there is no such file; check the path");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment data = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            return new MappedFile(path, data, identity(Files.readAttributes(path, BasicFileAttributes.class)));
        } catch (AccessDeniedException e) {
            throw Broken.because(e, path, "may not be read; check its permissions");
        } catch (IOException e) {
            throw Broken.because(e, path, "can't be opened: %s", e.getMessage());
        }
    }

    private static Optional<Object> identity(BasicFileAttributes attributes) {
        return Optional.ofNullable(attributes.fileKey());
    }

    /**
     * Sees that the file hasn't become shorter since it was mapped; takes some microseconds. One that was deleted or replaced by
     * another of its name stays readable.
     *
     * @throws LatentException if it is shorter: what was read of it since the last look isn't what stood there
     */
    public void requireWhole() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (now.size() < size() && identity.equals(identity(now))) {
                throw broken("has become shorter while it was open: %d bytes, it had %d; open it again when it is whole", now.size(),
                        size());
            }
        } catch (IOException e) {
            return; // deleted; the mapping keeps its bytes
        }
    }

    /** The size of the file in bytes. */
    public long size() {
        return data.byteSize();
    }

    /** An error about this file. */
    public LatentException broken(String what, Object... values) {
        return Broken.file(path, what, values);
    }
}
