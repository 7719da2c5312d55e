package org.latent4j.insight.probe;

import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;

/**
 * A probe whose scores are linear in the states.
 *
 * @param weight {@code [outputs, width]}, for standardised states; one output for two classes and for numbers
 * @param bias {@code [outputs]}
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record LinearProbe(Kind kind, List<String> classes, Standardiser standardiser, Matrix weight, double[] bias) implements Probe {
    @Override
    public int width() {
        return weight.columns();
    }

    @Override
    public Matrix predict(Matrix x) {
        if (x.columns() != width()) {
            throw new LatentException("the probe reads states of width %d, these have %d".formatted(width(), x.columns()));
        }
        Matrix out = Matrix.zeros(x.rows(), Math.max(1, classes.size()));
        double[] scores = new double[weight.rows()];
        float[] state = new float[width()];
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < state.length; c++) {
                state[c] = (x.data()[r * state.length + c] - standardiser.mean()[c]) / standardiser.scale()[c];
            }
            for (int k = 0; k < scores.length; k++) {
                scores[k] = bias[k] + Panels.innerProduct(state, 0, weight.data(), k * state.length, state.length);
            }
            write(scores, out, r);
        }
        return out;
    }

    private void write(double[] scores, Matrix out, int row) {
        int at = row * out.columns();
        if (classes.isEmpty()) {
            out.data()[at] = (float) scores[0];
        } else if (scores.length == 1) {
            out.data()[at + 1] = (float) (1 / (1 + Math.exp(-scores[0])));
            out.data()[at] = (float) (1 / (1 + Math.exp(scores[0])));
        } else {
            softmax(scores, out.data(), at);
        }
    }

    static void softmax(double[] scores, float[] out, int at) {
        double top = scores[0];
        for (double score : scores) {
            top = Math.max(top, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - top);
        }
        for (int k = 0; k < scores.length; k++) {
            out[at + k] = (float) (Math.exp(scores[k] - top) / sum);
        }
    }

    /** In double precision, four sums side by side: a single one would wait for each addition. */
    static double dot(float[] x, float[] w, int at) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int c = 0;
        for (; c + 3 < x.length; c += 4) {
            s0 += (double) x[c] * w[at + c];
            s1 += (double) x[c + 1] * w[at + c + 1];
            s2 += (double) x[c + 2] * w[at + c + 2];
            s3 += (double) x[c + 3] * w[at + c + 3];
        }
        for (; c < x.length; c++) {
            s0 += (double) x[c] * w[at + c];
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public float[] direction(int label) {
        float[] direction = new float[width()];
        boolean one = weight.rows() == 1;
        for (int c = 0; c < direction.length; c++) {
            float own = weight.data()[(one ? 0 : label) * direction.length + c];
            // With softmax only differences count: a class's weights less the mean of all.
            double others = 0;
            for (int k = 0; k < weight.rows() && !one; k++) {
                others += weight.data()[k * direction.length + c] / (double) weight.rows();
            }
            direction[c] = (float) ((own - others) / standardiser.scale()[c]) * (one && label == 0 && !classes.isEmpty() ? -1 : 1);
        }
        return direction;
    }
}
