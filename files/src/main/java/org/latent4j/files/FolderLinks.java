package org.latent4j.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.latent4j.kernel.LatentException;

/**
 * Links in a model's folder, which may come from a stranger: they may not lead to files that aren't a model's. Hugging Face's
 * programs make a model's folder of links to its cache, {@code models--ORG--NAME/blobs/HASH}, so those are followed.
 */
public final class FolderLinks {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private FolderLinks() {}

    /**
     * The path of a file or folder of the model's folder. Where there is nothing of the name, opening it will say so.
     *
     * @param name one part, without separators
     * @throws LatentException if it is a link that leads out of the folder, and not to a file of a Hugging Face cache
     */
    public static Path resolve(Path folder, String name) {
        Path path = folder.resolve(name);
        Path real;
        Path home;
        try {
            real = path.toRealPath();
            home = folder.toRealPath();
        } catch (IOException e) {
            return path; // nothing there, or a link to nothing or to itself
        }
        if (!real.startsWith(home) && !isBlob(real)) {
            throw Broken.file(
                    path,
                    "is a link to %s, which is neither in the model's folder nor in a Hugging Face cache; copy the file into the"
                            + " folder, or give the folder that it lies in",
                    real);
        }
        return path;
    }

    /** Whether it is what huggingface_hub has stored under its hash. */
    private static boolean isBlob(Path real) {
        int parts = real.getNameCount();
        return parts >= 3
                && HASH.matcher(real.getName(parts - 1).toString()).matches()
                && real.getName(parts - 2).toString().equals("blobs")
                && real.getName(parts - 3).toString().startsWith("models--");
    }
}
