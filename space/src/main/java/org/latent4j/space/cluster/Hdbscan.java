package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/**
 * Clusters of any shape and of different densities, and noise between them (HDBSCAN: Campello, Moulavi and Sander 2013;
 * McInnes and Healy 2017), as scikit-learn computes them: the minimum spanning tree under mutual reachability, exactly; the
 * dendrogram condensed; the clusters that hold most (excess of mass).
 *
 * <p>Points of up to {@value #TREE_WIDTH} dimensions are searched in a tree, wider ones by blocked products. Deterministic on
 * any number of threads. Where edges are equally long, another order of them may put single points elsewhere than
 * scikit-learn does, which leaves the order to its sort.
 */
public final class Hdbscan {
    /** The widest points for which a tree is faster than products; measured. */
    private static final int TREE_WIDTH = 20;
    /** Neighbours that are listed beyond those that core distances need. */
    private static final int LISTED_MORE = 8;

    private final Options options;
    private final Matrix points;
    private final double[] cores;
    private final CondensedTree tree;
    private final int[] chosen;
    private final int[] labels;
    private final double[] probabilities;

    /**
     * What to look for.
     *
     * @param minClusterSize a cluster has at least so many points; at least 2
     * @param minSamples a point is in dense ground as far as its neighbours are near, this many, itself counted; the larger,
     *     the more points are noise; at least 1
     * @param metric {@link Metric#EUCLIDEAN} or {@link Metric#COSINE}
     */
    public record Options(int minClusterSize, int minSamples, Metric metric) {
        /** Checks what can be checked without points. */
        public Options {
            if (minClusterSize < 2) {
                throw new LatentException("a cluster of HDBSCAN has at least 2 points, not %d".formatted(minClusterSize));
            }
            if (minSamples < 1) {
                throw new LatentException("HDBSCAN looks at 1 or more points around each (min-samples), not %d".formatted(minSamples));
            }
            if (metric != Metric.EUCLIDEAN && metric != Metric.COSINE) {
                throw new LatentException("HDBSCAN knows the metrics euclidean and cosine, not %s".formatted(metric));
            }
        }
    }

    private Hdbscan(Options options, Matrix points, double[] cores, CondensedTree tree) {
        this.options = options;
        this.points = points;
        this.cores = cores;
        this.tree = tree;
        this.chosen = tree.chosen();
        this.labels = tree.labels(chosen);
        this.probabilities = tree.probabilities(chosen);
    }

    /**
     * Finds clusters.
     *
     * @param points {@code [points, width]}
     * @throws LatentException if there are fewer points than {@code minSamples} or than two, or a value isn't finite
     */
    public static Hdbscan fit(Matrix points, Options options, WorkerPool pool, Progress progress) {
        int n = points.rows();
        if (n < Math.max(2, options.minSamples())) {
            throw new LatentException("HDBSCAN with min-samples %d needs at least %d points; there are %d"
                    .formatted(options.minSamples(), Math.max(2, options.minSamples()), n));
        }
        Checked.finite(points);
        Distinct distinct = Distinct.of(points);
        int different = distinct.groups();
        double[] cores = new double[n];
        int[] from = new int[n - 1];
        int[] to = new int[n - 1];
        double[] weights = new double[n - 1];
        if (different > 1) {
            Reachability reachability = reachability(distinct.pick(points), distinct.counts(), options, pool, progress);
            SpanningTree found = new SpanningTree(reachability, pool, progress);
            for (int i = 0; i < different - 1; i++) {
                from[i] = distinct.firsts()[found.from[i]];
                to[i] = distinct.firsts()[found.to[i]];
                weights[i] = found.weights[i];
            }
            double[] byGroup = new double[different];
            for (int place = 0; place < different; place++) {
                byGroup[reachability.row(place)] = reachability.distance(reachability.cores[place]);
            }
            Arrays.setAll(cores, row -> byGroup[distinct.groupOf()[row]]);
        }
        int edge = different - 1;
        for (int row = 0; row < n; row++) { // a point's copies are as far from it as its core
            int first = distinct.firsts()[distinct.groupOf()[row]];
            if (first != row) {
                from[edge] = first;
                to[edge] = row;
                weights[edge++] = cores[row];
            }
        }
        return new Hdbscan(options, points, cores, CondensedTree.of(Dendrogram.of(from, to, weights), options.minClusterSize()));
    }

    private static Reachability reachability(
            Matrix different, int[] counts, Options options, WorkerPool pool, Progress progress) {
        int listed = Math.min(different.rows() - 1, options.minSamples() - 1 + LISTED_MORE);
        return different.columns() <= TREE_WIDTH
                ? new TreeReachability(different, counts, options.minSamples(), listed, options.metric() == Metric.COSINE, pool)
                : new WideReachability(different, counts, options.minSamples(), listed, options.metric(), pool, progress);
    }

    /** Each point's cluster, from 0, or -1 for noise. */
    public int[] labels() {
        return labels.clone();
    }

    /** How firmly each point belongs to its cluster, from 0 to 1; 0 for noise. */
    public double[] probabilities() {
        return probabilities.clone();
    }

    /** How many clusters there are. */
    public int clusters() {
        return Arrays.stream(chosen).max().orElse(-1) + 1;
    }
}
