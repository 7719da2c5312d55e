package org.latent4j.model;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.site.Site;

/**
 * Directions from a file: a safetensors with one tensor {@code direction} {@code [width]} for every site, or with a tensor
 * {@code direction.SITE} for each of some sites, or a GGUF control vector as llama.cpp and repeng write it, where tensor
 * {@code direction.K} is for {@code resid_post.K}.
 */
public final class DirectionFile {
    private final Path file;
    private final float @Nullable [] everywhere;
    private final Map<Integer, float[]> byLayer;
    private final String kind; // of the sites that the layers are of; empty where there is one direction for all
    private final Optional<String> model;

    private DirectionFile(Path file, float @Nullable [] everywhere, Map<Integer, float[]> byLayer, String kind, Optional<String> model) {
        this.file = file;
        this.everywhere = everywhere;
        this.byLayer = byLayer;
        this.kind = kind;
        this.model = model;
    }

    /**
     * Reads a file.
     *
     * @throws LatentException if it is neither, or holds a value that isn't finite
     */
    public static DirectionFile open(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf") ? openGguf(file) : openSafetensors(file);
    }

    private static DirectionFile openSafetensors(Path file) {
        try (Safetensors opened = Safetensors.open(file)) {
            Optional<String> madeFor = Optional.ofNullable(opened.metadata().get("model_sha256"));
            Map<Integer, float[]> byLayer = new TreeMap<>();
            Optional<String> kind = byLayer(opened, file, byLayer);
            if (kind.isPresent()) {
                return new DirectionFile(file, null, byLayer, kind.get(), madeFor);
            }
            Tensor tensor = opened.tensor("direction")
                    .orElseThrow(() -> new LatentException(
                            "%s holds no tensor 'direction': write the direction, [width], under this name".formatted(file)));
            if (tensor.shape().length != 1) {
                throw new LatentException("%s: 'direction' has %d dimensions, not one".formatted(file, tensor.shape().length));
            }
            return new DirectionFile(file, checked(tensor.floats(), file), Map.of(), "", madeFor);
        }
    }

    /** Finds tensors {@code direction.resid_post.12}, or of another kind of site, by layer; all must be of one kind, which is told. */
    private static Optional<String> byLayer(Safetensors opened, Path file, Map<Integer, float[]> byLayer) {
        String kind = null;
        for (Map.Entry<String, Tensor> entry : opened.tensors().entrySet()) {
            String name = entry.getKey();
            if (name.matches("direction\\.[a-z_]{1,20}(\\.\\d{1,6})?")) {
                String[] parts = name.split("\\.", -1);
                if (kind != null && !kind.equals(parts[1])) {
                    throw new LatentException(
                            "%s has directions for both %s and %s: take one of them with 'latent direction combine --sites'"
                                    .formatted(file, kind, parts[1]));
                }
                kind = parts[1];
                byLayer.put(parts.length > 2 ? Integer.parseInt(parts[2]) : -1, checked(entry.getValue().floats(), file));
            }
        }
        return Optional.ofNullable(kind);
    }

    private static DirectionFile openGguf(Path file) {
        Map<Integer, float[]> byLayer = new TreeMap<>();
        try (Gguf opened = Gguf.open(file)) {
            opened.tensors().forEach((name, tensor) -> {
                if (name.matches("direction\\.\\d{1,6}")) {
                    byLayer.put(Integer.parseInt(name.substring(name.indexOf('.') + 1)), checked(tensor.floats(), file));
                }
            });
        }
        if (byLayer.isEmpty()) {
            throw new LatentException("%s is no control vector: it has no tensors 'direction.K'".formatted(file));
        }
        return new DirectionFile(file, null, byLayer, Site.Kind.RESID_POST.label(), Optional.empty());
    }

    private static float[] checked(float[] values, Path file) {
        boolean zero = true;
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new LatentException(
                        "the direction in %s has a value that isn't finite (NaN or infinite): make it anew".formatted(file));
            }
            zero &= value == 0;
        }
        if (zero) {
            throw new LatentException("the direction in %s is zero: it points nowhere".formatted(file));
        }
        return values;
    }

    /** Whether there is one for this layer. */
    public boolean has(int layer) {
        return everywhere != null || byLayer.containsKey(layer);
    }

    /**
     * The direction for a layer, or for a site that exists once (-1).
     *
     * @throws LatentException if there is none
     */
    public float[] at(int layer) {
        float[] found = everywhere != null ? everywhere : byLayer.get(layer);
        if (found == null) {
            throw new LatentException(
                    "%s has no direction for layer %d; it has them for %s".formatted(file, layer, byLayer.keySet()));
        }
        return found.clone();
    }

    /**
     * The direction for a site.
     *
     * @throws LatentException if there is none, or if the file's are of another kind of site, whose space is another
     */
    public float[] at(Site site) {
        if (everywhere == null && !kind.equals(site.kind().label())) {
            throw new LatentException("%s has directions of %s, not of %s: find one there (latent direction find --sites %s)"
                    .formatted(file, kind, site, site));
        }
        return at(site.layer());
    }

    /** Whether it is one direction for every site, and not one for each layer. */
    public boolean everywhere() {
        return everywhere != null;
    }

    /** SHA-256 of the model that it was made for, if the file tells. */
    public Optional<String> model() {
        return model;
    }
}
