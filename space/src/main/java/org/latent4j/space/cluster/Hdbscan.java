package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

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

    /**
     * What a fitted clustering consists of, to be saved.
     *
     * @param points the points it was fitted to, {@code [points, width]}
     * @param cores their core distances
     * @param parents, children, sizes, lambdas the condensed tree: at density {@code lambdas[i]}, {@code sizes[i]} points leave cluster
     *     {@code parents[i]}, as the point or cluster {@code children[i]}; clusters are numbered from the number of points, the root, on
     */
    public record State(Options options, Matrix points, float[] cores, int[] parents, int[] children, int[] sizes, float[] lambdas) {}

    /** What there is to save. */
    public State state() {
        float[] lambdas = new float[tree.lambdas().length];
        for (int i = 0; i < lambdas.length; i++) {
            lambdas[i] = (float) tree.lambdas()[i];
        }
        float[] ownCores = new float[cores.length];
        for (int i = 0; i < cores.length; i++) {
            ownCores[i] = (float) cores[i];
        }
        return new State(options, points, ownCores, tree.parents(), tree.children(), tree.sizes(), lambdas);
    }

    /**
     * A clustering that was saved. Its numbers are rounded to single precision.
     *
     * @throws IllegalArgumentException if the parts don't fit together
     */
    public static Hdbscan of(State state) {
        int n = state.points().rows();
        int rows = state.parents().length;
        if (state.cores().length != n || state.children().length != rows || state.sizes().length != rows || state.lambdas().length != rows
                || n < 2 || rows < n || rows > 3L * n) {
            throw new IllegalArgumentException("%d points and a tree of %d rows don't fit together".formatted(n, rows));
        }
        boolean[] seen = new boolean[3 * n];
        for (int i = 0; i < rows; i++) {
            int parent = state.parents()[i];
            int child = state.children()[i];
            boolean cluster = child > n && child > parent && child < 3 * n;
            if (parent < n || parent >= 3 * n || parent > n && !seen[parent] || child < 0 || child >= n && !cluster || seen[child]
                    || !(state.lambdas()[i] >= 0) || state.sizes()[i] < 1) {
                throw new IllegalArgumentException("row %d of the tree is impossible".formatted(i));
            }
            seen[child] = true;
        }
        double[] cores = new double[n];
        Arrays.setAll(cores, i -> state.cores()[i]);
        double[] lambdas = new double[rows];
        Arrays.setAll(lambdas, i -> state.lambdas()[i]);
        return new Hdbscan(state.options(), state.points(), cores,
                new CondensedTree(n, state.parents(), state.children(), lambdas, state.sizes()));
    }

    /**
     * Where other points belong.
     *
     * @param labels each point's cluster, or -1
     * @param probabilities how firmly
     */
    public record Membership(int[] labels, double[] probabilities) {}

    /**
     * Finds where other points would belong, as McInnes' hdbscan does: each goes with the point that is nearest by mutual
     * reachability, as far up the tree as its own density reaches. The clusters stay as they are.
     *
     * @param others {@code [points, width]}
     * @throws LatentException if they are of another width, or a value isn't finite
     */
    public Membership predict(Matrix others, WorkerPool pool) {
        Checked.width(others, points.columns());
        int k = Math.clamp(2L * options.minSamples(), 2, points.rows());
        Neighbours near = Neighbours.of(others, points, k, options.metric(), pool);
        int[] rowOf = new int[tree.points() + tree.clusters()];
        for (int i = 0; i < tree.children().length; i++) {
            rowOf[tree.children()[i]] = i;
        }
        double[] highest = tree.highest(chosen);
        int[] found = new int[others.rows()];
        double[] firmly = new double[others.rows()];
        for (int row = 0; row < found.length; row++) {
            double core = options.minSamples() < 2 ? 0 : near.distance(row, Math.min(k, options.minSamples() - 1) - 1);
            int nearest = near.index(row, 0);
            double least = Double.POSITIVE_INFINITY;
            for (int rank = 0; rank < k; rank++) {
                double reach = Math.max(Math.max(core, cores[near.index(row, rank)]), near.distance(row, rank));
                if (reach < least) {
                    least = reach;
                    nearest = near.index(row, rank);
                }
            }
            double lambda = least > 0 ? 1 / least : Double.POSITIVE_INFINITY;
            int cluster = tree.parents()[rowOf[nearest]];
            while (cluster > tree.points() && tree.lambdas()[rowOf[cluster]] > lambda) {
                cluster = tree.parents()[rowOf[cluster]];
            }
            found[row] = chosen[cluster - tree.points()];
            double most = found[row] < 0 ? 0 : highest[found[row]];
            firmly[row] = found[row] < 0 ? 0 : most == 0 || Double.isInfinite(lambda) ? 1 : Math.min(lambda, most) / most;
        }
        return new Membership(found, firmly);
    }
}
