package org.latent4j.store;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Space;

/** Opens spaces. */
public final class Spaces {
    private Spaces() {}

    /**
     * Opens a {@code .space} folder, or another file that holds vectors.
     *
     * @throws LatentException if it isn't there, is of no kind that is known, or is damaged; the message says how
     */
    public static Space open(Path path) {
        return open(path, ImportOptions.NONE, Progress.NONE);
    }

    /**
     * Opens a {@code .space} folder, or another file that holds vectors.
     *
     * @param progress hears how far a large file has been read
     * @throws LatentException if it isn't there, is of no kind that is known, or is damaged; the message says how
     */
    public static Space open(Path path, ImportOptions options, Progress progress) {
        if (SpaceFolder.is(path) || SpaceFolder.isBeingReplaced(path)) {
            return SpaceFolder.open(path);
        }
        if (!Files.exists(path)) {
            throw Broken.file(path, "there is no such file or folder; check the path");
        }
        throw Broken.file(path, "holds no vectors of a kind that is known");
    }

    /** Whether an argument is a file or folder of vectors that is there, or has the name of one. */
    public static boolean looksLikeOne(String argument) {
        try {
            Path path = Path.of(argument);
            return VectorFile.ofName(path).isPresent() || SpaceFolder.is(path);
        } catch (InvalidPathException _) {
            return false;
        }
    }
}
