package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Kernels} with the Vector API, in the widest vectors that the machine prefers. */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final long ALL_OF_FOUR = -1L >>> 64 - 4 * LANES;
    private static final boolean WIDE = LANES >= 16;

    private final VectorUnpack unpack = new VectorUnpack();
    private final ScalarKernels scalar = new ScalarKernels();

    @Override
    public String name() {
        return "Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int productRows() {
        return WIDE ? 3 : 2;
    }

    @Override
    public int productColumns() {
        return 6;
    }

    @Override
    public void interleave(float[] from, int at, int length, float[] to, int toAt, int unit, int upper) {
        VectorProducts.interleave(from, at, length, to, toAt, unit, upper);
    }

    @Override
    public void productTile(float[] x, int xAt, float[] w, int wAt, int steps, float[] sums, int sumsAt, boolean first) {
        if (WIDE) {
            VectorProducts.tileOf3By6(x, xAt, w, wAt, steps, sums, sumsAt, first);
        } else {
            VectorProducts.tileOf2By6(x, xAt, w, wAt, steps, sums, sumsAt, first);
        }
    }

    @Override
    public boolean dots(Packing packing) {
        return VectorDots.knows(packing);
    }

    @Override
    public void dot(Packing packing, MemorySegment data, long offset, float[] x, int length, float[] sums, int at, int upper) {
        VectorDots.dot(packing, data, offset, x, length, sums, at, upper);
    }

    @Override
    public void roundedDot(Packing packing, MemorySegment data, long offset, RoundedRows x, int row, RoundedWeights scratch, float[] sums,
            int at, int upper) {
        Arrays.fill(sums, upper, upper + LANES, 0);
        if (LANES < VectorRoundedDots.LANES) {
            Arrays.fill(sums, at, at + LANES, 0);
            sums[at] = ScalarKernels.roundedDot(packing, data, offset, x, row);
        } else {
            Arrays.fill(sums, at + VectorRoundedDots.LANES, at + LANES, 0);
            sums[upper] = VectorRoundedDots.dot(packing, data, offset, x, row, scratch, sums, at);
        }
    }

    @Override
    public int panelRows() {
        return 6 * LANES;
    }

    @Override
    public void panelTile(
            float[] x, int xAt, int xNext, int xStep, float[] p, int pAt, int steps, float[] out, int at, int stride, boolean first) {
        VectorPanels.tile(x, xAt, xNext, xStep, p, pAt, steps, out, at, stride, first);
    }

    @Override
    public void panelRow(float[] x, int xAt, float[] p, int pAt, int width, int panels, float[] out, int at) {
        VectorPanels.row(x, xAt, p, pAt, width, panels, out, at);
    }

    @Override
    public void planarSteps(PlanarSteps.Forces forces, float[] x, float[] y, float[] met, int edges, float step, int[] places,
            float[] looked) {
        VectorPlanarSteps.run(forces, x, y, met, edges, step, places, looked);
    }

    @Override
    public float innerProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        return VectorSums.innerProduct(x, xAt, y, yAt, length);
    }

    @Override
    public double doubleProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        return VectorDoubleSums.product(x, xAt, y, yAt, length);
    }

    @Override
    public double doubleSquaredDistance(float[] x, int xAt, float[] y, int yAt, int length) {
        return VectorDoubleSums.squaredDistance(x, xAt, y, yAt, length);
    }

    @Override
    public void totals(float[] sums, int at, int upper, int count, float[] out, int outAt) {
        VectorSums.totals(sums, at, upper, count, out, outAt);
    }

    @Override
    public float sumOfSquares(float[] x, int offset, int length) {
        return VectorSums.innerProduct(x, offset, x, offset, length);
    }

    @Override
    public float sum(float[] x, int offset, int length) {
        return VectorSums.sum(x, offset, length);
    }

    @Override
    public float variance(float[] x, int offset, float mean, int length) {
        return VectorSums.squaresFrom(mean, x, offset, length) / length;
    }

    @Override
    public int firstAbove(float[] values, int from, int to, float bound) {
        int at = from;
        for (; at <= to - 2 * LANES; at += 2 * LANES) {
            VectorMask<Float> low = FloatVector.fromArray(FLOATS, values, at).compare(VectorOperators.LE, bound);
            VectorMask<Float> high = FloatVector.fromArray(FLOATS, values, at + LANES).compare(VectorOperators.LE, bound);
            if (!low.and(high).allTrue()) {
                break;
            }
        }
        return scalar.firstAbove(values, at, to, bound);
    }

    @Override
    public int allAbove(float[] values, int from, int to, float bound, int[] out) {
        int count = 0;
        int at = from;
        for (; at <= to - 4 * LANES; at += 4 * LANES) {
            VectorMask<Float> a = FloatVector.fromArray(FLOATS, values, at).compare(VectorOperators.LE, bound);
            VectorMask<Float> b = FloatVector.fromArray(FLOATS, values, at + LANES).compare(VectorOperators.LE, bound);
            VectorMask<Float> c = FloatVector.fromArray(FLOATS, values, at + 2 * LANES).compare(VectorOperators.LE, bound);
            VectorMask<Float> d = FloatVector.fromArray(FLOATS, values, at + 3 * LANES).compare(VectorOperators.LE, bound);
            if (!a.and(b).and(c.and(d)).allTrue()) {
                long low = a.toLong() | b.toLong() << LANES;
                long high = c.toLong() | d.toLong() << LANES;
                for (long above = ~(low | high << 2 * LANES) & ALL_OF_FOUR; above != 0; above &= above - 1) {
                    out[count++] = at + Long.numberOfTrailingZeros(above);
                }
            }
        }
        for (; at < to; at++) {
            if (!(values[at] <= bound)) {
                out[count++] = at;
            }
        }
        return count;
    }

    @Override
    public void unpack(Packing packing, MemorySegment data, long offset, float[] out, int outOffset, int length) {
        if (LANES >= 8) {
            unpack.unpack(packing, data, offset, out, outOffset, length);
        } else {
            scalar.unpack(packing, data, offset, out, outOffset, length);
        }
    }

    @Override
    public void unpackInterleaved(
            Packing packing, MemorySegment data, long offset, float[] out, int at, int length, int unit, int upper, float[] scratch) {
        if ((LANES == 8 || LANES == 16) && length % 32 == 0 && VectorUnpack.interleaves(packing)) {
            unpack.interleaved(packing, data, offset, out, at, length, unit, upper);
        } else {
            Kernels.super.unpackInterleaved(packing, data, offset, out, at, length, unit, upper, scratch);
        }
    }

    @Override
    public void normalise(
            float[] x, int offset, float shift, float factor, float[] scale, float[] bias, float[] out, int outOffset) {
        boolean biased = bias.length > 0;
        int k = 0;
        for (; k <= scale.length - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, offset + k).sub(shift).mul(factor)
                    .mul(FloatVector.fromArray(FLOATS, scale, k));
            (biased ? v.add(FloatVector.fromArray(FLOATS, bias, k)) : v).intoArray(out, outOffset + k);
        }
        for (; k < scale.length; k++) {
            float v = (x[offset + k] - shift) * factor * scale[k];
            out[outOffset + k] = biased ? v + bias[k] : v;
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        scalar.add(x, xOffset, y, yOffset, length);
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        VectorExponential.softmax(x, offset, length);
    }

    @Override
    public float softmaxWithEntropy(float[] x, int offset, int length) {
        return VectorExponential.softmaxWithEntropy(x, offset, length);
    }

    @Override
    public void mix(
            float[] p, int p0, int p1, int p2, int keys, float[] v, int vOffset, int vStride, int width, float[] out, int o0, int o1,
            int o2) {
        int d = 0;
        for (; d <= width - 2 * LANES; d += 2 * LANES) {
            mixTwo(p, p0, p1, p2, keys, v, vOffset + d, vStride, out, o0 + d, o1 + d, o2 + d);
        }
        for (; d < width; d += LANES) {
            mixOne(p, p0, p1, p2, keys, v, vOffset + d, vStride, out, o0 + d, o1 + d, o2 + d, FLOATS.indexInRange(d, width));
        }
    }

    private static void mixTwo(
            float[] p, int p0, int p1, int p2, int keys, float[] v, int at, int stride, float[] out, int o0, int o1, int o2) {
        FloatVector a00 = FloatVector.zero(FLOATS);
        FloatVector a01 = a00;
        FloatVector a10 = a00;
        FloatVector a11 = a00;
        FloatVector a20 = a00;
        FloatVector a21 = a00;
        for (int k = 0; k < keys; k++, at += stride) {
            FloatVector v0 = FloatVector.fromArray(FLOATS, v, at);
            FloatVector v1 = FloatVector.fromArray(FLOATS, v, at + LANES);
            FloatVector q0 = FloatVector.broadcast(FLOATS, p[p0 + k]);
            FloatVector q1 = FloatVector.broadcast(FLOATS, p[p1 + k]);
            FloatVector q2 = FloatVector.broadcast(FLOATS, p[p2 + k]);
            a00 = v0.fma(q0, a00);
            a01 = v1.fma(q0, a01);
            a10 = v0.fma(q1, a10);
            a11 = v1.fma(q1, a11);
            a20 = v0.fma(q2, a20);
            a21 = v1.fma(q2, a21);
        }
        a00.intoArray(out, o0);
        a01.intoArray(out, o0 + LANES);
        a10.intoArray(out, o1);
        a11.intoArray(out, o1 + LANES);
        a20.intoArray(out, o2);
        a21.intoArray(out, o2 + LANES);
    }

    private static void mixOne(
            float[] p,
            int p0,
            int p1,
            int p2,
            int keys,
            float[] v,
            int at,
            int stride,
            float[] out,
            int o0,
            int o1,
            int o2,
            VectorMask<Float> in) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        for (int k = 0; k < keys; k++, at += stride) {
            FloatVector w = FloatVector.fromArray(FLOATS, v, at, in);
            a0 = w.fma(FloatVector.broadcast(FLOATS, p[p0 + k]), a0);
            a1 = w.fma(FloatVector.broadcast(FLOATS, p[p1 + k]), a1);
            a2 = w.fma(FloatVector.broadcast(FLOATS, p[p2 + k]), a2);
        }
        a0.intoArray(out, o0, in);
        a1.intoArray(out, o1, in);
        a2.intoArray(out, o2, in);
    }

    @Override
    public void activate(Activation activation, float[] gate, int offset, float[] up, int upOffset, int length) {
        switch (activation) {
            case SILU, GELU_TANH -> VectorExponential.logistic(activation, gate, offset, up, upOffset, length);
            case GELU -> VectorExponential.gelu(gate, offset, up, upOffset, length);
            case RELU -> scalar.activate(activation, gate, offset, up, upOffset, length);
        }
    }
}
