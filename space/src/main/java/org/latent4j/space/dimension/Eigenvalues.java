package org.latent4j.space.dimension;

import java.util.Arrays;

/** The eigenvalues of small symmetric matrices, by Jacobi's rotations (1846). */
final class Eigenvalues {
    private static final int MOST_SWEEPS = 60;

    private Eigenvalues() {}

    /** All eigenvalues of a positive semidefinite matrix, which is overwritten, the largest first. */
    static double[] of(double[][] a) {
        int n = a.length;
        for (int sweep = 0; sweep < MOST_SWEEPS && sweep(a); sweep++) {
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = -Math.max(0, a[i][i]);
        }
        Arrays.sort(values);
        for (int i = 0; i < n; i++) {
            values[i] = -values[i];
        }
        return values;
    }

    private static boolean sweep(double[][] a) {
        boolean turned = false;
        for (int i = 0; i < a.length; i++) {
            for (int j = i + 1; j < a.length; j++) {
                if (Math.abs(a[i][j]) > 1e-13 * Math.sqrt(Math.abs(a[i][i] * a[j][j])) && Math.abs(a[i][j]) > Double.MIN_NORMAL) {
                    turn(a, i, j);
                    turned = true;
                }
            }
        }
        return turned;
    }

    private static void turn(double[][] a, int i, int j) {
        double theta = (a[j][j] - a[i][i]) / (2 * a[i][j]);
        double tangent = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(tangent * tangent + 1);
        double sine = tangent * cosine;
        for (int k = 0; k < a.length; k++) {
            double left = a[k][i];
            double right = a[k][j];
            a[k][i] = cosine * left - sine * right;
            a[k][j] = sine * left + cosine * right;
        }
        for (int k = 0; k < a.length; k++) {
            double upper = a[i][k];
            double lower = a[j][k];
            a[i][k] = cosine * upper - sine * lower;
            a[j][k] = sine * upper + cosine * lower;
        }
    }
}
