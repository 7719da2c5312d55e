package org.latent4j.workbench;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * The nearest points of every point in the space itself: all of them where looking at every pair takes half a minute, nearly all where
 * it would take minutes or hours, and then how many.
 *
 * @param share of the true nearest points those that are here, from 0 to 1: 1 where every pair was looked at, else measured on some points
 */
record TrueNeighbours(Neighbours near, double share) {
    /** Columns of all pairs that may be multiplied: half a minute of two cores. */
    private static final double MOST_WORK = 1.5e12;
    /** What a pair costs besides its columns, in columns. */
    private static final int PAIR = 40;
    private static final int MEASURED = 500;
    /** Some points can't tell that none at all is missing. */
    private static final double MOST_TOLD = 0.999;
    /** Shorter lists lose their way. */
    private static final int LISTED = 15;

    /**
     * Finds them.
     *
     * @param points {@code [points, width]}, two or more
     * @param wanted how many of each; all others where there are fewer
     */
    static TrueNeighbours of(Matrix points, int wanted, Metric metric, long seed, WorkerPool pool, Progress progress) {
        int n = points.rows();
        int k = Math.min(wanted, n - 1);
        if ((double) n * n * (points.columns() + PAIR) <= MOST_WORK) {
            return new TrueNeighbours(Neighbours.among(points, k, metric, pool, progress), 1);
        }
        return nearly(points, k, metric, seed, pool, progress);
    }

    /** Finds nearly all of them. */
    static TrueNeighbours nearly(Matrix points, int k, Metric metric, long seed, WorkerPool pool, Progress progress) {
        Neighbours near = Neighbours.nearly(points, Math.max(k, LISTED), metric, seed, pool, progress).first(k);
        return new TrueNeighbours(near, share(points, near, pool));
    }

    /** Points that lie as far as the last true neighbour are as good as it. */
    private static double share(Matrix points, Neighbours near, WorkerPool pool) {
        int n = points.rows();
        int k = near.k();
        int[] rows = new int[Math.min(n, MEASURED)];
        Arrays.setAll(rows, i -> (int) ((long) i * n / rows.length));
        Matrix queries = Matrix.zeros(rows.length, points.columns());
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(points.data(), rows[i] * points.columns(), queries.data(), i * points.columns(), points.columns());
        }
        Neighbours all = new NeighbourSearch(points, near.metric(), pool).nearest(queries, k + 1);
        long found = 0;
        for (int i = 0; i < rows.length; i++) {
            float last = farthestOther(all, i, rows[i]);
            for (int rank = 0; rank < k; rank++) {
                found += near.distance(rows[i], rank) <= last ? 1 : 0;
            }
        }
        return Math.min(MOST_TOLD, found / ((double) rows.length * k));
    }

    /** How far the last of the nearest is, the point itself left out if it is among them. */
    private static float farthestOther(Neighbours all, int query, int self) {
        int last = all.k() - 1;
        for (int rank = 0; rank < last; rank++) {
            if (all.index(query, rank) == self) {
                return all.distance(query, last);
            }
        }
        return all.distance(query, Math.max(0, last - 1));
    }
}
