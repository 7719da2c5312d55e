package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link Kernels} with the Vector API, in the widest vectors that the machine prefers. */
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final boolean WIDE = LANES >= 16;
    private static final int COLUMNS = WIDE ? 8 : 4;
    /** Values that an activation works on at a time, so that they stay in the first-level cache. */
    private static final int CHUNK = 2048;

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
    public int tileColumns() {
        return COLUMNS;
    }

    @Override
    public void tile(
            float[] x,
            int x0,
            int x1,
            int x2,
            float[] w,
            int wOffset,
            int wStride,
            int length,
            float[] sums,
            int sumsOffset,
            boolean first) {
        if (WIDE) {
            VectorTiles.tileOf3By8(x, x0, x1, x2, w, wOffset, wStride, length, sums, sumsOffset, first);
        } else {
            VectorTiles.tileOf3By4(x, x0, x1, x2, w, wOffset, wStride, length, sums, sumsOffset, first);
        }
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
    public float innerProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int k = 0;
        for (; k <= length - 4 * LANES; k += 4 * LANES) {
            a = FloatVector.fromArray(FLOATS, x, xAt + k).fma(FloatVector.fromArray(FLOATS, y, yAt + k), a);
            b = FloatVector.fromArray(FLOATS, x, xAt + k + LANES).fma(FloatVector.fromArray(FLOATS, y, yAt + k + LANES), b);
            c = FloatVector.fromArray(FLOATS, x, xAt + k + 2 * LANES).fma(FloatVector.fromArray(FLOATS, y, yAt + k + 2 * LANES), c);
            d = FloatVector.fromArray(FLOATS, x, xAt + k + 3 * LANES).fma(FloatVector.fromArray(FLOATS, y, yAt + k + 3 * LANES), d);
        }
        a = a.add(b).add(c.add(d));
        float rest = 0;
        for (; k < length; k++) {
            rest = Math.fma(x[xAt + k], y[yAt + k], rest);
        }
        a = a.add(a.rearrange(SWAP1));
        a = H2 < H1 ? a.add(a.rearrange(SWAP2)) : a;
        a = H3 < H2 ? a.add(a.rearrange(SWAP3)) : a;
        a = H3 > 1 ? a.add(a.rearrange(SWAP_LAST)) : a;
        return a.lane(0) + rest;
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

    /*
     * Adding up lanes. Vector.reduceLanes leaves the order open, and the interpreter's differs from the compiler's, which
     * would let results change while the JVM warms up. So the tree is spelled out: lane l + lane l ^ h, for h = half the
     * lanes, a quarter, ... 1. Two vectors are halved together, so that no lane is computed twice.
     */
    private static final int H1 = LANES / 2;
    private static final int H2 = Math.max(LANES / 4, 1);
    private static final int H3 = Math.max(LANES / 8, 1);
    private static final VectorShuffle<Float> SWAP1 = VectorShuffle.fromOp(FLOATS, l -> l ^ H1);
    private static final VectorShuffle<Float> SWAP2 = VectorShuffle.fromOp(FLOATS, l -> l ^ H2);
    private static final VectorShuffle<Float> SWAP3 = VectorShuffle.fromOp(FLOATS, l -> l ^ H3);
    private static final VectorShuffle<Float> SWAP_LAST = VectorShuffle.fromOp(FLOATS, l -> l ^ 1);
    private static final VectorMask<Float> UPPER1 = upper(H1);
    private static final VectorMask<Float> UPPER2 = upper(H2);
    private static final VectorMask<Float> UPPER3 = upper(H3);
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(FLOATS, l -> (2 * l) % LANES);
    private static final VectorMask<Float> FIRST_COLUMNS = VectorMask.fromLong(FLOATS, (1L << COLUMNS) - 1);

    private static VectorMask<Float> upper(int half) {
        long bits = 0;
        for (int lane = 0; lane < LANES; lane++) {
            bits |= (lane & half) != 0 ? 1L << lane : 0;
        }
        return VectorMask.fromLong(FLOATS, bits);
    }

    /** Lanes outside {@code upper} hold {@code a[l] + a[l ^ half]}, lanes inside {@code b[l] + b[l ^ half]}. */
    private static FloatVector halve(FloatVector a, FloatVector b, VectorShuffle<Float> swap, VectorMask<Float> upper) {
        return a.blend(b, upper).add(b.blend(a, upper).rearrange(swap));
    }

    @Override
    public void finish(float[] sums, int sumsOffset, float[] out, int outOffset, int columns) {
        if (WIDE && columns == 8) {
            finishEight(sums, sumsOffset, out, outOffset);
        } else if (LANES == 8 && columns == 4) {
            finishFour(sums, sumsOffset, out, outOffset);
        } else {
            for (int c = 0; c < columns; c++) {
                out[outOffset + c] = total(sums, sumsOffset + c * LANES);
            }
        }
    }

    @Override
    public void totals(float[] sums, int at, int upper, int count, float[] out, int outAt) {
        int done = 0;
        for (; LANES == 8 && done <= count - 8; done += 8) {
            eightOfEight(sums, at + done * LANES, upper + done * LANES, out, outAt + done);
        }
        for (int k = done * LANES; k < count * LANES; k++) {
            sums[at + k] += sums[upper + k];
        }
        for (; WIDE && done <= count - 8; done += 8) {
            finishEight(sums, at + done * LANES, out, outAt + done);
        }
        for (; done < count; done++) {
            out[outAt + done] = total(sums, at + done * LANES);
        }
    }

    /** Eight accumulators of eight lanes and their upper halves: behind the last halving lane i holds output i. */
    private static void eightOfEight(float[] sums, int at, int upper, float[] out, int outOffset) {
        FloatVector s04 = halve(both(sums, at, upper, 0), both(sums, at, upper, 4), SWAP1, UPPER1);
        FloatVector s26 = halve(both(sums, at, upper, 2), both(sums, at, upper, 6), SWAP1, UPPER1);
        FloatVector even = halve(s04, s26, SWAP2, UPPER2);
        FloatVector s15 = halve(both(sums, at, upper, 1), both(sums, at, upper, 5), SWAP1, UPPER1);
        FloatVector s37 = halve(both(sums, at, upper, 3), both(sums, at, upper, 7), SWAP1, UPPER1);
        FloatVector odd = halve(s15, s37, SWAP2, UPPER2);
        halve(even, odd, SWAP3, UPPER3).intoArray(out, outOffset);
    }

    private static FloatVector both(float[] sums, int at, int upper, int k) {
        return FloatVector.fromArray(FLOATS, sums, at + k * LANES).add(FloatVector.fromArray(FLOATS, sums, upper + k * LANES));
    }

    private static void finishEight(float[] sums, int at, float[] out, int outOffset) {
        FloatVector s0 = FloatVector.fromArray(FLOATS, sums, at);
        FloatVector s1 = FloatVector.fromArray(FLOATS, sums, at + LANES);
        FloatVector s2 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
        FloatVector s3 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
        FloatVector s4 = FloatVector.fromArray(FLOATS, sums, at + 4 * LANES);
        FloatVector s5 = FloatVector.fromArray(FLOATS, sums, at + 5 * LANES);
        FloatVector s6 = FloatVector.fromArray(FLOATS, sums, at + 6 * LANES);
        FloatVector s7 = FloatVector.fromArray(FLOATS, sums, at + 7 * LANES);
        FloatVector even = halve(halve(s0, s4, SWAP1, UPPER1), halve(s2, s6, SWAP1, UPPER1), SWAP2, UPPER2);
        FloatVector odd = halve(halve(s1, s5, SWAP1, UPPER1), halve(s3, s7, SWAP1, UPPER1), SWAP2, UPPER2);
        FloatVector all = halve(even, odd, SWAP3, UPPER3);
        // Lanes 2c and 2c + 1 now hold the two halves of output c.
        all.add(all.rearrange(SWAP_LAST)).rearrange(EVEN).intoArray(out, outOffset, FIRST_COLUMNS);
    }

    private static void finishFour(float[] sums, int at, float[] out, int outOffset) {
        FloatVector s0 = FloatVector.fromArray(FLOATS, sums, at);
        FloatVector s1 = FloatVector.fromArray(FLOATS, sums, at + LANES);
        FloatVector s2 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
        FloatVector s3 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
        FloatVector all = halve(halve(s0, s2, SWAP1, UPPER1), halve(s1, s3, SWAP1, UPPER1), SWAP2, UPPER2);
        // Lanes 2c and 2c + 1 now hold the two halves of output c.
        all.add(all.rearrange(SWAP_LAST)).rearrange(EVEN).intoArray(out, outOffset, FIRST_COLUMNS);
    }

    /** The same tree for one accumulator in memory, which it overwrites. */
    private static float total(float[] lanes, int at) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[at + lane] += lanes[at + lane + half];
            }
        }
        return lanes[at];
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

    /*
     * The norms' sums and the element-wise loops are plain Java: they are a small part of the work, C2 makes vectors of the
     * latter itself, and what isn't Vector API is fast before it is compiled.
     */

    @Override
    public float sumOfSquares(float[] x, int offset, int length) {
        return scalar.sumOfSquares(x, offset, length);
    }

    @Override
    public float sum(float[] x, int offset, int length) {
        return scalar.sum(x, offset, length);
    }

    @Override
    public float variance(float[] x, int offset, float mean, int length) {
        return scalar.variance(x, offset, mean, length);
    }

    @Override
    public void normalise(
            float[] x, int offset, float shift, float factor, float[] scale, float[] bias, float[] out, int outOffset) {
        scalar.normalise(x, offset, shift, factor, scale, bias, out, outOffset);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        scalar.add(x, xOffset, y, yOffset, length);
    }

    @Override
    public float softmax(float[] x, int offset, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < length; k++) {
            max = Math.max(max, x[offset + k]);
        }
        float[] sums = new float[2 * LANES];
        exponentials(x, offset, 1, -max, x, offset, length, sums);
        float factor = 1 / sums[0];
        for (int k = 0; k < length; k++) {
            x[offset + k] *= factor;
        }
        return (float) Math.log(sums[0]) - sums[LANES] * factor;
    }

    /**
     * With {@code y = x * factor + shift}: {@code out = exp(y)}; the sum of exp(y) goes to {@code sums[0]}, that of {@code exp(y) * y}
     * to {@code sums[LANES]}. What is left behind whole vectors is added one by one.
     *
     * <p>e to the power of y in two units in the last place: y = n ln 2 + r, a polynomial for r, n into the exponent. Written
     * out because the API's own EXP calls a different library before and after compilation, and all in one method because a
     * vector that crosses a call that isn't inlined costs a hundred times as much.
     */
    private static void exponentials(
            float[] x, int offset, float factor, float shift, float[] out, int outOffset, int length, float[] sums) {
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector weighted = sum;
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector y = FloatVector.fromArray(FLOATS, x, offset + k).fma(FloatVector.broadcast(FLOATS, factor),
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
            e.intoArray(out, outOffset + k);
            sum = sum.add(e);
            weighted = e.fma(y, weighted);
        }
        sum.intoArray(sums, 0);
        weighted.intoArray(sums, LANES);
        total(sums, 0);
        total(sums, LANES);
        for (; k < length; k++) {
            float y = Math.fma(x[offset + k], factor, shift);
            float e = Exponential.exp(y);
            out[outOffset + k] = e;
            sums[0] += e;
            sums[LANES] = Math.fma(e, y, sums[LANES]);
        }
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
        if (activation == Activation.RELU) {
            scalar.activate(activation, gate, offset, up, upOffset, length);
            return;
        }
        if (activation == Activation.GELU) {
            gelu(gate, offset, length);
            for (int k = 0; k < length && up.length > 0; k++) {
                gate[offset + k] *= up[upOffset + k];
            }
            return;
        }
        float[] e = new float[Math.min(length, CHUNK)];
        for (int done = 0; done < length; done += CHUNK) {
            int count = Math.min(CHUNK, length - done);
            logistic(activation, gate, offset + done, e, count);
            for (int k = 0; k < count && up.length > 0; k++) {
                gate[offset + done + k] *= up[upOffset + done + k];
            }
        }
    }

    /**
     * {@code x = x / 2 * (1 + erf(x / sqrt 2))}, with the steps of {@link Exponential#erf}, so that the values behind whole vectors,
     * which are computed by it, have the same bits. Both of its polynomials are computed and one is chosen.
     */
    private static void gelu(float[] x, int at, int length) {
        int k = at;
        for (; k <= at + length - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, k);
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
            v.mul(0.5f).mul(erf.add(1f)).intoArray(x, k);
        }
        for (; k < at + length; k++) {
            x[k] = 0.5f * x[k] * (1 + Exponential.erf(x[k] * Exponential.SQRT_HALF));
        }
    }

    /** {@code x = x / (1 + exp(-u))}: for SILU u is x; (1 + tanh v) / 2 is the logistic function of u = 2 v. */
    private static void logistic(Activation activation, float[] x, int at, float[] e, int count) {
        if (activation == Activation.SILU) {
            exponentials(x, at, -1, 0, e, 0, count, new float[2 * LANES]);
        } else {
            for (int k = 0; k < count; k++) {
                float v = x[at + k];
                e[k] = Exponential.GELU_2U * v * (1 + Exponential.GELU_CUBE * v * v);
            }
            exponentials(e, 0, -1, 0, e, 0, count, new float[2 * LANES]);
        }
        for (int k = 0; k < count; k++) {
            x[at + k] = x[at + k] / (1 + e[k]);
        }
    }
}
