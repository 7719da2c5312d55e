package org.latent4j.space.compare;

import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Vectors;

/** The rotation in a matrix, by one-sided Jacobi rotations (Hestenes 1958): {@code A = U S V'} has {@code U V'}. */
final class Polar {
    private static final int MOST_SWEEPS = 40;
    private static final double INDEPENDENT = 1e-12;

    private Polar() {}

    /**
     * {@code U V'} of a matrix {@code [rows, columns]} with no more rows than columns; directions that it takes to zero are
     * left out. The trace of its product with the matrix is the sum of the singular values.
     */
    static double[][] rotation(double[][] a, WorkerPool pool) {
        int m = a.length;
        int even = m + m % 2;
        double[][] rows = new double[m][];
        double[][] turns = new double[m][m]; // rows = turns * a
        for (int i = 0; i < m; i++) {
            rows[i] = a[i].clone();
            turns[i][i] = 1;
        }
        boolean[] turned = new boolean[Math.max(1, even / 2)];
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            boolean any = false;
            for (int round = 0; round < even - 1; round++) { // as at a tournament: everyone meets everyone, in pairs side by side
                int r = round;
                pool.run(even / 2, (pair, _) -> {
                    int i = pair == 0 ? even - 1 : (r + pair) % (even - 1);
                    int j = pair == 0 ? r : (r + even - 1 - pair) % (even - 1);
                    turned[pair] = i < m && j < m && turn(rows, turns, Math.min(i, j), Math.max(i, j));
                });
                for (boolean one : turned) {
                    any |= one;
                }
            }
            if (!any) {
                break;
            }
        }
        return product(rows, turns, a[0].length, pool);
    }

    private static boolean turn(double[][] rows, double[][] turns, int i, int j) {
        double ii = Vectors.dot(rows[i], rows[i]);
        double jj = Vectors.dot(rows[j], rows[j]);
        double ij = Vectors.dot(rows[i], rows[j]);
        if (Math.abs(ij) <= INDEPENDENT * Math.sqrt(ii * jj) || Math.abs(ij) < 1e-30) {
            return false;
        }
        double theta = (jj - ii) / (2 * ij);
        double tangent = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(tangent * tangent + 1);
        double sine = tangent * cosine;
        mix(rows[i], rows[j], cosine, sine);
        mix(turns[i], turns[j], cosine, sine);
        return true;
    }

    private static void mix(double[] one, double[] other, double cosine, double sine) {
        for (int k = 0; k < one.length; k++) {
            double left = one[k];
            double right = other[k];
            one[k] = cosine * left - sine * right;
            other[k] = sine * left + cosine * right;
        }
    }

    /** {@code turns'} times the rows at length 1. */
    private static double[][] product(double[][] rows, double[][] turns, int columns, WorkerPool pool) {
        int m = rows.length;
        double largest = 0;
        double[] lengths = new double[m];
        for (int i = 0; i < m; i++) {
            lengths[i] = Math.sqrt(Vectors.dot(rows[i], rows[i]));
            largest = Math.max(largest, lengths[i]);
        }
        double least = 1e-13 * largest;
        double[][] product = new double[m][columns];
        pool.run(m, (k, _) -> {
            for (int i = 0; i < m; i++) {
                double factor = lengths[i] > least ? turns[i][k] / lengths[i] : 0;
                for (int c = 0; c < columns && factor != 0; c++) {
                    product[k][c] += factor * rows[i][c];
                }
            }
        });
        return product;
    }
}
