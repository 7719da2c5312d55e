package org.latent4j.insight.probe;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Cholesky;

/**
 * {@code (X'X + penalty) w = X'y}, or where there are fewer rows than columns {@code w = X' (XX' + penalty)^-1 y}, in double precision. The
 * products are computed once for all penalties and targets.
 */
final class NormalEquations {
    /** Rows that are added to the products of columns together: those are read and written once for all. */
    private static final int ROWS = 4;

    private final Matrix x;
    private final boolean tall;
    private final double[][] gram; // on and below the diagonal
    private double[][] factor = {};
    private double penalised = Double.NaN;

    NormalEquations(Matrix x) {
        this.x = x;
        tall = x.rows() >= x.columns();
        gram = tall ? ofColumns(x) : ofRows(x);
    }

    /**
     * The weights for targets.
     *
     * @throws LatentException if the equations have no one solution
     */
    double[] solve(double[] y, double penalty) {
        if (penalty != penalised) {
            factor = new double[gram.length][];
            for (int i = 0; i < gram.length; i++) {
                factor[i] = gram[i].clone();
                factor[i][i] += penalty;
            }
            penalised = penalty;
            if (Cholesky.factor(factor) < gram.length) {
                throw new LatentException("the states don't determine the probe: they hardly vary; use a smaller C or more data");
            }
        }
        double[] solved = tall ? transposedTimes(y) : y.clone();
        Cholesky.solve(factor, solved);
        return tall ? solved : transposedTimes(solved);
    }

    private double[] transposedTimes(double[] y) {
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
            }
        }
        return gram;
    }

    private static double[][] ofColumns(Matrix x) {
        int width = x.columns();
        double[][] gram = new double[width][width];
        double[][] rows = new double[ROWS][width];
        for (int first = 0; first < x.rows(); first += ROWS) {
            for (int r = 0; r < ROWS; r++) {
                for (int c = 0; c < width; c++) {
                    rows[r][c] = first + r < x.rows() ? x.data()[(first + r) * width + c] : 0;
                }
            }
            add(rows[0], rows[1], rows[2], rows[3], gram);
        }
        return gram;
    }

    private static void add(double[] a, double[] b, double[] c, double[] d, double[][] gram) {
        for (int i = 0; i < gram.length; i++) {
            double ai = a[i];
            double bi = b[i];
            double ci = c[i];
            double di = d[i];
            double[] sums = gram[i];
            for (int j = 0; j <= i; j++) {
                sums[j] += (ai * a[j] + bi * b[j]) + (ci * c[j] + di * d[j]);
            }
        }
    }
}
