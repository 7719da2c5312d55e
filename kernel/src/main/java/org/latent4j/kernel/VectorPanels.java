package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link Panels}: two rows by six vectors of outputs, each output one lane's chain of multiply-adds along the
 * width. A value of a row is broadcast, so that nothing has to be added up at the end. The shape is that of
 * {@link VectorProducts}, for the same reason; six rows by two vectors spill (half the speed, measured).
 */
final class VectorPanels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private VectorPanels() {}

    /** {@link Kernels#panelTile}. */
    static void tile(
            float[] x, int xAt, int xNext, int xStep, float[] p, int pAt, int steps, float[] out, int at, int stride, boolean first) {
        int second = at + stride;
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
            a00 = FloatVector.fromArray(FLOATS, out, at);
            a01 = FloatVector.fromArray(FLOATS, out, at + 1 * LANES);
            a02 = FloatVector.fromArray(FLOATS, out, at + 2 * LANES);
            a03 = FloatVector.fromArray(FLOATS, out, at + 3 * LANES);
            a04 = FloatVector.fromArray(FLOATS, out, at + 4 * LANES);
            a05 = FloatVector.fromArray(FLOATS, out, at + 5 * LANES);
            a10 = FloatVector.fromArray(FLOATS, out, second);
            a11 = FloatVector.fromArray(FLOATS, out, second + 1 * LANES);
            a12 = FloatVector.fromArray(FLOATS, out, second + 2 * LANES);
            a13 = FloatVector.fromArray(FLOATS, out, second + 3 * LANES);
            a14 = FloatVector.fromArray(FLOATS, out, second + 4 * LANES);
            a15 = FloatVector.fromArray(FLOATS, out, second + 5 * LANES);
        }
        for (int step = 0; step < steps; step++, xAt += xStep, pAt += 6 * LANES) {
            FloatVector v0 = FloatVector.broadcast(FLOATS, x[xAt]);
            FloatVector v1 = FloatVector.broadcast(FLOATS, x[xAt + xNext]);
            FloatVector b0 = FloatVector.fromArray(FLOATS, p, pAt);
            a00 = v0.fma(b0, a00);
            a10 = v1.fma(b0, a10);
            FloatVector b1 = FloatVector.fromArray(FLOATS, p, pAt + 1 * LANES);
            a01 = v0.fma(b1, a01);
            a11 = v1.fma(b1, a11);
            FloatVector b2 = FloatVector.fromArray(FLOATS, p, pAt + 2 * LANES);
            a02 = v0.fma(b2, a02);
            a12 = v1.fma(b2, a12);
            FloatVector b3 = FloatVector.fromArray(FLOATS, p, pAt + 3 * LANES);
            a03 = v0.fma(b3, a03);
            a13 = v1.fma(b3, a13);
            FloatVector b4 = FloatVector.fromArray(FLOATS, p, pAt + 4 * LANES);
            a04 = v0.fma(b4, a04);
            a14 = v1.fma(b4, a14);
            FloatVector b5 = FloatVector.fromArray(FLOATS, p, pAt + 5 * LANES);
            a05 = v0.fma(b5, a05);
            a15 = v1.fma(b5, a15);
        }
        a00.intoArray(out, at);
        a01.intoArray(out, at + 1 * LANES);
        a02.intoArray(out, at + 2 * LANES);
        a03.intoArray(out, at + 3 * LANES);
        a04.intoArray(out, at + 4 * LANES);
        a05.intoArray(out, at + 5 * LANES);
        a10.intoArray(out, second);
        a11.intoArray(out, second + 1 * LANES);
        a12.intoArray(out, second + 2 * LANES);
        a13.intoArray(out, second + 3 * LANES);
        a14.intoArray(out, second + 4 * LANES);
        a15.intoArray(out, second + 5 * LANES);
    }

    /** {@link Kernels#panelRow}: two panels side by side, since a chain waits for itself. */
    static void row(float[] x, int xAt, float[] p, int pAt, int width, int panels, float[] out, int at) {
        int panel = 0;
        for (; panel <= panels - 2; panel += 2) {
            two(x, xAt, p, pAt + panel * width * 6 * LANES, width, out, at + panel * 6 * LANES);
        }
        if (panel < panels) {
            one(x, xAt, p, pAt + panel * width * 6 * LANES, width, out, at + panel * 6 * LANES);
        }
    }

    private static void two(float[] x, int xAt, float[] p, int pAt, int width, float[] out, int at) {
        int next = pAt + width * 6 * LANES;
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        FloatVector a8 = a0;
        FloatVector a9 = a0;
        FloatVector a10 = a0;
        FloatVector a11 = a0;
        for (int k = 0; k < width; k++) {
            int to = 6 * LANES * k;
            FloatVector v = FloatVector.broadcast(FLOATS, x[xAt + k]);
            a0 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to), a0);
            a1 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to + 1 * LANES), a1);
            a2 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to + 2 * LANES), a2);
            a3 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to + 3 * LANES), a3);
            a4 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to + 4 * LANES), a4);
            a5 = v.fma(FloatVector.fromArray(FLOATS, p, pAt + to + 5 * LANES), a5);
            a6 = v.fma(FloatVector.fromArray(FLOATS, p, next + to), a6);
            a7 = v.fma(FloatVector.fromArray(FLOATS, p, next + to + 1 * LANES), a7);
            a8 = v.fma(FloatVector.fromArray(FLOATS, p, next + to + 2 * LANES), a8);
            a9 = v.fma(FloatVector.fromArray(FLOATS, p, next + to + 3 * LANES), a9);
            a10 = v.fma(FloatVector.fromArray(FLOATS, p, next + to + 4 * LANES), a10);
            a11 = v.fma(FloatVector.fromArray(FLOATS, p, next + to + 5 * LANES), a11);
        }
        a0.intoArray(out, at);
        a1.intoArray(out, at + 1 * LANES);
        a2.intoArray(out, at + 2 * LANES);
        a3.intoArray(out, at + 3 * LANES);
        a4.intoArray(out, at + 4 * LANES);
        a5.intoArray(out, at + 5 * LANES);
        a6.intoArray(out, at + 6 * LANES);
        a7.intoArray(out, at + 7 * LANES);
        a8.intoArray(out, at + 8 * LANES);
        a9.intoArray(out, at + 9 * LANES);
        a10.intoArray(out, at + 10 * LANES);
        a11.intoArray(out, at + 11 * LANES);
    }

    private static void one(float[] x, int xAt, float[] p, int pAt, int width, float[] out, int at) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        for (int k = 0; k < width; k++) {
            int to = pAt + 6 * LANES * k;
            FloatVector v = FloatVector.broadcast(FLOATS, x[xAt + k]);
            a0 = v.fma(FloatVector.fromArray(FLOATS, p, to), a0);
            a1 = v.fma(FloatVector.fromArray(FLOATS, p, to + 1 * LANES), a1);
            a2 = v.fma(FloatVector.fromArray(FLOATS, p, to + 2 * LANES), a2);
            a3 = v.fma(FloatVector.fromArray(FLOATS, p, to + 3 * LANES), a3);
            a4 = v.fma(FloatVector.fromArray(FLOATS, p, to + 4 * LANES), a4);
            a5 = v.fma(FloatVector.fromArray(FLOATS, p, to + 5 * LANES), a5);
        }
        a0.intoArray(out, at);
        a1.intoArray(out, at + 1 * LANES);
        a2.intoArray(out, at + 2 * LANES);
        a3.intoArray(out, at + 3 * LANES);
        a4.intoArray(out, at + 4 * LANES);
        a5.intoArray(out, at + 5 * LANES);
    }
}
