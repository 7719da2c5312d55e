package org.latent4j.insight.probe;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** {@code (X'X + penalty) w = X'y}, or where there are fewer rows than columns {@code w = X' (XX' + penalty)^-1 y}, by Cholesky. */
final class NormalEquations {
    private NormalEquations() {}

    static double[] solve(Matrix x, double[] y, double penalty) {
        boolean tall = x.rows() >= x.columns();
        double[][] gram = tall ? ofColumns(x) : ofRows(x);
        for (int i = 0; i < gram.length; i++) {
            gram[i][i] += penalty;
        }
        double[] right = tall ? transposedTimes(x, y) : y.clone();
        double[] solved = cholesky(gram, right);
        return tall ? solved : transposedTimes(x, solved);
    }

    private static double[] transposedTimes(Matrix x, double[] y) {
        double[] out = new double[x.columns()];
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < out.length; c++) {
                out[c] += y[r] * x.data()[r * out.length + c];
            }
        }
        return out;
    }

    private static double[][] ofRows(Matrix x) {
        double[][] gram = new double[x.rows()][x.rows()];
        for (int i = 0; i < gram.length; i++) {
            float[] row = x.row(i);
            for (int j = 0; j <= i; j++) {
                gram[i][j] = LinearProbe.dot(row, x.data(), j * x.columns());
                gram[j][i] = gram[i][j];
            }
        }
        return gram;
    }

    private static double[][] ofColumns(Matrix x) {
        int width = x.columns();
        double[][] gram = new double[width][width];
        for (int r = 0; r < x.rows(); r++) {
            for (int i = 0; i < width; i++) {
                double value = x.data()[r * width + i];
                double[] row = gram[i];
                for (int j = 0; j < width; j++) {
                    row[j] += value * x.data()[r * width + j];
                }
            }
        }
        return gram;
    }

    /** Solves {@code a w = b}; a is overwritten. */
    static double[] cholesky(double[][] a, double[] b) {
        int n = b.length;
        for (int j = 0; j < n; j++) {
            for (int i = j; i < n; i++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i][k] * a[j][k];
                }
                if (i == j && !(sum > 0)) {
                    throw new LatentException("the states don't determine the probe: they hardly vary; use a smaller C or more data");
                }
                a[i][j] = i == j ? Math.sqrt(sum) : sum / a[j][j];
            }
        }
        double[] w = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                w[i] -= a[i][k] * w[k];
            }
            w[i] /= a[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                w[i] -= a[k][i] * w[k];
            }
            w[i] /= a[i][i];
        }
        return w;
    }
}
