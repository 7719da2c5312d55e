package org.latent4j.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Broken;
import org.latent4j.files.MappedFile;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Space;

/** A folder {@code NAME.space}: {@code vectors.safetensors}, {@code items.jsonl}, {@code manifest.json}. */
final class SpaceFolder {
    static final String VECTORS = "vectors.safetensors";
    static final String ITEMS = "items.jsonl";
    /** The tensor of the vectors, in a space and in what {@code latent encode} writes. */
    static final String TENSOR = "vectors";

    private static final int ATTEMPTS = 5;

    private SpaceFolder() {}

    /** Whether a folder is one, or was meant to be. */
    static boolean is(Path path) {
        return Files.isDirectory(path)
                && (Files.exists(path.resolve(SpaceManifest.FILE)) && Files.exists(path.resolve(ITEMS))
                        || path.toString().endsWith(".space"));
    }

    /** Whether another space is being put in its place, or was when its writer was stopped. */
    static boolean isBeingReplaced(Path path) {
        return !Files.exists(path) && Files.exists(PartialSpace.old(path.toAbsolutePath().normalize()));
    }

    /**
     * Opens the space as its changes leave it. A writer may be putting another in its place: then it is what is there afterwards or,
     * where that writer was stopped between its two moves, what was there before.
     */
    static Space open(Path folder) {
        for (int attempt = 1;; attempt++) {
            Path old = PartialSpace.old(folder.toAbsolutePath().normalize());
            Path there = isBeingReplaced(folder) ? old : folder;
            Object key = key(there);
            try {
                Space space = new SpaceChanges(there).apply(there, openFiles(there));
                if (Objects.equals(key(there), key) || attempt == ATTEMPTS) {
                    return space;
                }
            } catch (LatentException e) {
                if (Objects.equals(key(there), key) && there.equals(folder) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** What tells a folder from another that has taken its place. */
    private static @Nullable Object key(Path folder) {
        try {
            return Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        } catch (IOException _) {
            return null;
        }
    }

    /** Opens what the three files hold. */
    static Space openFiles(Path folder) {
        if (!Files.exists(folder.resolve(SpaceManifest.FILE))) {
            throw Broken.file(folder, "is no space: it has no %s; was it copied whole?", SpaceManifest.FILE);
        }
        SpaceManifest manifest = SpaceManifest.read(folder);
        Matrix vectors = vectors(folder.resolve(VECTORS), manifest);
        // mapped for as long as someone holds the space
        MappedFile items = MappedFile.open(folder.resolve(ITEMS), Arena.ofAuto());
        return Space.of(vectors, MappedItems.open(items, vectors.rows()), manifest.origin());
    }

    private static Matrix vectors(Path file, SpaceManifest manifest) {
        try (Safetensors opened = Safetensors.open(file)) {
            Tensor tensor = opened.tensor(TENSOR).orElseThrow(() -> Broken.file(file, "has no tensor '%s'", TENSOR));
            if (!Arrays.equals(tensor.shape(), new long[]{manifest.points(), manifest.width()})) {
                throw tensor.broken("is %s, the manifest says [%d, %d]; the space is damaged, write it again",
                        Arrays.toString(tensor.shape()), manifest.points(), manifest.width());
            }
            Matrix vectors = tensor.matrix();
            opened.mapped().requireWhole();
            return vectors;
        }
    }
}
