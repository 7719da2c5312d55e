package org.latent4j.insight.probe;

import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.space.Cholesky;

/**
 * About how a logistic loss curves: its second derivatives are bounded by a share of the rows' own products, {@code h X'X / n} (Böhning
 * 1992), to which the penalty is added. States are far from round: steps that know so take a fourth of the rounds. For one thread.
 */
final class Curvature implements Lbfgs.Scaling {
    /**
     * The share h where a probe is rather sure of its rows. Between a fifth and forty times of it rounds hardly differ, and shares of each
     * class's own, by its frequency, take twice as many (measured).
     */
    private static final double SHARE = 0.01;
    /** What making it takes, in rows of a pass over one output, for a row of the products. */
    private static final long COST = 11;

    private final int width;
    private final Panels inverse; // of the lower triangle L of the products' factor
    private final Panels transposed;
    private final Panels.Block block = new Panels.Block();

    private Curvature(Matrix inverse) {
        width = inverse.rows();
        this.inverse = Panels.of(inverse);
        transposed = Panels.of(Design.transposed(inverse));
    }

    /** Whether it saves more than it takes. */
    static boolean pays(int rows, int width, int outputs) {
        return rows >= width && COST * rows * outputs >= (long) width * width;
    }

    /**
     * That of a design; null where that doesn't have its products.
     *
     * @param c the inverse of the penalty
     */
    static @Nullable Curvature of(Design x, double c) {
        double[][] products = x.products();
        if (products == null) {
            return null;
        }
        double[][] factor = new double[x.width()][];
        for (int i = 0; i < factor.length; i++) {
            factor[i] = products[i].clone();
            for (int j = 0; j <= i; j++) {
                factor[i][j] /= x.rows();
            }
            factor[i][i] += 1 / (c * x.rows() * SHARE);
        }
        return Cholesky.factor(factor) < factor.length ? null : new Curvature(inverse(factor));
    }

    /** The inverse of a lower triangle, row by row. */
    private static Matrix inverse(double[][] lower) {
        int n = lower.length;
        double[][] rows = new double[n][n];
        Matrix inverse = Matrix.zeros(n, n);
        for (int i = 0; i < n; i++) {
            double[] row = rows[i];
            row[i] = 1;
            for (int k = 0; k < i; k++) {
                double factor = lower[i][k];
                double[] other = rows[k];
                for (int c = 0; c <= k; c++) {
                    row[c] -= factor * other[c];
                }
            }
            for (int c = 0; c <= i; c++) {
                row[c] /= lower[i][i];
                inverse.data()[i * n + c] = (float) row[c];
            }
        }
        return inverse;
    }

    /** By {@code L'^-1 L^-1}; the bias, which columns that are centred leave alone, stays as it is. */
    @Override
    public void undo(double[] q) {
        int outputs = q.length / (width + 1);
        int stride = Design.stepped(width);
        float[] out = new float[(outputs + 1) * stride];
        Matrix given = Matrix.zeros(outputs, width);
        for (int k = 0; k < outputs; k++) {
            for (int c = 0; c < width; c++) {
                given.data()[k * width + c] = (float) q[k * (width + 1) + c];
            }
        }
        for (Panels factor : new Panels[]{inverse, transposed}) {
            block.take(given, 0, outputs);
            block.times(factor, 0, width, out, stride);
            for (int k = 0; k < outputs; k++) {
                System.arraycopy(out, k * stride, given.data(), k * width, width);
            }
        }
        for (int k = 0; k < outputs; k++) {
            for (int c = 0; c < width; c++) {
                q[k * (width + 1) + c] = given.data()[k * width + c];
            }
        }
    }
}
