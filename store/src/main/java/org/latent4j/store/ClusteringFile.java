package org.latent4j.store;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Metric;
import org.latent4j.space.cluster.Hdbscan;
import org.latent4j.space.cluster.KMeans;

/**
 * Fitted clusterings in a safetensors file, to be applied to other points. Metadata {@code clustering} says of which kind:
 * {@code kmeans} has the tensor {@code centres} {@code [clusters, width]}; {@code hdbscan} has {@code points}, {@code cores} and the
 * condensed tree row by row in {@code parents}, {@code children}, {@code sizes} and {@code lambdas}.
 */
public final class ClusteringFile {
    private static final String KIND = "clustering";

    private ClusteringFile() {}

    /** A fitted clustering. */
    public sealed interface Clustering {
        /** k-means; only the centres count. */
        record Centres(KMeans clustering) implements Clustering {}

        /** HDBSCAN. */
        record Densities(Hdbscan clustering) implements Clustering {}
    }

    /** Writes a clustering by k-means; the file appears whole or not at all. */
    public static void write(Path file, KMeans clustering) {
        try (SafetensorsWriter to = SafetensorsWriter.create(file)) {
            to.metadata(KIND, "kmeans");
            to.metadata("spherical", Boolean.toString(clustering.spherical()));
            to.add("centres", clustering.centres());
            to.finish();
        }
    }

    /** Writes a clustering by HDBSCAN. */
    public static void write(Path file, Hdbscan clustering) {
        Hdbscan.State state = clustering.state();
        try (SafetensorsWriter to = SafetensorsWriter.create(file)) {
            to.metadata(Map.of(KIND, "hdbscan", "min_cluster_size", Integer.toString(state.options().minClusterSize()),
                    "min_samples", Integer.toString(state.options().minSamples()),
                    "metric", state.options().metric().name().toLowerCase(Locale.ROOT)));
            to.add("points", state.points());
            to.add("cores", state.cores(), state.cores().length);
            to.add("parents", state.parents(), state.parents().length);
            to.add("children", state.children(), state.children().length);
            to.add("sizes", state.sizes(), state.sizes().length);
            to.add("lambdas", state.lambdas(), state.lambdas().length);
            to.finish();
        }
    }

    /**
     * Reads a clustering.
     *
     * @throws LatentException if the file isn't one, or its parts don't fit together
     */
    public static Clustering read(Path file) {
        try (Safetensors from = Safetensors.open(file)) {
            String kind = from.metadata().getOrDefault(KIND, "");
            return switch (kind) {
                case "kmeans" ->
                    new Clustering.Centres(new KMeans(finite(tensor(from, "centres").matrix(), file), new int[0], Double.NaN, 0,
                            Boolean.parseBoolean(from.metadata().get("spherical"))));
                case "hdbscan" -> new Clustering.Densities(hdbscan(from, file));
                default -> throw new LatentException("%s holds no clustering: 'latent clusters --save' writes one".formatted(file));
            };
        }
    }

    private static Hdbscan hdbscan(Safetensors from, Path file) {
        var options = new Hdbscan.Options(number(from, "min_cluster_size"), number(from, "min_samples"),
                "cosine".equals(from.metadata().get("metric")) ? Metric.COSINE : Metric.EUCLIDEAN);
        try {
            return Hdbscan.of(new Hdbscan.State(options, finite(tensor(from, "points").matrix(), file), tensor(from, "cores").floats(),
                    tensor(from, "parents").integers(), tensor(from, "children").integers(), tensor(from, "sizes").integers(),
                    tensor(from, "lambdas").floats()));
        } catch (IllegalArgumentException damaged) {
            throw new LatentException("%s is damaged: %s; write it anew".formatted(file, damaged.getMessage()), damaged);
        }
    }

    private static Matrix finite(Matrix matrix, Path file) {
        for (float value : matrix.data()) {
            if (!Float.isFinite(value)) {
                throw new LatentException("%s has a value that isn't finite; write it anew".formatted(file));
            }
        }
        return matrix;
    }

    private static int number(Safetensors from, String name) {
        try {
            return Integer.parseInt(from.metadata().getOrDefault(name, ""));
        } catch (NumberFormatException e) {
            throw new LatentException("%s doesn't say its %s; write it anew".formatted(from.file(), name), e);
        }
    }

    private static Tensor tensor(Safetensors from, String name) {
        return from.tensor(name)
                .orElseThrow(() -> new LatentException("%s has no tensor '%s'; write it anew".formatted(from.file(), name)));
    }
}
