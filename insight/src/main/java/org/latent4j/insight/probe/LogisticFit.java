package org.latent4j.insight.probe;

import org.jspecify.annotations.Nullable;

/**
 * Logistic regression with an L2 penalty, the objective of scikit-learn's {@code LogisticRegression}:
 * {@code C * sum of losses + |W|^2 / 2}, the bias not penalised; two classes have one weight vector, more have one each (softmax).
 *
 * @param outputs 1 for two classes, else the number of classes
 * @param weights {@code [outputs * (width + 1)]}: each output's weights, then its bias
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record LogisticFit(int outputs, double[] weights) {
    private static final int MOST_ROUNDS = 1000;

    /**
     * Fits.
     *
     * @param labels of each row, from 0 to classes - 1
     * @param c the inverse of the penalty
     * @param tolerance no derivative of the mean loss is larger at the end
     * @param start where to begin, {@code null} for zeros
     * @param curvature how the loss curves, {@code null} where that isn't known
     */
    static LogisticFit of(
            Design x, int[] labels, int classes, double c, double tolerance, double @Nullable [] start, @Nullable Curvature curvature) {
        int outputs = outputs(classes);
        int stride = x.width() + 1;
        double[] weights = start == null ? new double[outputs * stride] : start.clone();
        Design.Loss loss = outputs == 1
                ? (scores, _, first, count) -> binary(scores, labels, first, count)
                : (scores, wide, first, count) -> softmax(scores, wide, outputs, labels, first, count);
        double penalty = 1 / (c * x.rows());
        Design.Pass pass = x.new Pass(outputs);
        Lbfgs.minimise((w, gradient) -> {
            double value = pass.run(w, loss, gradient) / x.rows();
            double squares = 0;
            for (int i = 0; i < w.length; i++) {
                gradient[i] /= x.rows();
                if (i % stride != stride - 1) {
                    squares += w[i] * w[i];
                    gradient[i] += penalty * w[i];
                }
            }
            return value + penalty * squares / 2;
        }, weights, tolerance, MOST_ROUNDS, curvature);
        return new LogisticFit(outputs, weights);
    }

    /** How many weight vectors tell so many classes apart. */
    static int outputs(int classes) {
        return classes == 2 ? 1 : classes;
    }

    private static double binary(float[] scores, int[] labels, int first, int count) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            double score = scores[i];
            int label = labels[first + i];
            double signed = label == 1 ? -score : score;
            double small = Math.exp(-Math.abs(score));
            loss += Math.log1p(small) + Math.max(0, signed);
            double p = score >= 0 ? 1 / (1 + small) : small / (1 + small);
            scores[i] = (float) (p - label);
        }
        return loss;
    }

    private static double softmax(float[] scores, int stride, int outputs, int[] labels, int first, int count) {
        double loss = 0;
        double[] exps = new double[outputs];
        for (int i = 0; i < count; i++) {
            double top = scores[i];
            for (int k = 1; k < outputs; k++) {
                top = Math.max(top, scores[k * stride + i]);
            }
            double sum = 0;
            for (int k = 0; k < outputs; k++) {
                exps[k] = Math.exp(scores[k * stride + i] - top);
                sum += exps[k];
            }
            int label = labels[first + i];
            loss += Math.log(sum) + top - scores[label * stride + i];
            for (int k = 0; k < outputs; k++) {
                scores[k * stride + i] = (float) (exps[k] / sum - (k == label ? 1 : 0));
            }
        }
        return loss;
    }
}
