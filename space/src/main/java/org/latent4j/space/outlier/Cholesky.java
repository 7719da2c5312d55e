package org.latent4j.space.outlier;

import org.latent4j.kernel.WorkerPool;

/** A symmetric matrix as a lower triangle times its transpose. */
final class Cholesky {
    private Cholesky() {}

    /**
     * The lower triangle {@code L} of {@code A = L L'}. Where the matrix has no inverse (a constant column, points on a
     * plane), directions without variance are left out: their distances are 0.
     */
    static double[][] factor(double[][] a, WorkerPool pool) {
        int n = a.length;
        double[][] lower = new double[n][n];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, a[i][i]);
        }
        for (int column = 0; column < n; column++) {
            int c = column;
            double pivot = a[c][c] - ShrunkCovariance.dot(lower[c], lower[c], c);
            double root = pivot > 1e-13 * largest ? Math.sqrt(pivot) : 0;
            lower[c][c] = root;
            int rest = n - c - 1;
            int chunk = 64;
            pool.run(root > 0 ? (rest + chunk - 1) / chunk : 0, (item, _) -> {
                for (int i = c + 1 + item * chunk; i < Math.min(n, c + 1 + (item + 1) * chunk); i++) {
                    lower[i][c] = (a[i][c] - ShrunkCovariance.dot(lower[i], lower[c], c)) / root;
                }
            });
        }
        return lower;
    }

    /** Solves {@code L y = x} in place. */
    static void solveLower(double[][] lower, double[] x) {
        for (int i = 0; i < x.length; i++) {
            double rest = x[i] - ShrunkCovariance.dot(lower[i], x, i);
            x[i] = lower[i][i] > 0 ? rest / lower[i][i] : 0;
        }
    }
}
