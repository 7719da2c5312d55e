package org.latent4j.insight.probe;

import org.latent4j.kernel.Matrix;

/**
 * Every coordinate less its mean, over its standard deviation (divided by n); coordinates that don't vary are only centred.
 *
 * @param mean {@code [width]}
 * @param scale {@code [width]}, 1 where a coordinate doesn't vary
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Standardiser(float[] mean, float[] scale) {
    /** That of rows, summed in order in double precision. */
    static Standardiser of(Matrix x) {
        int width = x.columns();
        double[] sum = new double[width];
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0, at = r * width; c < width; c++, at++) {
                sum[c] += x.data()[at];
            }
        }
        double[] squares = new double[width];
        for (int c = 0; c < width; c++) {
            sum[c] /= x.rows();
        }
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0, at = r * width; c < width; c++, at++) {
                double from = x.data()[at] - sum[c];
                squares[c] += from * from;
            }
        }
        float[] mean = new float[width];
        float[] scale = new float[width];
        for (int c = 0; c < width; c++) {
            mean[c] = (float) sum[c];
            double deviation = Math.sqrt(squares[c] / x.rows());
            // Rounding alone leaves about this much of a constant: dividing by it would blow up noise.
            scale[c] = deviation > 1e-6 * Math.abs(sum[c]) && deviation > 0 ? (float) deviation : 1;
        }
        return new Standardiser(mean, scale);
    }

    /** The same rows standardised; the given ones stay as they are. */
    Matrix apply(Matrix x) {
        int width = x.columns();
        Matrix out = Matrix.zeros(x.rows(), width);
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0, at = r * width; c < width; c++, at++) {
                out.data()[at] = (x.data()[at] - mean[c]) / scale[c];
            }
        }
        return out;
    }
}
