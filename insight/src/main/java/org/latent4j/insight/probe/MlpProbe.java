package org.latent4j.insight.probe;

import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.SeededRandom;

/**
 * A probe with a hidden layer of rectified units, trained by Adam (Kingma and Ba 2015) on batches of 64 rows, the penalty as in the
 * logistic probe. Deterministic: one stream of random numbers for the weights, one for each epoch's order.
 *
 * @param in {@code [hidden, width]} for standardised states, and {@code [hidden]}
 * @param out {@code [classes, hidden]}, and {@code [classes]}
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record MlpProbe(List<String> classes, Standardiser standardiser, Matrix in, float[] inBias, Matrix out, float[] outBias) implements Probe {
    private static final int HIDDEN = 64;
    private static final int BATCH = 64;
    private static final int EPOCHS = 30;
    private static final int FEWEST_STEPS = 400; // few rows make few steps an epoch, and weights would hardly have moved
    private static final double RATE = 1e-3;

    static MlpProbe fit(Matrix x, int[] labels, List<String> classes, Settings settings) {
        Standardiser standardiser = Standardiser.of(x);
        Matrix z = standardiser.apply(x);
        int width = x.columns();
        Adam in = new Adam(HIDDEN * width, Math.sqrt(2.0 / width), settings.seed(), 0);
        Adam inBias = new Adam(HIDDEN, 0, settings.seed(), 1);
        Adam out = new Adam(classes.size() * HIDDEN, Math.sqrt(1.0 / HIDDEN), settings.seed(), 2);
        Adam outBias = new Adam(classes.size(), 0, settings.seed(), 3);
        MlpProbe probe = new MlpProbe(classes, standardiser, Matrix.of(HIDDEN, width, in.values), inBias.values,
                Matrix.of(classes.size(), HIDDEN, out.values), outBias.values);
        float penalty = (float) (1 / (settings.c() * x.rows()));
        float[] hidden = new float[HIDDEN];
        float[] back = new float[HIDDEN];
        float[] row = new float[width];
        double[] scores = new double[classes.size()];
        float[] p = new float[classes.size()];
        int batches = (x.rows() + BATCH - 1) / BATCH;
        for (int epoch = 0; epoch < Math.max(EPOCHS, FEWEST_STEPS / batches); epoch++) {
            int[] order = Splits.order(x.rows(), new SeededRandom(settings.seed(), 100 + epoch));
            for (int from = 0; from < order.length; from += BATCH) {
                int count = Math.min(BATCH, order.length - from);
                for (int i = from; i < from + count; i++) {
                    System.arraycopy(z.data(), order[i] * width, row, 0, width);
                    probe.scores(row, hidden, scores);
                    LinearProbe.softmax(scores, p, 0);
                    p[labels[order[i]]] -= 1;
                    java.util.Arrays.fill(back, 0);
                    for (int k = 0; k < p.length; k++) {
                        outBias.gradient[k] += p[k] / count;
                        for (int h = 0; h < HIDDEN; h++) {
                            out.gradient[k * HIDDEN + h] += p[k] * hidden[h] / count;
                            back[h] += p[k] * out.values[k * HIDDEN + h];
                        }
                    }
                    for (int h = 0; h < HIDDEN; h++) {
                        if (hidden[h] > 0) {
                            float by = back[h] / count;
                            inBias.gradient[h] += by;
                            for (int c = 0, at = h * width; c < width; c++, at++) {
                                in.gradient[at] += by * row[c];
                            }
                        }
                    }
                }
                in.step(penalty);
                out.step(penalty);
                inBias.step(0);
                outBias.step(0);
            }
        }
        return probe;
    }

    /** Weights on their way, with the means of their gradients and of those squared. */
    private static final class Adam {
        private final float[] values;
        private final float[] gradient;
        private final float[] first;
        private final float[] second;
        private int steps;

        Adam(int size, double spread, long seed, long stream) {
            values = new float[size];
            gradient = new float[size];
            first = new float[size];
            second = new float[size];
            SeededRandom random = new SeededRandom(seed, stream);
            for (int i = 0; i < size; i++) {
                values[i] = (float) (spread * (2 * random.at(i) - 1) * Math.sqrt(3));
            }
        }

        void step(float penalty) {
            steps++;
            float rate = (float) (RATE * Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps)));
            for (int i = 0; i < values.length; i++) {
                float g = gradient[i] + penalty * values[i];
                first[i] = 0.9f * first[i] + 0.1f * g;
                second[i] = 0.999f * second[i] + 0.001f * g * g;
                values[i] -= rate * first[i] / ((float) Math.sqrt(second[i]) + 1e-8f);
                gradient[i] = 0;
            }
        }
    }

    private void scores(float[] row, float[] hidden, double[] scores) {
        for (int h = 0; h < hidden.length; h++) {
            hidden[h] = Math.max(0, inBias[h] + Panels.innerProduct(row, 0, in.data(), h * row.length, row.length));
        }
        for (int k = 0; k < scores.length; k++) {
            scores[k] = outBias[k] + Panels.innerProduct(hidden, 0, out.data(), k * hidden.length, hidden.length);
        }
    }

    @Override
    public Kind kind() {
        return Kind.MLP;
    }

    @Override
    public int width() {
        return in.columns();
    }

    @Override
    public Matrix predict(Matrix x) {
        if (x.columns() != width()) {
            throw new LatentException("the probe reads states of width %d, these have %d".formatted(width(), x.columns()));
        }
        Matrix z = standardiser.apply(x);
        Matrix probabilities = Matrix.zeros(x.rows(), classes.size());
        float[] hidden = new float[in.rows()];
        double[] scores = new double[classes.size()];
        for (int r = 0; r < x.rows(); r++) {
            scores(z.row(r), hidden, scores);
            LinearProbe.softmax(scores, probabilities.data(), r * scores.length);
        }
        return probabilities;
    }

    @Override
    public float[] direction(int label) {
        throw new LatentException("a probe with a hidden layer has no one direction: fit a logistic probe");
    }
}
