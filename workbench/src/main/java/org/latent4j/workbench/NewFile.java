package org.latent4j.workbench;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.latent4j.kernel.LatentException;

/**
 * A text file that appears whole or not at all: written under a hidden name in its folder, then moved into place.
 * Claimed before the work begins, so that a place that can't be written to is known at once.
 */
final class NewFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private boolean moved;

    private NewFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /**
     * Claims the place.
     *
     * @throws LatentException if no file can be written there
     */
    static NewFile claim(Path place) {
        try {
            Path target = Files.isSymbolicLink(place) ? place.toRealPath() : place.toAbsolutePath();
            Path folder = target.getParent();
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                String what = Files.isDirectory(target) ? "a folder" : "no ordinary file";
                throw new LatentException("can't write " + place + ": it is " + what);
            }
            if (folder == null || !Files.isDirectory(folder)) {
                throw new LatentException("can't write " + place + ": there is no folder " + folder);
            }
            Path temporary = folder.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".new");
            Files.newOutputStream(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING).close();
            temporary.toFile().deleteOnExit(); // where Ctrl-C ends the program before this is closed
            return new NewFile(target, temporary);
        } catch (IOException e) {
            throw trouble(place, e);
        }
    }

    /** Writes bytes. */
    interface Bytes {
        /** Writes all of them. */
        void write(OutputStream out) throws IOException;
    }

    /** Writes text. */
    interface Content {
        /** Writes all of it. */
        void write(Writer out) throws IOException;
    }

    /**
     * Writes the file, in UTF-8, and moves it into place.
     *
     * @return its size in bytes
     * @throws LatentException if that fails
     */
    long write(Content content) {
        return writeBytes(bytes -> {
            Writer out = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8.newEncoder()));
            content.write(out);
            out.flush();
        });
    }

    /**
     * Writes the file and moves it into place.
     *
     * @return its size in bytes
     * @throws LatentException if that fails
     */
    long writeBytes(Bytes content) {
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
                content.write(out);
            }
            long size = Files.size(temporary);
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException _) { // some network file systems
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
            moved = true;
            return size;
        } catch (IOException e) {
            throw trouble(target, e);
        }
    }

    private static LatentException trouble(Path place, IOException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        String why = e instanceof AccessDeniedException
                ? "permission denied"
                : e instanceof FileSystemException failed && failed.getReason() != null
                        ? failed.getReason()
                        : message.isEmpty() ? e.getClass().getSimpleName() : message;
        return new LatentException("can't write " + place + ": " + why, e);
    }

    /** Takes away what was written, if it never came to its place. */
    @Override
    public void close() {
        if (!moved) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException _) {
                // what stands in the way is told by the failure that brought us here
            }
        }
    }
}
