package org.latent4j.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Origin;

/**
 * Something that was fitted to the points of a space and saved: a map, a clustering.
 *
 * @param fit what was fitted
 * @param origin where the points came from, with the fingerprint if they had one; its details tell how the fit was made
 * @param file where it was read
 */
public record Fitted<T>(T fit, Origin origin, Path file) {
    private static final String SOURCE = "fitted_to";

    /**
     * Checks that other points may be placed in it; where either has no fingerprint, nobody knows.
     *
     * @throws LatentException if they come from another model, site, pooling or prompt; the message names both
     */
    public void requireFits(Origin points) {
        if (origin.fingerprint().isPresent() && points.fingerprint().isPresent() && !origin.fingerprint().equals(points.fingerprint())) {
            throw new LatentException(
                    "%s was fitted to %s (%s); points of %s (%s) come from another model, site, pooling or prompt and have no place in it"
                            .formatted(file, origin.source(), origin.fingerprint().get(), points.source(), points.fingerprint().get()));
        }
    }

    /** What is written about a fit: where its points came from and how it was made. */
    static Map<String, String> metadata(Origin origin, Map<String, String> made) {
        Map<String, String> metadata = new LinkedHashMap<>(made);
        metadata.put(SOURCE, origin.source());
        origin.fingerprint().ifPresent(print -> metadata.putAll(print.asMetadata()));
        return metadata;
    }

    /** Reads what {@link #metadata} wrote. */
    static <T> Fitted<T> of(T fit, Safetensors from) {
        Map<String, String> metadata = from.metadata();
        Origin origin = new Origin(metadata.getOrDefault(SOURCE, "points that it doesn't name"), Fingerprint.of(metadata),
                Optional.empty(), metadata);
        return new Fitted<>(fit, origin, from.file());
    }

    static Matrix matrix(Safetensors from, String name) {
        Matrix matrix = tensor(from, name).matrix();
        requireFinite(matrix.data(), from);
        return matrix;
    }

    static double[] numbers(Safetensors from, String name) {
        float[] values = tensor(from, name).floats();
        requireFinite(values, from);
        double[] numbers = new double[values.length];
        Arrays.setAll(numbers, i -> values[i]);
        return numbers;
    }

    static float[] floats(double[] numbers) {
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[i];
        }
        return values;
    }

    private static void requireFinite(float[] values, Safetensors from) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new LatentException("%s has a value that isn't finite; write it anew".formatted(from.file()));
            }
        }
    }

    static Tensor tensor(Safetensors from, String name) {
        return from.tensor(name)
                .orElseThrow(() -> new LatentException("%s has no tensor '%s'; write it anew".formatted(from.file(), name)));
    }

    static int whole(Safetensors from, String name) {
        double number = number(from, name);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new LatentException("%s says '%s' for its %s; write it anew".formatted(from.file(), number, name));
        }
        return (int) number;
    }

    static double number(Safetensors from, String name) {
        try {
            double number = Double.parseDouble(from.metadata().getOrDefault(name, ""));
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new LatentException("%s doesn't say its %s; write it anew".formatted(from.file(), name));
    }
}
