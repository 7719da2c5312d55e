package org.latent4j.insight.steering;

import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;

/** Next-token distributions of some positions: their logits, and the logarithm of what each row's softmax is divided by. */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record NextTokens(Matrix logits, Matrix probabilities, double[] logSums) {
    private static final double SURPRISE = 100; // nats: what a float's smallest probability comes to

    static NextTokens of(Model model, Matrix logits) {
        Matrix probabilities = Matrix.of(logits.rows(), logits.columns(), logits.data().clone());
        model.toProbabilities(probabilities);
        int width = logits.columns();
        double[] sums = new double[logits.rows()];
        for (int r = 0; r < sums.length; r++) {
            int best = 0;
            for (int i = 1; i < width; i++) {
                best = logits.data()[r * width + i] > logits.data()[r * width + best] ? i : best;
            }
            sums[r] = logits.data()[r * width + best] - Math.log(probabilities.data()[r * width + best]);
        }
        return new NextTokens(logits, probabilities, sums);
    }

    /** The log-probability of a token; never below -100, NaN where logits aren't finite. */
    double log(int row, int token) {
        double log = logits.data()[row * logits.columns() + token] - logSums[row];
        return Double.isNaN(log) ? Double.NaN : Math.max(-SURPRISE, log);
    }

    /** {@code KL(this, other)} of a row, in nats. */
    double divergence(NextTokens other, int row) {
        int from = row * logits.columns();
        double sum = 0;
        double shift = logSums[row] - other.logSums[row];
        for (int i = from; i < from + logits.columns(); i++) {
            float probability = probabilities.data()[i];
            if (probability > 0) {
                sum += probability * ((double) logits.data()[i] - other.logits.data()[i] - shift);
            }
        }
        return sum;
    }
}
