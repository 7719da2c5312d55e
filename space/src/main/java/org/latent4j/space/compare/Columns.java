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
}
