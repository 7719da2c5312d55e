package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row times many rows of a float matrix as they lie: what a search for a single query is made of, bound by the memory
 * that it reads. The bits are those of {@link VectorProducts}' tiles: two accumulators a row, of the lower and of the upper
 * 16 of every 32 columns. Four rows at a time, so that a vector of the query is read once for four.
 */
final class VectorRows {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private VectorRows() {}

    /** {@link Kernels#rowDots}. */
    static void dots(float[] x, int xAt, float[] w, int wAt, int stride, int rows, int length, float[] sums, int at, int upper) {
        int row = 0;
        for (; row <= rows - 4; row += 4) {
            four(x, xAt, w, wAt + row * stride, stride, length, sums, at + row * LANES, upper + row * LANES);
        }
        for (; row < rows; row++) {
            one(x, xAt, w, wAt + row * stride, length, sums, at + row * LANES, upper + row * LANES);
        }
    }

    private static void four(float[] x, int xAt, float[] w, int wAt, int stride, int length, float[] sums, int at, int upper) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        int w1 = wAt + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        int whole = length / 32 * 32;
        for (int k = 0; k < whole; k += 32) {
            for (int j = k; j < k + 16; j += LANES) {
                FloatVector lower = FloatVector.fromArray(FLOATS, x, xAt + j);
                FloatVector higher = FloatVector.fromArray(FLOATS, x, xAt + j + 16);
                a0 = lower.fma(FloatVector.fromArray(FLOATS, w, wAt + j), a0);
                b0 = higher.fma(FloatVector.fromArray(FLOATS, w, wAt + j + 16), b0);
                a1 = lower.fma(FloatVector.fromArray(FLOATS, w, w1 + j), a1);
                b1 = higher.fma(FloatVector.fromArray(FLOATS, w, w1 + j + 16), b1);
                a2 = lower.fma(FloatVector.fromArray(FLOATS, w, w2 + j), a2);
                b2 = higher.fma(FloatVector.fromArray(FLOATS, w, w2 + j + 16), b2);
                a3 = lower.fma(FloatVector.fromArray(FLOATS, w, w3 + j), a3);
                b3 = higher.fma(FloatVector.fromArray(FLOATS, w, w3 + j + 16), b3);
            }
        }
        a0.intoArray(sums, at);
        a1.intoArray(sums, at + LANES);
        a2.intoArray(sums, at + 2 * LANES);
        a3.intoArray(sums, at + 3 * LANES);
        b0.intoArray(sums, upper);
        b1.intoArray(sums, upper + LANES);
        b2.intoArray(sums, upper + 2 * LANES);
        b3.intoArray(sums, upper + 3 * LANES);
        for (int row = 0; whole < length && row < 4; row++) {
            rest(x, xAt, w, wAt + row * stride, whole, length, sums, at + row * LANES, upper + row * LANES);
        }
    }

    private static void one(float[] x, int xAt, float[] w, int wAt, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        int whole = length / 32 * 32;
        for (int k = 0; k < whole; k += 32) {
            for (int j = k; j < k + 16; j += LANES) {
                a = FloatVector.fromArray(FLOATS, x, xAt + j).fma(FloatVector.fromArray(FLOATS, w, wAt + j), a);
                b = FloatVector.fromArray(FLOATS, x, xAt + j + 16).fma(FloatVector.fromArray(FLOATS, w, wAt + j + 16), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
        if (whole < length) {
            rest(x, xAt, w, wAt, whole, length, sums, at, upper);
        }
    }

    /** The last columns, as if zeros filled them up to 32. */
    private static void rest(float[] x, int xAt, float[] w, int wAt, int from, int length, float[] sums, int at, int upper) {
        for (int j = from; j < from + 16; j += LANES) {
            add(x, xAt, w, wAt, j, length, sums, at);
            add(x, xAt, w, wAt, j + 16, length, sums, upper);
        }
    }

    private static void add(float[] x, int xAt, float[] w, int wAt, int j, int length, float[] sums, int at) {
        VectorMask<Float> there = FLOATS.indexInRange(j, length);
        FloatVector query = FloatVector.fromArray(FLOATS, x, xAt + j, there);
        FloatVector row = FloatVector.fromArray(FLOATS, w, wAt + j, there);
        query.fma(row, FloatVector.fromArray(FLOATS, sums, at)).intoArray(sums, at);
    }
}
