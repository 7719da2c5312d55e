package org.latent4j.store;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.latent4j.files.Safetensors;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
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

    /**
     * Writes a clustering by k-means; the file appears whole or not at all.
     *
     * @param origin of the points it was fitted to
     * @param made how it was made, as text by name
     */
    public static void write(Path file, KMeans clustering, Origin origin, Map<String, String> made) {
        try (SafetensorsWriter to = SafetensorsWriter.create(file)) {
            to.metadata(Fitted.metadata(origin, made));
            to.metadata(KIND, "kmeans");
            to.metadata("spherical", Boolean.toString(clustering.spherical()));
            to.add("centres", clustering.centres());
            to.finish();
        }
    }

    /** Writes a clustering by HDBSCAN, as {@link #write(Path, KMeans, Origin, Map)}. */
    public static void write(Path file, Hdbscan clustering, Origin origin, Map<String, String> made) {
        Hdbscan.State state = clustering.state();
        try (SafetensorsWriter to = SafetensorsWriter.create(file)) {
            to.metadata(Fitted.metadata(origin, made));
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
    public static Fitted<Clustering> read(Path file) {
        try (Safetensors from = Safetensors.open(file)) {
            String kind = from.metadata().getOrDefault(KIND, "");
            Clustering clustering = switch (kind) {
                case "kmeans" -> new Clustering.Centres(new KMeans(Fitted.matrix(from, "centres"), new int[0], Double.NaN, 0,
                        Boolean.parseBoolean(from.metadata().get("spherical"))));
                case "hdbscan" -> new Clustering.Densities(hdbscan(from, file));
                default -> throw new LatentException("%s holds no clustering: 'latent clusters --save' writes one".formatted(file));
            };
            return Fitted.of(clustering, from);
        }
    }

    private static Hdbscan hdbscan(Safetensors from, Path file) {
        var options = new Hdbscan.Options(Fitted.whole(from, "min_cluster_size"), Fitted.whole(from, "min_samples"),
                "cosine".equals(from.metadata().get("metric")) ? Metric.COSINE : Metric.EUCLIDEAN);
        try {
            return Hdbscan.of(new Hdbscan.State(options, Fitted.matrix(from, "points"), Fitted.tensor(from, "cores").floats(),
                    Fitted.tensor(from, "parents").integers(), Fitted.tensor(from, "children").integers(),
                    Fitted.tensor(from, "sizes").integers(),
                    Fitted.tensor(from, "lambdas").floats()));
        } catch (IllegalArgumentException damaged) {
            throw new LatentException("%s is damaged: %s; write it anew".formatted(file, damaged.getMessage()), damaged);
        }
    }
}
