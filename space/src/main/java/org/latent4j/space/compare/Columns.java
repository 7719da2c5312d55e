package org.latent4j.space.compare;

import org.latent4j.kernel.Matrix;

/** A space's columns in double precision. */
final class Columns {
    private Columns() {}

    /** The columns less their means, {@code [width][points]}. */
    static double[][] centred(Matrix points) {
        int n = points.rows();
        int width = points.columns();
        double[][] columns = new double[width][n];
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                columns[c][row] = points.data()[row * width + c];
            }
        }
        for (double[] column : columns) {
            double mean = 0;
            for (double value : column) {
                mean += value;
            }
            mean /= n;
            for (int row = 0; row < n; row++) {
                column[row] -= mean;
            }
        }
        return columns;
    }

    static double[][] transposed(double[][] columns, int n) {
        double[][] points = new double[n][columns.length];
        for (int c = 0; c < columns.length; c++) {
            for (int row = 0; row < n; row++) {
                points[row][c] = columns[c][row];
            }
        }
        return points;
    }

    static double dot(double[] a, double[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return s0 + s1 + (s2 + s3);
    }
}
