package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.space.cluster.ClusterCount;
import org.latent4j.space.cluster.Hdbscan;
import org.latent4j.space.cluster.KMeans;
import org.latent4j.space.cluster.Separation;
import org.latent4j.store.ClusteringFile;
import org.latent4j.store.Fitted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent clusters}. */
@Command(name = "clusters", header = "Find clusters in a space, each named by its typical points and telling words.", footer = {
    "",
    "Without -k, k-means takes the number of clusters with the best silhouette. HDBSCAN finds their number by itself and leaves points "
            + "of no cluster aside (-1). Silhouettes are from -1 to 1; much below 0.2 there is little that tells clusters apart.",
    "",
    "  latent clusters packages.space",
    "  latent clusters packages.space --method hdbscan --metric cosine --min-cluster-size 20",
    "  latent clusters points.npy -k 10 --json"
})
final class ClustersCommand implements Callable<Integer> {
    /** Silhouettes are of all points up to so many; of more, of a part against all. */
    private static final int LOOKED = 10_000;
    private static final int LOOKED_OF_MORE = 4000;
    /** Points times clusters times width that a start may take so that there are some. */
    private static final double WORK = 5e8;

    /** The methods. */
    enum Method {
        /** k-means. */
        KMEANS,
        /** HDBSCAN. */
        HDBSCAN
    }

    /** The metrics. */
    enum Distance {
        /** The length of the difference. */
        EUCLIDEAN(Metric.EUCLIDEAN),
        /** The angle. */
        COSINE(Metric.COSINE);

        private final Metric metric;

        Distance(Metric metric) {
            this.metric = metric;
        }

        Metric metric() {
            return metric;
        }
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SPACE", description = "The space (see -s).")
    private @Nullable String space;

    @Mixin
    private SpaceArgument spaces = new SpaceArgument();

    @Mixin
    private Computing computing = new Computing();

    @Option(names = "--method", paramLabel = "kmeans|hdbscan", defaultValue = "kmeans", description = "How (default: ${DEFAULT-VALUE}).")
    private Method method = Method.KMEANS;

    @Option(names = {"-k", "--clusters"}, paramLabel = "N", description = "k-means: how many clusters (default: what the silhouette says).")
    private @Nullable Integer count;

    @Option(names = "--starts", paramLabel = "N", description = "k-means: how many times to begin anew; the best counts (default: 3 to 30, more where points are few).")
    private @Nullable Integer starts;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "0", description = "k-means: points in a batch; 0 for all at every step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--min-cluster-size", paramLabel = "N", defaultValue = "10", description = "HDBSCAN: the fewest points of a cluster (default: ${DEFAULT-VALUE}).")
    private int minClusterSize = 10;

    @Option(names = "--min-samples", paramLabel = "N", defaultValue = "5", description = "HDBSCAN: how many points must be near, the point itself counted; more make more noise (default: ${DEFAULT-VALUE}).")
    private int minSamples = 5;

    @Option(names = "--metric", paramLabel = "euclidean|cosine", defaultValue = "euclidean", description = "How distance is measured (default: ${DEFAULT-VALUE}).")
    private Distance metric = Distance.EUCLIDEAN;

    @Option(names = "--save", paramLabel = "FILE", description = "Write the clustering, to be applied to other points with --fitted (.safetensors).")
    private @Nullable Path save;

    @Option(names = "--fitted", paramLabel = "FILE", description = "Don't look for clusters: say where the points belong in a clustering that --save wrote.")
    private @Nullable Path fitted;

    /** What came out. */
    private record Found(int[] labels, double inertia, double[] probabilities, double silhouette, double[] silhouettes) {}

    @Override
    public Integer call() {
        Space opened = SpaceArgument.required(spaces, space);
        try (WorkerPool pool = computing.pool()) {
            Found found = find(opened, pool);
            if (computing.json()) {
                computing.write(to -> {
                    to.writeFieldName("labels");
                    to.writeArray(found.labels(), 0, found.labels().length);
                    Computing.number(to, "inertia", found.inertia());
                    Computing.number(to, "silhouette", found.silhouette());
                    to.writeFieldName("probabilities");
                    if (found.probabilities().length > 0) {
                        to.writeArray(found.probabilities(), 0, found.probabilities().length);
                    } else {
                        to.writeNull();
                    }
                    to.writeNumberField("clusters", Arrays.stream(found.labels()).max().orElse(-1) + 1);
                });
            } else {
                tell(opened, found);
            }
        }
        return 0;
    }

    private Found find(Space space, WorkerPool pool) {
        Matrix points = space.vectors();
        if (fitted != null) {
            Fitted<ClusteringFile.Clustering> kept = ClusteringFile.read(fitted);
            kept.requireFits(space.origin());
            return applied(kept.fit(), points, pool);
        }
        Metric measure = metric.metric();
        int[] labels;
        double inertia = Double.NaN;
        double[] probabilities = {};
        if (method == Method.HDBSCAN) {
            Hdbscan found = Hdbscan.fit(points, new Hdbscan.Options(minClusterSize, minSamples, measure), pool, computing.progress());
            labels = found.labels();
            probabilities = found.probabilities();
            if (save != null) {
                ClusteringFile.write(save, found, space.origin(), new CommandText(Objects.requireNonNull(spec)).manifest());
            }
        } else {
            boolean spherical = measure == Metric.COSINE;
            int k = count != null ? count : ClusterCount.bySilhouette(points, spherical, computing.seed(), pool, computing.progress());
            KMeans found = KMeans.fit(points,
                    new KMeans.Options(k, starts == null ? usualStarts(points, k) : starts, 300, 1e-4, batch, spherical, computing.seed()),
                    pool,
                    computing.progress());
            labels = found.labels();
            inertia = found.inertia();
            long filled = Arrays.stream(labels).distinct().count();
            if (filled < k) {
                computing.note("%s asked for, %s found: more of the points don't differ".formatted(Amounts.of(k, "cluster"),
                        Amounts.count(filled)));
            }
            if (save != null) {
                ClusteringFile.write(save, found, space.origin(), new CommandText(Objects.requireNonNull(spec)).manifest());
            }
        }
        Separation separation = Separation.of(points, labels, measure, points.rows() <= LOOKED ? LOOKED : LOOKED_OF_MORE, pool);
        return new Found(labels, inertia, probabilities, separation.silhouette(), separation.silhouettes());
    }

    private Found applied(ClusteringFile.Clustering clustering, Matrix points, WorkerPool pool) {
        if (save != null) {
            throw new LatentException("--save and --fitted don't go together: a clustering that is applied isn't changed");
        }
        return switch (clustering) {
            case ClusteringFile.Clustering.Centres(KMeans centres) ->
                new Found(centres.predict(points, pool), Double.NaN, new double[0], Double.NaN, new double[0]);
            case ClusteringFile.Clustering.Densities(Hdbscan densities) -> {
                Hdbscan.Membership found = densities.predict(points, pool);
                yield new Found(found.labels(), Double.NaN, found.probabilities(), Double.NaN, new double[0]);
            }
        };
    }

    private static int usualStarts(Matrix points, int k) {
        double work = (double) Math.min(points.rows(), 8192) * Math.max(1, k) * points.columns();
        return (int) Math.clamp(WORK / work, 3, 30);
    }

    private void tell(Space opened, Found found) {
        int clusters = Arrays.stream(found.labels()).max().orElse(-1) + 1;
        long noise = Arrays.stream(found.labels()).filter(label -> label < 0).count();
        var out = computing.out();
        out.printf(Locale.ROOT, "%s: %s, %s%s%n", opened.origin().source(), Amounts.of(opened.size(), "point"),
                clusters == 1 ? "one cluster" : clusters == 0 ? "no clusters" : clusters + " clusters",
                noise > 0 ? ", %s of none".formatted(Amounts.of(noise, "point")) : "");
        if (Double.isFinite(found.silhouette())) {
            out.printf(Locale.ROOT, "silhouette %.3f: %s%n", found.silhouette(), verdict(found.silhouette()));
        }
        for (ClusterPortrait portrait : ClusterPortrait.of(opened, found.labels(), metric.metric())) {
            out.printf(Locale.ROOT, "%n%d  %s%s%n", portrait.label(), Amounts.of(portrait.size(), "point"),
                    portrait.words().isEmpty() ? "" : "   " + String.join(", ", portrait.words()));
            for (String typical : portrait.typical()) {
                out.println("     " + typical);
            }
        }
        out.flush();
    }

    private static String verdict(double silhouette) {
        return silhouette > 0.5
                ? "clusters stand well apart"
                : silhouette > 0.25
                        ? "clusters can be told apart"
                        : silhouette > 0.1
                                ? "clusters touch; take their borders lightly"
                                : "the points hardly fall into clusters; these are regions";
    }
}
