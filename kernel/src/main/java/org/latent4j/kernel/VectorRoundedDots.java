package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One packed row of weights times one row of activations that are integers ({@link RoundedRows}). Products are made in 16 bits, 16 at
 * a time: a weight of at most 8 bits times an activation of 8, and the sum of two of them, fit. Pairs of neighbours are added in 32
 * bits; up to there everything is exact, so that their order is free. Each block's eight sums are scaled and added up in 32-bit
 * floats, block after block.
 *
 * <p>Vectors are of 256 bits whatever the machine has, so the bits are the same on all of them. What a packing adds to
 * every weight of a block, its minimum, is multiplied with the sum of the block's activations.
 *
 * <p>One block a step, and the packings of 256 values in two ({@link VectorRoundedWeights}): C2 inlines only so much into a method
 * (bench/NOTES.md).
 */
final class VectorRoundedDots {
    /** The floats of an accumulator. */
    static final int LANES = 8;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ShortVector BIT_OF_LANE = ShortVector.fromArray(SHORTS,
            new short[]{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, Short.MIN_VALUE}, 0);

    private VectorRoundedDots() {}

    /**
     * {@link Kernels#roundedDot}.
     *
     * @param own where weights are unpacked whose blocks are too much for one method
     * @param sums receives 8 sums at {@code at}
     * @return what minima add to them
     */
    static float dot(Packing packing, MemorySegment w, long offset, RoundedRows x, int row, RoundedWeights own, float[] sums, int at) {
        int from = row * x.length();
        int to = from + x.length();
        return switch (packing) {
            case Q8_0 -> q80(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q4_0 -> q40(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q4_1 -> q41(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            case Q5_0 -> q50(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q5_1 -> q51(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            default -> {
                VectorRoundedWeights.unpack(packing, w, offset, x.length(), own);
                yield packing == Packing.Q6_K
                        ? by16(own.values(), own.scales(), x.values(), x.scales(), from, to, sums, at)
                        : by32(own.values(), own.scales(), own.minima(), x.values(), x.scales(), x.totals(), from, to, sums, at);
            }
        };
    }

    static ShortVector unsigned(MemorySegment w, long offset) {
        return (ShortVector) ByteVector.fromMemorySegment(BYTES, w, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
    }

    private static ShortVector signed(MemorySegment w, long offset) {
        return (ShortVector) ByteVector.fromMemorySegment(BYTES, w, offset, ORDER).convertShape(VectorOperators.B2S, SHORTS, 0);
    }

    private static ShortVector x(short[] x, int at) {
        return ShortVector.fromArray(SHORTS, x, at);
    }

    static ShortVector high(ShortVector bytes) {
        return bytes.lanewise(VectorOperators.LSHR, 4);
    }

    /** The sums of neighbours. */
    private static IntVector pairs(ShortVector products) {
        IntVector both = products.reinterpretAsInts();
        return both.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .add(both.lanewise(VectorOperators.ASHR, 16));
    }

    private static FloatVector scaled(IntVector products, float scale, FloatVector sum) {
        return ((FloatVector) products.convert(VectorOperators.I2F, 0)).fma(FloatVector.broadcast(FLOATS, scale), sum);
    }

    private static float q80(MemorySegment w, long offset, short[] x, float[] scales, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = from; k < to; k += 32, offset += 34) {
            ShortVector products = signed(w, offset + 2).mul(x(x, k)).add(signed(w, offset + 18).mul(x(x, k + 16)));
            sum = scaled(pairs(products), half(w, offset) * scales[k >> 5], sum);
        }
        sum.intoArray(sums, at);
        return 0;
    }

    private static float q40(MemorySegment w, long offset, short[] x, float[] scales, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = from; k < to; k += 32, offset += 18) {
            ShortVector both = unsigned(w, offset + 2);
            ShortVector low = both.and((short) 15).sub((short) 8);
            ShortVector products = low.mul(x(x, k)).add(high(both).sub((short) 8).mul(x(x, k + 16)));
            sum = scaled(pairs(products), half(w, offset) * scales[k >> 5], sum);
        }
        sum.intoArray(sums, at);
        return 0;
    }

    private static float q41(
            MemorySegment w, long offset, short[] x, float[] scales, float[] totals, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        float minima = 0;
        for (int k = from; k < to; k += 32, offset += 20) {
            int halves = w.get(INT, offset);
            ShortVector both = unsigned(w, offset + 4);
            ShortVector products = both.and((short) 15).mul(x(x, k)).add(high(both).mul(x(x, k + 16)));
            sum = scaled(pairs(products), Float.float16ToFloat((short) halves) * scales[k >> 5], sum);
            minima = Math.fma(Float.float16ToFloat((short) (halves >> 16)), totals[k >> 5], minima);
        }
        sum.intoArray(sums, at);
        return minima;
    }

    private static float q50(MemorySegment w, long offset, short[] x, float[] scales, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = from; k < to; k += 32, offset += 22) {
            int bits = w.get(INT, offset + 2);
            ShortVector both = unsigned(w, offset + 6);
            ShortVector low = fifth(both.and((short) 15), bits).sub((short) 16);
            ShortVector high = fifth(high(both), bits >> 16).sub((short) 16);
            sum = scaled(pairs(low.mul(x(x, k)).add(high.mul(x(x, k + 16)))), half(w, offset) * scales[k >> 5], sum);
        }
        sum.intoArray(sums, at);
        return 0;
    }

    private static float q51(
            MemorySegment w, long offset, short[] x, float[] scales, float[] totals, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        float minima = 0;
        for (int k = from; k < to; k += 32, offset += 24) {
            int bits = w.get(INT, offset + 4);
            ShortVector both = unsigned(w, offset + 8);
            ShortVector products = fifth(both.and((short) 15), bits).mul(x(x, k)).add(fifth(high(both), bits >> 16).mul(x(x, k + 16)));
            sum = scaled(pairs(products), half(w, offset) * scales[k >> 5], sum);
            minima = Math.fma(half(w, offset + 2), totals[k >> 5], minima);
        }
        sum.intoArray(sums, at);
        return minima;
    }

    /** Adds 16 to each lane whose bit is set. */
    private static ShortVector fifth(ShortVector four, int bits) {
        VectorMask<Short> unset = BIT_OF_LANE.and((short) bits).eq((short) 0);
        return four.add((short) 16).blend(four, unset);
    }

    /** Unpacked weights with a scale and a minimum for each 32. */
    private static float by32(
            short[] w, float[] scalesOfW, float[] minimaOfW, short[] x, float[] scales, float[] totals, int from, int to, float[] sums,
            int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        float minima = 0;
        for (int k = from, i = 0; k < to; k += 32, i += 32) {
            ShortVector products = x(w, i).mul(x(x, k)).add(x(w, i + 16).mul(x(x, k + 16)));
            sum = scaled(pairs(products), scalesOfW[i >> 5] * scales[k >> 5], sum);
            minima = Math.fma(minimaOfW[i >> 5], totals[k >> 5], minima);
        }
        sum.intoArray(sums, at);
        return minima;
    }

    /** Unpacked weights with a scale for each 16. */
    private static float by16(short[] w, float[] scalesOfW, short[] x, float[] scales, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = from, i = 0; k < to; k += 16, i += 16) {
            sum = scaled(pairs(x(w, i).mul(x(x, k))), scalesOfW[i >> 4] * scales[k >> 5], sum);
        }
        sum.intoArray(sums, at);
        return 0;
    }
}
