package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential and what is made of it, in vectors: activations and softmax. The steps are those of {@link Exponential}, by
 * which the values behind whole vectors are computed: they have the same bits.
 *
 * <p>Written out because the API's own EXP calls a different library before and after compilation; in whole methods because a
 * vector that crosses a call that isn't inlined costs a hundred times as much; and in vectors to the last step because C2 makes none
 * of a loop over two arrays of which it can't prove that they are apart.
 */
final class VectorExponential {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    /** Values that an activation works on at a time, so that they stay in the first-level cache. */
    private static final int CHUNK = 2048;

    private VectorExponential() {}

    /**
     * {@code out = exp(x * factor + shift)}: e to the power of y in two units in the last place, y = n ln 2 + r, a polynomial for r, n
     * into the exponent.
     */
    private static void exponentials(float[] x, int at, float factor, float shift, float[] out, int outAt, int length) {
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector y = FloatVector.fromArray(FLOATS, x, at + k).fma(FloatVector.broadcast(FLOATS, factor),
                    FloatVector.broadcast(FLOATS, shift));
            FloatVector clamped = y.max(Exponential.LEAST).min(Exponential.MOST);
            FloatVector shifted = clamped.fma(FloatVector.broadcast(FLOATS, Exponential.LOG2_E),
                    FloatVector.broadcast(FLOATS, Exponential.ROUND));
            FloatVector n = shifted.sub(Exponential.ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), clamped);
            r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(FLOATS, Exponential.C4);
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C3));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C2));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C1));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C0));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1f)).fma(r, FloatVector.broadcast(FLOATS, 1f));
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            e.intoArray(out, outAt + k);
        }
        if (k < length) {
            float[] rest = new float[LANES];
            System.arraycopy(x, at + k, rest, 0, length - k);
            exponentials(rest, 0, factor, shift, rest, 0, LANES);
            System.arraycopy(rest, 0, out, outAt + k, length - k);
        }
    }

    /** Softmax in place. */
    static void softmax(float[] x, int at, int length) {
        exponentials(x, at, 1, -largest(x, at, length), x, at, length);
        multiply(x, at, 1 / VectorSums.sum(x, at, length), x, at, length);
    }

    /** Softmax in place, with the bits of {@link #softmax}; returns the entropy in nats. */
    static float softmaxWithEntropy(float[] x, int at, int length) {
        float max = largest(x, at, length);
        float[] e = new float[length];
        exponentials(x, at, 1, -max, e, 0, length);
        float sum = VectorSums.sum(e, 0, length);
        float factor = 1 / sum;
        float entropy = (float) Math.log(sum) - VectorSums.weighted(e, x, at, max, length) * factor;
        multiply(e, 0, factor, x, at, length);
        return entropy;
    }

    private static float largest(float[] x, int at, int length) {
        FloatVector vector = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            vector = FloatVector.fromArray(FLOATS, x, at + k).max(vector);
        }
        float max = vector.reduceLanes(VectorOperators.MAX);
        for (; k < length; k++) {
            max = Math.max(max, x[at + k]);
        }
        return max;
    }

    private static void multiply(float[] x, int at, float factor, float[] out, int outAt, int length) {
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector.fromArray(FLOATS, x, at + k).mul(factor).intoArray(out, outAt + k);
        }
        for (; k < length; k++) {
            out[outAt + k] = x[at + k] * factor;
        }
    }

    /** {@code x = x / (1 + exp(-u)) * up}: for SILU u is x; (1 + tanh v) / 2 is the logistic function of u = 2 v. */
    static void logistic(Activation activation, float[] x, int at, float[] up, int upAt, int length) {
        float[] e = new float[Math.min(length, CHUNK)];
        for (int done = 0; done < length; done += CHUNK) {
            int count = Math.min(CHUNK, length - done);
            int from = at + done;
            if (activation == Activation.SILU) {
                exponentials(x, from, -1, 0, e, 0, count);
            } else {
                geluArguments(x, from, e, count);
                exponentials(e, 0, -1, 0, e, 0, count);
            }
            divide(x, from, e, up, upAt + done, count);
        }
    }

    private static void geluArguments(float[] x, int at, float[] u, int count) {
        int k = 0;
        for (; k <= count - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, at + k);
            v.mul(v).mul(Exponential.GELU_CUBE).add(1f).mul(v.mul(Exponential.GELU_2U)).intoArray(u, k);
        }
        for (; k < count; k++) {
            float v = x[at + k];
            u[k] = (v * v * Exponential.GELU_CUBE + 1) * (v * Exponential.GELU_2U);
        }
    }

    private static void divide(float[] x, int at, float[] e, float[] up, int upAt, int count) {
        boolean gated = up.length > 0;
        int k = 0;
        for (; k <= count - LANES; k += LANES) {
            FloatVector y = FloatVector.fromArray(FLOATS, x, at + k).div(FloatVector.fromArray(FLOATS, e, k).add(1f));
            (gated ? y.mul(FloatVector.fromArray(FLOATS, up, upAt + k)) : y).intoArray(x, at + k);
        }
        for (; k < count; k++) {
            float y = x[at + k] / (e[k] + 1);
            x[at + k] = gated ? y * up[upAt + k] : y;
        }
    }

    /** {@code x = x / 2 * (1 + erf(x / sqrt 2)) * up}. Both polynomials of erf are computed and one is chosen. */
    static void gelu(float[] x, int at, float[] up, int upAt, int length) {
        boolean gated = up.length > 0;
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, at + k);
            FloatVector t = v.mul(Exponential.SQRT_HALF);
            FloatVector square = t.mul(t);
            FloatVector small = FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_6);
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_5));
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_4));
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_3));
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_2));
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_1));
            small = small.fma(square, FloatVector.broadcast(FLOATS, Exponential.ERF_SMALL_0)).mul(t);
            FloatVector size = t.lanewise(VectorOperators.ABS);
            FloatVector a = size.min(4f);
            FloatVector y = FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_8);
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_7));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_6));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_5));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_4));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_3));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_2));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_1));
            y = y.fma(a, FloatVector.broadcast(FLOATS, Exponential.ERF_LARGE_0)); // from -17 to 0.001: no clamping
            FloatVector shifted = y.fma(FloatVector.broadcast(FLOATS, Exponential.LOG2_E),
                    FloatVector.broadcast(FLOATS, Exponential.ROUND));
            FloatVector n = shifted.sub(Exponential.ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), y);
            r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(FLOATS, Exponential.C4);
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C3));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C2));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C1));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C0));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1f)).fma(r, FloatVector.broadcast(FLOATS, 1f));
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            FloatVector large = FloatVector.broadcast(FLOATS, 1f).sub(e);
            IntVector sign = t.reinterpretAsInts().lanewise(VectorOperators.AND, Integer.MIN_VALUE);
            large = large.reinterpretAsInts().lanewise(VectorOperators.OR, sign).reinterpretAsFloats();
            FloatVector erf = large.blend(small, size.compare(VectorOperators.LE, 1f));
            FloatVector result = v.mul(0.5f).mul(erf.add(1f));
            (gated ? result.mul(FloatVector.fromArray(FLOATS, up, upAt + k)) : result).intoArray(x, at + k);
        }
        for (; k < length; k++) {
            float y = 0.5f * x[at + k] * (1 + Exponential.erf(x[at + k] * Exponential.SQRT_HALF));
            x[at + k] = gated ? y * up[upAt + k] : y;
        }
    }
}
