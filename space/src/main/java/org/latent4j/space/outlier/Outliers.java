package org.latent4j.space.outlier;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

/**
 * Scores of points, one each, the larger the less the point belongs. Scores of one method can be compared within one space
 * only. As PyOD and scikit-learn define them; deterministic on any number of threads.
 */
public final class Outliers {
    private Outliers() {}

    /**
     * The distance to the {@code k}-th nearest other point (Ramaswamy, Rastogi and Shim 2000).
     *
     * @throws LatentException if there are not more than {@code k} points
     */
    public static double[] nearestNeighbours(Matrix points, int k, Metric metric, WorkerPool pool, Progress progress) {
        Neighbours neighbours = neighbours(points, k, metric, pool, progress);
        double[] scores = new double[points.rows()];
        Arrays.setAll(scores, row -> neighbours.distance(row, k - 1));
        return scores;
    }

    /**
     * The local outlier factor (Breunig, Kriegel, Ng and Sander 2000): how much sparser the ground around a point is than the
     * ground around its {@code k} neighbours; about 1 within a cluster of any density.
     *
     * @throws LatentException if there are not more than {@code k} points
     */
    public static double[] localOutlierFactor(Matrix points, int k, Metric metric, WorkerPool pool, Progress progress) {
        Neighbours neighbours = neighbours(points, k, metric, pool, progress);
        int n = points.rows();
        double[] density = new double[n];
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int rank = 0; rank < k; rank++) {
                double reach = neighbours.distance(neighbours.index(row, rank), k - 1);
                sum += Math.max(reach, neighbours.distance(row, rank));
            }
            density[row] = 1 / (sum / k + 1e-10); // as scikit-learn keeps copies of a point from infinite density
        }
        double[] scores = new double[n];
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int rank = 0; rank < k; rank++) {
                sum += density[neighbours.index(row, rank)] / density[row];
            }
            scores[row] = sum / k;
        }
        return scores;
    }

    private static Neighbours neighbours(Matrix points, int k, Metric metric, WorkerPool pool, Progress progress) {
        if (points.rows() < 2) {
            throw new LatentException("a single point has no neighbours; to tell outliers by them give at least 2 points");
        }
        if (k < 1 || k >= points.rows()) {
            throw new LatentException("%d neighbours of %d points: ask for 1 to %d (-k)"
                    .formatted(k, points.rows(), points.rows() - 1));
        }
        return Neighbours.among(points, k, metric, pool, progress);
    }

    /** The squared Mahalanobis distance from the mean under the shrunk covariance of Ledoit and Wolf (2004); see {@link ShrunkCovariance}. */
    public static double[] mahalanobis(Matrix points, WorkerPool pool) {
        return ShrunkCovariance.of(points, pool).distances();
    }

    /**
     * How few cuts at random set a point apart (isolation forest: Liu, Ting and Zhou 2008), by 100 trees on 256 points each:
     * from 0 to 1, about 0.5 where there is nothing to tell.
     */
    public static double[] isolation(Matrix points, long seed, WorkerPool pool) {
        return IsolationForest.grow(points, 100, 256, seed, pool).scores(points, pool);
    }

    /** How far out a point is in its columns one by one, by the tails of their empirical distributions (ECOD: Li et al. 2022). */
    public static double[] tails(Matrix points, WorkerPool pool) {
        return Tails.scores(points, pool);
    }

    /**
     * The area under the ROC curve: the chance that an outlier has a higher score than another point, ties counted half.
     *
     * @param outliers which points are outliers
     * @return from 0 to 1; NaN where all are or none is
     */
    public static double auroc(double[] scores, boolean[] outliers) {
        int n = scores.length;
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
        double rankSum = 0;
        long positives = 0;
        for (int from = 0; from < n;) {
            int to = from;
            while (to < n && scores[order[to]] == scores[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                if (outliers[order[i]]) {
                    rankSum += (from + to + 1) / 2.0;
                    positives++;
                }
            }
            from = Math.max(to, from + 1);
        }
        long negatives = n - positives;
        return positives == 0 || negatives == 0
                ? Double.NaN
                : (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }
}
