package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link Products}: an accumulator for each output, activations and weights interleaved so that each has one
 * address that grows. Long, because a local variable is what the compiler keeps in a register.
 *
 * <p>The shapes are what C2 keeps in registers. It loads all of a step's vectors before it uses them, so accumulators, rows
 * and columns together have to fit: of 16 registers, 3 rows by 4 columns spill and reach half of what 2 by 6 do (measured,
 * see bench/NOTES.md); of 32, 3 by 6 leave some.
 */
final class VectorProducts {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private VectorProducts() {}

    static void tileOf2By6(float[] x, int xAt, float[] w, int wAt, int steps, float[] sums, int at, boolean first) {
        FloatVector a00, a01, a02, a03, a04, a05;
        FloatVector a10, a11, a12, a13, a14, a15;
        if (first) {
            FloatVector zero = FloatVector.zero(FLOATS);
            a00 = zero;
            a01 = zero;
            a02 = zero;
            a03 = zero;
            a04 = zero;
            a05 = zero;
            a10 = zero;
            a11 = zero;
            a12 = zero;
            a13 = zero;
            a14 = zero;
            a15 = zero;
        } else {
            a00 = FloatVector.fromArray(FLOATS, sums, at);
            a01 = FloatVector.fromArray(FLOATS, sums, at + 1 * LANES);
            a02 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
            a03 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
            a04 = FloatVector.fromArray(FLOATS, sums, at + 4 * LANES);
            a05 = FloatVector.fromArray(FLOATS, sums, at + 5 * LANES);
            a10 = FloatVector.fromArray(FLOATS, sums, at + 6 * LANES);
            a11 = FloatVector.fromArray(FLOATS, sums, at + 7 * LANES);
            a12 = FloatVector.fromArray(FLOATS, sums, at + 8 * LANES);
            a13 = FloatVector.fromArray(FLOATS, sums, at + 9 * LANES);
            a14 = FloatVector.fromArray(FLOATS, sums, at + 10 * LANES);
            a15 = FloatVector.fromArray(FLOATS, sums, at + 11 * LANES);
        }
        for (int step = 0; step < steps; step++, xAt += 2 * LANES, wAt += 6 * LANES) {
            FloatVector v0 = FloatVector.fromArray(FLOATS, x, xAt);
            FloatVector v1 = FloatVector.fromArray(FLOATS, x, xAt + 1 * LANES);
            FloatVector b0 = FloatVector.fromArray(FLOATS, w, wAt);
            a00 = v0.fma(b0, a00);
            a10 = v1.fma(b0, a10);
            FloatVector b1 = FloatVector.fromArray(FLOATS, w, wAt + 1 * LANES);
            a01 = v0.fma(b1, a01);
            a11 = v1.fma(b1, a11);
            FloatVector b2 = FloatVector.fromArray(FLOATS, w, wAt + 2 * LANES);
            a02 = v0.fma(b2, a02);
            a12 = v1.fma(b2, a12);
            FloatVector b3 = FloatVector.fromArray(FLOATS, w, wAt + 3 * LANES);
            a03 = v0.fma(b3, a03);
            a13 = v1.fma(b3, a13);
            FloatVector b4 = FloatVector.fromArray(FLOATS, w, wAt + 4 * LANES);
            a04 = v0.fma(b4, a04);
            a14 = v1.fma(b4, a14);
            FloatVector b5 = FloatVector.fromArray(FLOATS, w, wAt + 5 * LANES);
            a05 = v0.fma(b5, a05);
            a15 = v1.fma(b5, a15);
        }
        a00.intoArray(sums, at);
        a01.intoArray(sums, at + 1 * LANES);
        a02.intoArray(sums, at + 2 * LANES);
        a03.intoArray(sums, at + 3 * LANES);
        a04.intoArray(sums, at + 4 * LANES);
        a05.intoArray(sums, at + 5 * LANES);
        a10.intoArray(sums, at + 6 * LANES);
        a11.intoArray(sums, at + 7 * LANES);
        a12.intoArray(sums, at + 8 * LANES);
        a13.intoArray(sums, at + 9 * LANES);
        a14.intoArray(sums, at + 10 * LANES);
        a15.intoArray(sums, at + 11 * LANES);
    }

    static void tileOf3By6(float[] x, int xAt, float[] w, int wAt, int steps, float[] sums, int at, boolean first) {
        FloatVector a00, a01, a02, a03, a04, a05;
        FloatVector a10, a11, a12, a13, a14, a15;
        FloatVector a20, a21, a22, a23, a24, a25;
        if (first) {
            FloatVector zero = FloatVector.zero(FLOATS);
            a00 = zero;
            a01 = zero;
            a02 = zero;
            a03 = zero;
            a04 = zero;
            a05 = zero;
            a10 = zero;
            a11 = zero;
            a12 = zero;
            a13 = zero;
            a14 = zero;
            a15 = zero;
            a20 = zero;
            a21 = zero;
            a22 = zero;
            a23 = zero;
            a24 = zero;
            a25 = zero;
        } else {
            a00 = FloatVector.fromArray(FLOATS, sums, at);
            a01 = FloatVector.fromArray(FLOATS, sums, at + 1 * LANES);
            a02 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
            a03 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
            a04 = FloatVector.fromArray(FLOATS, sums, at + 4 * LANES);
            a05 = FloatVector.fromArray(FLOATS, sums, at + 5 * LANES);
            a10 = FloatVector.fromArray(FLOATS, sums, at + 6 * LANES);
            a11 = FloatVector.fromArray(FLOATS, sums, at + 7 * LANES);
            a12 = FloatVector.fromArray(FLOATS, sums, at + 8 * LANES);
            a13 = FloatVector.fromArray(FLOATS, sums, at + 9 * LANES);
            a14 = FloatVector.fromArray(FLOATS, sums, at + 10 * LANES);
            a15 = FloatVector.fromArray(FLOATS, sums, at + 11 * LANES);
            a20 = FloatVector.fromArray(FLOATS, sums, at + 12 * LANES);
            a21 = FloatVector.fromArray(FLOATS, sums, at + 13 * LANES);
            a22 = FloatVector.fromArray(FLOATS, sums, at + 14 * LANES);
            a23 = FloatVector.fromArray(FLOATS, sums, at + 15 * LANES);
            a24 = FloatVector.fromArray(FLOATS, sums, at + 16 * LANES);
            a25 = FloatVector.fromArray(FLOATS, sums, at + 17 * LANES);
        }
        for (int step = 0; step < steps; step++, xAt += 3 * LANES, wAt += 6 * LANES) {
            FloatVector v0 = FloatVector.fromArray(FLOATS, x, xAt);
            FloatVector v1 = FloatVector.fromArray(FLOATS, x, xAt + 1 * LANES);
            FloatVector v2 = FloatVector.fromArray(FLOATS, x, xAt + 2 * LANES);
            FloatVector b0 = FloatVector.fromArray(FLOATS, w, wAt);
            a00 = v0.fma(b0, a00);
            a10 = v1.fma(b0, a10);
            a20 = v2.fma(b0, a20);
            FloatVector b1 = FloatVector.fromArray(FLOATS, w, wAt + 1 * LANES);
            a01 = v0.fma(b1, a01);
            a11 = v1.fma(b1, a11);
            a21 = v2.fma(b1, a21);
            FloatVector b2 = FloatVector.fromArray(FLOATS, w, wAt + 2 * LANES);
            a02 = v0.fma(b2, a02);
            a12 = v1.fma(b2, a12);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.fromArray(FLOATS, w, wAt + 3 * LANES);
            a03 = v0.fma(b3, a03);
            a13 = v1.fma(b3, a13);
            a23 = v2.fma(b3, a23);
            FloatVector b4 = FloatVector.fromArray(FLOATS, w, wAt + 4 * LANES);
            a04 = v0.fma(b4, a04);
            a14 = v1.fma(b4, a14);
            a24 = v2.fma(b4, a24);
            FloatVector b5 = FloatVector.fromArray(FLOATS, w, wAt + 5 * LANES);
            a05 = v0.fma(b5, a05);
            a15 = v1.fma(b5, a15);
            a25 = v2.fma(b5, a25);
        }
        a00.intoArray(sums, at);
        a01.intoArray(sums, at + 1 * LANES);
        a02.intoArray(sums, at + 2 * LANES);
        a03.intoArray(sums, at + 3 * LANES);
        a04.intoArray(sums, at + 4 * LANES);
        a05.intoArray(sums, at + 5 * LANES);
        a10.intoArray(sums, at + 6 * LANES);
        a11.intoArray(sums, at + 7 * LANES);
        a12.intoArray(sums, at + 8 * LANES);
        a13.intoArray(sums, at + 9 * LANES);
        a14.intoArray(sums, at + 10 * LANES);
        a15.intoArray(sums, at + 11 * LANES);
        a20.intoArray(sums, at + 12 * LANES);
        a21.intoArray(sums, at + 13 * LANES);
        a22.intoArray(sums, at + 14 * LANES);
        a23.intoArray(sums, at + 15 * LANES);
        a24.intoArray(sums, at + 16 * LANES);
        a25.intoArray(sums, at + 17 * LANES);
    }

    /** {@link Kernels#interleave}. */
    static void interleave(float[] from, int at, int length, float[] to, int toAt, int unit, int upper) {
        int next = toAt;
        for (int k = 0; k < length; k += 32) {
            for (int j = 0; j < 16; j += LANES, next += unit * LANES) {
                FloatVector.fromArray(FLOATS, from, at + k + j).intoArray(to, next);
                FloatVector.fromArray(FLOATS, from, at + k + 16 + j).intoArray(to, next + upper);
            }
        }
    }
}
