package org.latent4j.model.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;

/** What happens to a pooled vector: sentence-transformers' modules behind pooling. */
sealed interface Step {
    /** The width of what comes out. */
    int width(int before);

    /** Applies the step to one vector. */
    float[] apply(float[] x);

    /** What it was trained to; empty where there is nothing. */
    default List<float[]> weights() {
        return List.of();
    }

    /** To length one; zero stays zero. */
    record Normalise() implements Step {
        @Override
        public int width(int before) {
            return before;
        }

        @Override
        public float[] apply(float[] x) {
            double squares = 0;
            for (float value : x) {
                squares += (double) value * value;
            }
            float factor = (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
            for (int i = 0; i < x.length; i++) {
                x[i] *= factor;
            }
            return x;
        }
    }

    /** {@code LayerNorm} over the vector. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record LayerNorm(float[] scale, float[] shift, float epsilon) implements Step {
        @Override
        public List<float[]> weights() {
            return List.of(scale, shift);
        }

        @Override
        public int width(int before) {
            return before;
        }

        @Override
        public float[] apply(float[] x) {
            double mean = 0;
            for (float value : x) {
                mean += value;
            }
            mean /= x.length;
            double variance = 0;
            for (float value : x) {
                variance += (value - mean) * (value - mean);
            }
            double factor = 1 / Math.sqrt(variance / x.length + epsilon);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) ((x[i] - mean) * factor * scale[i] + shift[i]);
            }
            return x;
        }
    }

    /** What a dense layer computes last. */
    enum Activation {
        /** Nothing. */
        IDENTITY,
        /** The hyperbolic tangent. */
        TANH,
        /** What is above zero. */
        RELU,
        /** {@code x * Phi(x)}. */
        GELU,
        /** {@code x / (1 + exp(-x))}. */
        SILU,
        /** {@code 1 / (1 + exp(-x))}. */
        SIGMOID;

        double of(double x) {
            return switch (this) {
                case IDENTITY -> x;
                case TANH -> StrictMath.tanh(x);
                case RELU -> Math.max(x, 0);
                case GELU -> x * normalDistribution(x);
                case SILU -> x / (1 + StrictMath.exp(-x));
                case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            };
        }

        /** By the series of the error function where it converges quickly, by its continued fraction beyond (Abramowitz and Stegun 7.1). */
        private static double normalDistribution(double x) {
            double t = Math.abs(x) / Math.sqrt(2);
            double tail;
            if (t < 2.5) {
                double term = t;
                double sum = t;
                for (int n = 1; n < 60; n++) {
                    term *= -t * t / n;
                    sum += term / (2 * n + 1);
                }
                tail = 0.5 - sum / Math.sqrt(Math.PI);
            } else {
                double fraction = 0;
                for (int n = 60; n > 0; n--) {
                    fraction = n / 2.0 / (t + fraction);
                }
                tail = StrictMath.exp(-t * t) / ((t + fraction) * Math.sqrt(Math.PI)) / 2;
            }
            return x < 0 ? tail : 1 - tail;
        }
    }

    /**
     * {@code activation(W x + bias)}, and what came in added where it says so.
     *
     * @param weight {@code [outputs, inputs]}
     * @param bias {@code [outputs]}, or empty
     * @param residual whether what came in is added, and what it is multiplied with first where widths differ
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Dense(Matrix weight, float[] bias, Activation activation, Optional<Residual> residual) implements Step {
        /** Adds what came in: as it is, or times {@code [outputs, inputs]}. */
        record Residual(@Nullable Matrix weight) {}

        @Override
        public int width(int before) {
            return weight.rows();
        }

        @Override
        public List<float[]> weights() {
            return List.of(weight.data(), bias);
        }

        @Override
        public float[] apply(float[] x) {
            float[] out = times(weight, x);
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) activation.of(bias.length > 0 ? out[i] + bias[i] : out[i]);
            }
            if (residual.isPresent()) {
                Matrix projection = residual.get().weight();
                float[] added = projection == null ? x : times(projection, x);
                for (int i = 0; i < out.length; i++) {
                    out[i] += added[i];
                }
            }
            return out;
        }

        /** Eight sums side by side, which the compiler makes a vector of; added up in order at the end. */
        private static float[] times(Matrix w, float[] x) {
            float[] out = new float[w.rows()];
            float[] sums = new float[8];
            for (int row = 0; row < out.length; row++) {
                int at = row * w.columns();
                Arrays.fill(sums, 0);
                int i = 0;
                for (; i + 8 <= x.length; i += 8) {
                    for (int lane = 0; lane < 8; lane++) {
                        sums[lane] += w.data()[at + i + lane] * x[i + lane];
                    }
                }
                double total = 0;
                for (float sum : sums) {
                    total += sum;
                }
                for (; i < x.length; i++) {
                    total += (double) w.data()[at + i] * x[i];
                }
                out[row] = (float) total;
            }
            return out;
        }
    }
}
