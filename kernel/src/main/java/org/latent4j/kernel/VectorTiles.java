package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of {@link VectorKernels}: every accumulator is a local variable, so that it lives in a register.
 *
 * <p>A tile of 3 rows and 8 columns has 24 accumulators and reads 11 vectors for 24 multiply-adds, which keeps both
 * multiply-add units of an AVX-512 core busy from its 32 registers; 3 by 4 fits the 16 registers of AVX2. Rows and
 * columns both lie along the sum, so weights are used as they lie in the file, without transposing, and a sum's order
 * depends on its length alone. The price is adding up the lanes at the end ({@link VectorKernels#finish}).
 */
final class VectorTiles {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private VectorTiles() {}

    static void tileOf3By8(
            float[] x, int x0, int x1, int x2, float[] w, int wOffset, int stride, int length, float[] sums, int at, boolean first) {
        FloatVector a00, a01, a02, a03, a04, a05, a06, a07;
        FloatVector a10, a11, a12, a13, a14, a15, a16, a17;
        FloatVector a20, a21, a22, a23, a24, a25, a26, a27;
        if (first) {
            FloatVector zero = FloatVector.zero(FLOATS);
            a00 = zero;
            a01 = zero;
            a02 = zero;
            a03 = zero;
            a04 = zero;
            a05 = zero;
            a06 = zero;
            a07 = zero;
            a10 = zero;
            a11 = zero;
            a12 = zero;
            a13 = zero;
            a14 = zero;
            a15 = zero;
            a16 = zero;
            a17 = zero;
            a20 = zero;
            a21 = zero;
            a22 = zero;
            a23 = zero;
            a24 = zero;
            a25 = zero;
            a26 = zero;
            a27 = zero;
        } else {
            a00 = FloatVector.fromArray(FLOATS, sums, at);
            a01 = FloatVector.fromArray(FLOATS, sums, at + 1 * LANES);
            a02 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
            a03 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
            a04 = FloatVector.fromArray(FLOATS, sums, at + 4 * LANES);
            a05 = FloatVector.fromArray(FLOATS, sums, at + 5 * LANES);
            a06 = FloatVector.fromArray(FLOATS, sums, at + 6 * LANES);
            a07 = FloatVector.fromArray(FLOATS, sums, at + 7 * LANES);
            a10 = FloatVector.fromArray(FLOATS, sums, at + 8 * LANES);
            a11 = FloatVector.fromArray(FLOATS, sums, at + 9 * LANES);
            a12 = FloatVector.fromArray(FLOATS, sums, at + 10 * LANES);
            a13 = FloatVector.fromArray(FLOATS, sums, at + 11 * LANES);
            a14 = FloatVector.fromArray(FLOATS, sums, at + 12 * LANES);
            a15 = FloatVector.fromArray(FLOATS, sums, at + 13 * LANES);
            a16 = FloatVector.fromArray(FLOATS, sums, at + 14 * LANES);
            a17 = FloatVector.fromArray(FLOATS, sums, at + 15 * LANES);
            a20 = FloatVector.fromArray(FLOATS, sums, at + 16 * LANES);
            a21 = FloatVector.fromArray(FLOATS, sums, at + 17 * LANES);
            a22 = FloatVector.fromArray(FLOATS, sums, at + 18 * LANES);
            a23 = FloatVector.fromArray(FLOATS, sums, at + 19 * LANES);
            a24 = FloatVector.fromArray(FLOATS, sums, at + 20 * LANES);
            a25 = FloatVector.fromArray(FLOATS, sums, at + 21 * LANES);
            a26 = FloatVector.fromArray(FLOATS, sums, at + 22 * LANES);
            a27 = FloatVector.fromArray(FLOATS, sums, at + 23 * LANES);
        }
        int w0 = wOffset;
        int w1 = w0 + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        int w4 = w3 + stride;
        int w5 = w4 + stride;
        int w6 = w5 + stride;
        int w7 = w6 + stride;
        for (int k = 0; k < length; k += LANES) {
            FloatVector v0 = FloatVector.fromArray(FLOATS, x, x0 + k);
            FloatVector v1 = FloatVector.fromArray(FLOATS, x, x1 + k);
            FloatVector v2 = FloatVector.fromArray(FLOATS, x, x2 + k);
            FloatVector b0 = FloatVector.fromArray(FLOATS, w, w0 + k);
            a00 = v0.fma(b0, a00);
            a10 = v1.fma(b0, a10);
            a20 = v2.fma(b0, a20);
            FloatVector b1 = FloatVector.fromArray(FLOATS, w, w1 + k);
            a01 = v0.fma(b1, a01);
            a11 = v1.fma(b1, a11);
            a21 = v2.fma(b1, a21);
            FloatVector b2 = FloatVector.fromArray(FLOATS, w, w2 + k);
            a02 = v0.fma(b2, a02);
            a12 = v1.fma(b2, a12);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.fromArray(FLOATS, w, w3 + k);
            a03 = v0.fma(b3, a03);
            a13 = v1.fma(b3, a13);
            a23 = v2.fma(b3, a23);
            FloatVector b4 = FloatVector.fromArray(FLOATS, w, w4 + k);
            a04 = v0.fma(b4, a04);
            a14 = v1.fma(b4, a14);
            a24 = v2.fma(b4, a24);
            FloatVector b5 = FloatVector.fromArray(FLOATS, w, w5 + k);
            a05 = v0.fma(b5, a05);
            a15 = v1.fma(b5, a15);
            a25 = v2.fma(b5, a25);
            FloatVector b6 = FloatVector.fromArray(FLOATS, w, w6 + k);
            a06 = v0.fma(b6, a06);
            a16 = v1.fma(b6, a16);
            a26 = v2.fma(b6, a26);
            FloatVector b7 = FloatVector.fromArray(FLOATS, w, w7 + k);
            a07 = v0.fma(b7, a07);
            a17 = v1.fma(b7, a17);
            a27 = v2.fma(b7, a27);
        }
        a00.intoArray(sums, at);
        a01.intoArray(sums, at + 1 * LANES);
        a02.intoArray(sums, at + 2 * LANES);
        a03.intoArray(sums, at + 3 * LANES);
        a04.intoArray(sums, at + 4 * LANES);
        a05.intoArray(sums, at + 5 * LANES);
        a06.intoArray(sums, at + 6 * LANES);
        a07.intoArray(sums, at + 7 * LANES);
        a10.intoArray(sums, at + 8 * LANES);
        a11.intoArray(sums, at + 9 * LANES);
        a12.intoArray(sums, at + 10 * LANES);
        a13.intoArray(sums, at + 11 * LANES);
        a14.intoArray(sums, at + 12 * LANES);
        a15.intoArray(sums, at + 13 * LANES);
        a16.intoArray(sums, at + 14 * LANES);
        a17.intoArray(sums, at + 15 * LANES);
        a20.intoArray(sums, at + 16 * LANES);
        a21.intoArray(sums, at + 17 * LANES);
        a22.intoArray(sums, at + 18 * LANES);
        a23.intoArray(sums, at + 19 * LANES);
        a24.intoArray(sums, at + 20 * LANES);
        a25.intoArray(sums, at + 21 * LANES);
        a26.intoArray(sums, at + 22 * LANES);
        a27.intoArray(sums, at + 23 * LANES);
    }

    static void tileOf3By4(
            float[] x, int x0, int x1, int x2, float[] w, int wOffset, int stride, int length, float[] sums, int at, boolean first) {
        FloatVector a00, a01, a02, a03;
        FloatVector a10, a11, a12, a13;
        FloatVector a20, a21, a22, a23;
        if (first) {
            FloatVector zero = FloatVector.zero(FLOATS);
            a00 = zero;
            a01 = zero;
            a02 = zero;
            a03 = zero;
            a10 = zero;
            a11 = zero;
            a12 = zero;
            a13 = zero;
            a20 = zero;
            a21 = zero;
            a22 = zero;
            a23 = zero;
        } else {
            a00 = FloatVector.fromArray(FLOATS, sums, at);
            a01 = FloatVector.fromArray(FLOATS, sums, at + 1 * LANES);
            a02 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
            a03 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
            a10 = FloatVector.fromArray(FLOATS, sums, at + 4 * LANES);
            a11 = FloatVector.fromArray(FLOATS, sums, at + 5 * LANES);
            a12 = FloatVector.fromArray(FLOATS, sums, at + 6 * LANES);
            a13 = FloatVector.fromArray(FLOATS, sums, at + 7 * LANES);
            a20 = FloatVector.fromArray(FLOATS, sums, at + 8 * LANES);
            a21 = FloatVector.fromArray(FLOATS, sums, at + 9 * LANES);
            a22 = FloatVector.fromArray(FLOATS, sums, at + 10 * LANES);
            a23 = FloatVector.fromArray(FLOATS, sums, at + 11 * LANES);
        }
        int w0 = wOffset;
        int w1 = w0 + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        for (int k = 0; k < length; k += LANES) {
            FloatVector v0 = FloatVector.fromArray(FLOATS, x, x0 + k);
            FloatVector v1 = FloatVector.fromArray(FLOATS, x, x1 + k);
            FloatVector v2 = FloatVector.fromArray(FLOATS, x, x2 + k);
            FloatVector b0 = FloatVector.fromArray(FLOATS, w, w0 + k);
            a00 = v0.fma(b0, a00);
            a10 = v1.fma(b0, a10);
            a20 = v2.fma(b0, a20);
            FloatVector b1 = FloatVector.fromArray(FLOATS, w, w1 + k);
            a01 = v0.fma(b1, a01);
            a11 = v1.fma(b1, a11);
            a21 = v2.fma(b1, a21);
            FloatVector b2 = FloatVector.fromArray(FLOATS, w, w2 + k);
            a02 = v0.fma(b2, a02);
            a12 = v1.fma(b2, a12);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.fromArray(FLOATS, w, w3 + k);
            a03 = v0.fma(b3, a03);
            a13 = v1.fma(b3, a13);
            a23 = v2.fma(b3, a23);
        }
        a00.intoArray(sums, at);
        a01.intoArray(sums, at + 1 * LANES);
        a02.intoArray(sums, at + 2 * LANES);
        a03.intoArray(sums, at + 3 * LANES);
        a10.intoArray(sums, at + 4 * LANES);
        a11.intoArray(sums, at + 5 * LANES);
        a12.intoArray(sums, at + 6 * LANES);
        a13.intoArray(sums, at + 7 * LANES);
        a20.intoArray(sums, at + 8 * LANES);
        a21.intoArray(sums, at + 9 * LANES);
        a22.intoArray(sums, at + 10 * LANES);
        a23.intoArray(sums, at + 11 * LANES);
    }
}
