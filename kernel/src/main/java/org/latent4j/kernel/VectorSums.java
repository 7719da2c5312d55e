package org.latent4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums along rows, and the adding up of lanes at their ends. Vector.reduceLanes leaves the order open, and the interpreter's differs
 * from the compiler's, which would let results change while the JVM warms up. So the tree is spelled out: lane l + lane l ^ h, for
 * h = half the lanes, a quarter, ... 1. Two vectors are halved together, so that no lane is computed twice.
 *
 * <p>Where a sum goes from step to step, the vector just loaded is the one whose method is called: of it C2 knows the class, of the
 * sum only once the loop is compiled, and then the call stays a call and every step makes an object.
 */
final class VectorSums {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final boolean WIDE = LANES >= 16;
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
    private static final VectorMask<Float> FIRST_EIGHT = VectorMask.fromLong(FLOATS, 0xff);

    private VectorSums() {}

    /** {@link Kernels#innerProduct}. */
    static float innerProduct(float[] x, int xAt, float[] y, int yAt, int length) {
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

    /** The sum of values. */
    static float sum(float[] x, int at, int length) {
        FloatVector a = FloatVector.zero(FLOATS);
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            a = FloatVector.fromArray(FLOATS, x, at + k).add(a);
        }
        float[] lanes = new float[LANES];
        a.intoArray(lanes, 0);
        float sum = total(lanes, 0);
        for (; k < length; k++) {
            sum += x[at + k];
        }
        return sum;
    }

    /** The sum of {@code (x - mean)^2}. */
    static float squaresFrom(float mean, float[] x, int at, int length) {
        FloatVector a = FloatVector.zero(FLOATS);
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, at + k).sub(mean);
            a = v.fma(v, a);
        }
        float[] lanes = new float[LANES];
        a.intoArray(lanes, 0);
        float sum = total(lanes, 0);
        for (; k < length; k++) {
            float v = x[at + k] - mean;
            sum = Math.fma(v, v, sum);
        }
        return sum;
    }

    /** The sum of {@code e (x - max)}; e begins at 0. */
    static float weighted(float[] e, float[] x, int at, float max, int length) {
        FloatVector a = FloatVector.zero(FLOATS);
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            FloatVector y = FloatVector.fromArray(FLOATS, x, at + k).sub(max);
            a = y.fma(FloatVector.fromArray(FLOATS, e, k), a);
        }
        float[] lanes = new float[LANES];
        a.intoArray(lanes, 0);
        float sum = total(lanes, 0);
        for (; k < length; k++) {
            sum = Math.fma(x[at + k] - max, e[k], sum);
        }
        return sum;
    }

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

    /** {@link Kernels#totals}. */
    static void totals(float[] sums, int at, int upper, int count, float[] out, int outAt) {
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
        all.add(all.rearrange(SWAP_LAST)).rearrange(EVEN).intoArray(out, outOffset, FIRST_EIGHT);
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
}
