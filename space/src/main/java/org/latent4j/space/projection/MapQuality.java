package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourRanks;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * How far a map can be believed (Venna and Kaski 2001). Of large spaces some thousand points are measured, each against all.
 *
 * @param trustworthiness 1 where points that are neighbours in the map are neighbours in the space; falls with how far off they are
 * @param continuity 1 where points that are neighbours in the space are neighbours in the map
 * @param neighboursKept the share of the nearest points that are among the nearest in the map
 * @param k how many neighbours count
 * @param measured how many points were measured
 */
public record MapQuality(double trustworthiness, double continuity, double neighboursKept, int k, int measured) {
    /** Up to so many points all are measured. */
    private static final int ALL = 10_000;
    private static final int SAMPLE = 4_000;
    private static final int PAIRS = 200_000;

    /**
     * Measures a map.
     *
     * @param points {@code [points, width]}
     * @param coordinates {@code [points, dims]}
     * @param metric how points of the space are compared
     * @param k how many neighbours count; fewer where there are fewer than twice as many points
     */
    public static MapQuality of(Matrix points, Matrix coordinates, Metric metric, int k, WorkerPool pool, Progress progress) {
        int n = points.rows();
        if (coordinates.rows() != n || k < 1) {
            throw new LatentException("a map of %d points and %d neighbours for a space of %d".formatted(coordinates.rows(), k, n));
        }
        int near = Math.clamp((n - 1) / 2, 1, k);
        int[] rows = sample(n);
        if (n < 2) {
            return new MapQuality(1, 1, 1, near, n);
        }
        NeighbourSearch space = new NeighbourSearch(points, metric, pool);
        NeighbourSearch map = new NeighbourSearch(coordinates, Metric.EUCLIDEAN, pool);
        int[] inSpace = nearest(space, points, rows, near, progress);
        int[] inMap = nearest(map, coordinates, rows, near, progress);
        double kept = 0;
        for (int i = 0; i < rows.length; i++) {
            kept += shared(inSpace, inMap, i * near, near);
        }
        // The most that ranks can be off, so that the measures reach from 0 to 1.
        double worst = (double) rows.length * near * (2.0 * n - 3 * near - 1) / 2;
        double trust = worst > 0 ? 1 - off(new NeighbourRanks(points, metric, pool).of(rows, inMap, near), near) / worst : 1;
        double continuity = worst > 0
                ? 1 - off(new NeighbourRanks(coordinates, Metric.EUCLIDEAN, pool).of(rows, inSpace, near), near) / worst
                : 1;
        return new MapQuality(trust, continuity, kept / ((double) rows.length * near), near, rows.length);
    }

    private static int[] sample(int n) {
        int[] rows = new int[n <= ALL ? n : SAMPLE];
        Arrays.setAll(rows, i -> (int) ((long) i * n / rows.length));
        return rows;
    }

    private static int[] nearest(NeighbourSearch search, Matrix points, int[] rows, int k, Progress progress) {
        if (rows.length == points.rows()) {
            return search.among(k, progress).indices();
        }
        Matrix queries = Matrix.zeros(rows.length, points.columns());
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(points.data(), rows[i] * points.columns(), queries.data(), i * points.columns(), points.columns());
        }
        Neighbours found = search.nearest(queries, k + 1, progress); // the point itself is one of them, or one of its equals is
        int[] others = new int[rows.length * k];
        for (int i = 0; i < rows.length; i++) {
            int to = 0;
            for (int rank = 0; rank <= k && to < k; rank++) {
                if (found.index(i, rank) != rows[i]) {
                    others[i * k + to++] = found.index(i, rank);
                }
            }
        }
        return others;
    }

    private static int shared(int[] a, int[] b, int from, int k) {
        int shared = 0;
        for (int i = from; i < from + k; i++) {
            for (int j = from; j < from + k; j++) {
                shared += a[i] == b[j] ? 1 : 0;
            }
        }
        return shared;
    }

    private static double off(int[] ranks, int k) {
        double sum = 0;
        for (int rank : ranks) {
            sum += Math.max(0, rank - k);
        }
        return sum;
    }

    /**
     * How well the map keeps the order of all distances, far ones as well as near (Shepard 1962): the rank correlation of the
     * distances of pairs in the space and in the map, from -1 to 1; NaN where one of them has no order. Of many points 200,000
     * pairs are drawn.
     */
    public static double shepard(Matrix points, Matrix coordinates, Metric metric, long seed) {
        int n = points.rows();
        long all = (long) n * (n - 1) / 2;
        int count = (int) Math.min(all, PAIRS);
        double[] inSpace = new double[count];
        double[] inMap = new double[count];
        SeededRandom random = new SeededRandom(seed, 0);
        int at = 0;
        for (int i = 0; i < n && all <= PAIRS; i++) {
            for (int j = i + 1; j < n; j++, at++) {
                inSpace[at] = metric.distance(points, i, points, j);
                inMap[at] = Metric.EUCLIDEAN.distance(coordinates, i, coordinates, j);
            }
        }
        for (; at < count; at++) {
            int i = (int) (random.at(2L * at) * n);
            int j = (int) (random.at(2L * at + 1) * (n - 1));
            j += j >= i ? 1 : 0;
            inSpace[at] = metric.distance(points, i, points, j);
            inMap[at] = Metric.EUCLIDEAN.distance(coordinates, i, coordinates, j);
        }
        return correlation(ranked(inSpace), ranked(inMap));
    }

    /** Ranks, equal values sharing the mean of theirs. */
    private static double[] ranked(double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length;) {
            int to = from;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + to - 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        double mean = (a.length - 1) / 2.0;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }
        return ab / Math.sqrt(aa * bb);
    }
}
