package org.latent4j.insight.probe;

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
     */
    static LogisticFit of(
            Design x, int[] labels, int classes, double c, double tolerance, double @org.jspecify.annotations.Nullable [] start) {
        int outputs = classes == 2 ? 1 : classes;
        int stride = x.width() + 1;
        double[] weights = start == null ? new double[outputs * stride] : start.clone();
        Design.Loss loss = outputs == 1
                ? (scores, first, count) -> binary(scores[0], labels, first, count)
                : (scores, first, count) -> softmax(scores, labels, first, count);
        double penalty = 1 / (c * x.rows());
        Lbfgs.minimise((w, gradient) -> {
            double value = x.pass(w, outputs, loss, gradient) / x.rows();
            double squares = 0;
            for (int i = 0; i < w.length; i++) {
                gradient[i] /= x.rows();
                if (i % stride != stride - 1) {
                    squares += w[i] * w[i];
                    gradient[i] += penalty * w[i];
                }
            }
            return value + penalty * squares / 2;
        }, weights, tolerance, MOST_ROUNDS);
        return new LogisticFit(outputs, weights);
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

    private static double softmax(float[][] scores, int[] labels, int first, int count) {
        double loss = 0;
        double[] exps = new double[scores.length];
        for (int i = 0; i < count; i++) {
            double top = scores[0][i];
            for (float[] score : scores) {
                top = Math.max(top, score[i]);
            }
            double sum = 0;
            for (int k = 0; k < exps.length; k++) {
                exps[k] = Math.exp(scores[k][i] - top);
                sum += exps[k];
            }
            loss += Math.log(sum) + top - scores[labels[first + i]][i];
            for (int k = 0; k < exps.length; k++) {
                scores[k][i] = (float) (exps[k] / sum - (k == labels[first + i] ? 1 : 0));
            }
        }
        return loss;
    }
}
