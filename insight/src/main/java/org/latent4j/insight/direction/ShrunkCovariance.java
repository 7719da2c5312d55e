package org.latent4j.insight.direction;

import org.latent4j.kernel.Matrix;
import org.latent4j.space.Cholesky;

/**
 * The covariance of states within their kind, shrunk towards a multiple of the identity as far as Ledoit and Wolf (2004) find best:
 * {@code (1 - shrinkage) S + shrinkage mean(diag S) I}. Solved by Cholesky on the side of the rows, which are fewer than the columns
 * as a rule, or of the columns.
 *
 * @param centred states less the mean of their kind, {@code [rows, width]}
 * @param gram {@code centred centred'}
 * @param shrinkage from 0 to 1
 * @param meanVariance over the coordinates
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record ShrunkCovariance(float[][] centred, double[][] gram, double shrinkage, double meanVariance) {
    static ShrunkCovariance within(Matrix positive, Matrix negative) {
        float[][] rows = new float[positive.rows() + negative.rows()][];
        int at = 0;
        for (Matrix kind : new Matrix[]{positive, negative}) {
            float[] mean = Fitting.mean(kind);
            for (int i = 0; i < kind.rows(); i++) {
                rows[at++] = Linear.plus(kind.row(i), -1, mean);
            }
        }
        double[][] gram = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j <= i; j++) {
                gram[i][j] = Linear.dot(rows[i], rows[j]);
                gram[j][i] = gram[i][j];
            }
        }
        return of(rows, gram);
    }

    private static ShrunkCovariance of(float[][] rows, double[][] gram) {
        int n = rows.length;
        int width = rows[0].length;
        double trace = 0;
        double fourth = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            trace += gram[i][i] / n;
            fourth += gram[i][i] * gram[i][i];
            for (int j = 0; j < n; j++) {
                squares += gram[i][j] * gram[i][j] / n / n;
            }
        }
        double mean = trace / width;
        double delta = (squares - 2 * mean * trace + width * mean * mean) / width;
        double beta = Math.min((fourth / n - squares) / n / width, delta);
        return new ShrunkCovariance(rows, gram, beta <= 0 || delta <= 0 ? 0 : beta / delta, mean);
    }

    /** The inverse times a vector. */
    float[] solve(float[] b) {
        int n = centred.length;
        double ridge = Math.max(shrinkage * meanVariance, 1e-6 * meanVariance);
        if (!(ridge > 0)) {
            return b; // states don't vary within their kind
        }
        double share = (1 - shrinkage) / n;
        if (share == 0) {
            return b;
        }
        // (ridge I + share Z'Z)^-1 b = (b - Z' (ridge / share I + ZZ')^-1 Z b) / ridge, but for the length
        double[][] a = new double[n][];
        double[] solved = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = gram[i].clone();
            a[i][i] += ridge / share;
            solved[i] = Linear.dot(centred[i], b);
        }
        Cholesky.factor(a);
        Cholesky.solve(a, solved);
        double[] out = new double[b.length];
        for (int c = 0; c < b.length; c++) {
            out[c] = b[c];
        }
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < out.length; c++) {
                out[c] -= solved[i] * centred[i][c];
            }
        }
        float[] rounded = new float[b.length];
        double largest = 0;
        for (double value : out) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int c = 0; c < out.length; c++) {
            rounded[c] = (float) (largest > 0 ? out[c] / largest : b[c]);
        }
        return rounded;
    }
}
