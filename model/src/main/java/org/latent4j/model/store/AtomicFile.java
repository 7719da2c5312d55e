package org.latent4j.model.store;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Files that are there whole or not at all: written under another name in the same folder, then moved into place. */
final class AtomicFile {
    private AtomicFile() {}

    static void write(Path file, byte[] content) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        String unique = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
        Path temporary = folder.resolve("." + file.getFileName() + "." + unique + ".new");
        try {
            Files.write(temporary, content); // not createTempFile, whose files only their owner may read
            move(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) { // some network file systems
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
