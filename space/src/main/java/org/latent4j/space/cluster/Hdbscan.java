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
    private static final int LISTED_MORE = 12;

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
        double[] cores = new double[n];
        Edges edges = new Edges(n);
        if (distinct.groups() > 1) {
            Reachability reachability = reachability(distinct.pick(points), distinct.counts(), options, pool, progress);
            edges.addAll(new SpanningTree(reachability, pool, progress), distinct.firsts());
            edges.addNear(reachability, distinct.firsts(), options.minSamples() - 1);
            double[] byGroup = new double[distinct.groups()];
            for (int place = 0; place < byGroup.length; place++) {
                byGroup[reachability.row(place)] = reachability.distance(reachability.cores[place]);
            }
            Arrays.setAll(cores, row -> byGroup[distinct.groupOf()[row]]);
        }
        for (int row = 0; row < n; row++) { // a point's copies are as far from it as its core
            int first = distinct.firsts()[distinct.groupOf()[row]];
            if (first != row) {
                edges.add(first, row, cores[row]);
            }
        }
        return new Hdbscan(options, points, cores, CondensedTree.of(edges.dendrogram(n), options.minClusterSize()));
    }

    /** The edges that a spanning tree is made of, and those as short that it could be made of as well. */
    private static final class Edges {
        private int[] from;
        private int[] to;
        private double[] weights;
        private int size;

        Edges(int capacity) {
            from = new int[capacity];
            to = new int[capacity];
            weights = new double[capacity];
        }

        void add(int a, int b, double weight) {
            if (size == from.length) {
                from = Arrays.copyOf(from, size + size / 2 + 16);
                to = Arrays.copyOf(to, from.length);
                weights = Arrays.copyOf(weights, from.length);
            }
            from[size] = a;
            to[size] = b;
            weights[size++] = weight;
        }

        void addAll(SpanningTree tree, int[] rows) {
            for (int i = 0; i < tree.weights.length; i++) {
                add(rows[tree.from[i]], rows[tree.to[i]], tree.weights[i]);
            }
        }

        /** Within a point's core distance all others are equally far, unless they lie in sparser ground. */
        void addNear(Reachability reachability, int[] rows, int count) {
            for (int place = 0; place < reachability.points(); place++) {
                for (int i = place * reachability.listed; i < place * reachability.listed + Math.min(count, reachability.listed); i++) {
                    int other = reachability.places[i];
                    if (other >= 0) {
                        double weight = reachability.weight(place, other, reachability.distances[i]);
                        add(rows[reachability.row(place)], rows[reachability.row(other)], reachability.distance(weight));
                    }
                }
            }
        }

        Dendrogram dendrogram(int n) {
            return Dendrogram.of(n, Arrays.copyOf(from, size), Arrays.copyOf(to, size), Arrays.copyOf(weights, size));
        }
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
