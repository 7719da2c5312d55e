package org.latent4j.space;

import org.latent4j.kernel.WorkerPool;

/**
 * A symmetric matrix without negative variances as a lower triangle times its transpose, {@code A = L L'}, and equations solved by it.
 * In double precision, in place, on and below the diagonal; what lies above is neither read nor written. Sums have one order: the number
 * of threads changes nothing.
 *
 * <p>Where a matrix has no inverse (a constant column, points on a plane), directions without variance are left out: their pivots are 0,
 * and so is what is solved for along them.
 */
public final class Cholesky {
    /** A pivot that is this small beside the largest variance is rounding's. */
    private static final double ROUNDING = 1e-13;
    /** Rows of a column that a worker takes at a time. */
    private static final int ROWS = 64;

    private Cholesky() {}

    /**
     * Turns a matrix into its factor.
     *
     * @param a {@code [n, n]}; becomes {@code L}
     * @return how many directions have variance: {@code n} where the matrix has an inverse
     */
    public static int factor(double[][] a) {
        int kept = 0;
        double least = least(a);
        for (int c = 0; c < a.length; c++) {
            kept += pivot(a, c, least) ? 1 : 0;
            rows(a, c, c + 1, a.length);
        }
        return kept;
    }

    /** The same on all threads of a pool: for matrices wide enough to be worth it. */
    public static int factor(double[][] a, WorkerPool pool) {
        int kept = 0;
        double least = least(a);
        for (int column = 0; column < a.length; column++) {
            int c = column;
            kept += pivot(a, c, least) ? 1 : 0;
            int rest = a.length - c - 1;
            pool.run((rest + ROWS - 1) / ROWS,
                    (item, _) -> rows(a, c, c + 1 + item * ROWS, Math.min(a.length, c + 1 + (item + 1) * ROWS)));
        }
        return kept;
    }

    private static double least(double[][] a) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, a[i][i]);
        }
        return ROUNDING * largest;
    }

    private static boolean pivot(double[][] a, int c, double least) {
        double pivot = a[c][c] - Vectors.dot(a[c], a[c], c);
        a[c][c] = pivot > least ? Math.sqrt(pivot) : 0;
        return pivot > least;
    }

    /** A column of L in some rows. */
    private static void rows(double[][] a, int c, int from, int to) {
        double root = a[c][c];
        for (int i = from; i < to; i++) {
            a[i][c] = root > 0 ? (a[i][c] - Vectors.dot(a[i], a[c], c)) / root : 0;
        }
    }

    /** Solves {@code L y = x}; x becomes y. */
    public static void solveLower(double[][] lower, double[] x) {
        for (int i = 0; i < x.length; i++) {
            double root = lower[i][i];
            x[i] = root > 0 ? (x[i] - Vectors.dot(lower[i], x, i)) / root : 0;
        }
    }

    /** Solves {@code A y = x}, given A's factor; x becomes y. */
    public static void solve(double[][] lower, double[] x) {
        solveLower(lower, x);
        for (int i = x.length - 1; i >= 0; i--) {
            double root = lower[i][i];
            double value = root > 0 ? x[i] / root : 0;
            x[i] = value;
            double[] row = lower[i];
            for (int k = 0; k < i; k++) { // along a row of L, which is a column of L'
                x[k] -= value * row[k];
            }
        }
    }
}
