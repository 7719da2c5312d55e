package org.latent4j.space.cluster;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/** How many clusters k-means should look for. */
public final class ClusterCount {
    private static final int MOST = 20;
    private static final int SAMPLE = 2000;
    private static final int LOOKED = 500;
    private static final int STARTS = 2;

    private ClusterCount() {}

    /**
     * The number from 2 to 20 whose clusters have the best mean silhouette, on a sample of at most 2,000 points. Silhouettes
     * favour few, round clusters: take it for a beginning.
     *
     * @throws LatentException if there are fewer than three points
     */
    public static int bySilhouette(Matrix points, boolean spherical, long seed, WorkerPool pool, Progress progress) {
        int n = points.rows();
        if (n < 3) {
            throw new LatentException("a number of clusters can be chosen of at least 3 points; there %s %d: give it (-k)"
                    .formatted(n == 1 ? "is" : "are", n));
        }
        int[] rows = KMeans.sample(n, SAMPLE, seed);
        Matrix sample = rows.length == n ? points : Rows.pick(points, rows);
        int best = 2;
        double highest = Double.NEGATIVE_INFINITY;
        int most = Math.min(MOST, sample.rows() - 1);
        for (int k = 2; k <= most; k++) {
            KMeans found = KMeans.fit(sample, new KMeans.Options(k, STARTS, 100, 1e-4, 0, spherical, seed), pool, Progress.NONE);
            double silhouette = Separation.of(sample, found.labels(), spherical ? Metric.COSINE : Metric.EUCLIDEAN, LOOKED, pool)
                    .silhouette();
            if (silhouette > highest) {
                highest = silhouette;
                best = k;
            }
            progress.report("Choosing the number of clusters", k - 1L, most - 1L, Progress.Unit.STEPS);
        }
        return best;
    }
}
