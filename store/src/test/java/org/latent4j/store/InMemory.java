package org.latent4j.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary folders in memory, where the system has a place for them: an index is forced to disk file by file whenever it is made, which
 * takes most of the time of a test that makes hundreds. Who is killed leaves the same there as on a disk.
 */
public final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        return Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "latent4j") : Files.createTempDirectory("latent4j");
    }
}
