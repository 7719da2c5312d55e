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
 * <p>One block a step: C2 inlines only so much into a method (bench/NOTES.md).
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
     * @param sums receives 8 sums at {@code at}
     * @return what minima add to them
     */
    static float dot(Packing packing, MemorySegment w, long offset, RoundedRows x, int row, float[] sums, int at) {
        int from = row * x.length();
        int to = from + x.length();
        return switch (packing) {
            case Q8_0 -> q80(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q4_0 -> q40(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q4_1 -> q41(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            case Q5_0 -> q50(w, offset, x.values(), x.scales(), from, to, sums, at);
            case Q5_1 -> q51(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            case Q4_K -> q4k(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            case Q5_K -> q5k(w, offset, x.values(), x.scales(), x.totals(), from, to, sums, at);
            case Q6_K -> q6k(w, offset, x.values(), x.scales(), from, to, sums, at);
            default -> throw new IllegalArgumentException("no product of rounded rows with " + packing);
        };
    }

    private static ShortVector unsigned(MemorySegment w, long offset) {
        return (ShortVector) ByteVector.fromMemorySegment(BYTES, w, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
    }

    private static ShortVector signed(MemorySegment w, long offset) {
        return (ShortVector) ByteVector.fromMemorySegment(BYTES, w, offset, ORDER).convertShape(VectorOperators.B2S, SHORTS, 0);
    }

    private static ShortVector x(short[] x, int at) {
        return ShortVector.fromArray(SHORTS, x, at);
    }

    private static ShortVector high(ShortVector bytes) {
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

    private static float q4k(
            MemorySegment w, long offset, short[] x, float[] scales, float[] totals, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        float minima = 0;
        for (int k = from; k < to; k += 256, offset += 144) {
            float d = half(w, offset);
            float m = -half(w, offset + 2);
            long own = Levels.scalesOf8(w, offset + 4);
            long minimum = Levels.minimaOf8(w, offset + 4);
            for (int group = 0; group < 8; group++) {
                long four = offset + 16 + group / 2 * 32L;
                int shift = group % 2 * 4;
                int to32 = k + 32 * group;
                ShortVector a = unsigned(w, four).lanewise(VectorOperators.LSHR, shift).and((short) 15);
                ShortVector b = unsigned(w, four + 16).lanewise(VectorOperators.LSHR, shift).and((short) 15);
                ShortVector products = a.mul(x(x, to32)).add(b.mul(x(x, to32 + 16)));
                sum = scaled(pairs(products), d * Levels.byteOf(own, group) * scales[to32 >> 5], sum);
                minima = Math.fma(m * Levels.byteOf(minimum, group), totals[to32 >> 5], minima);
            }
        }
        sum.intoArray(sums, at);
        return minima;
    }

    private static float q5k(
            MemorySegment w, long offset, short[] x, float[] scales, float[] totals, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        float minima = 0;
        for (int k = from; k < to; k += 256, offset += 176) {
            float d = half(w, offset);
            float m = -half(w, offset + 2);
            long own = Levels.scalesOf8(w, offset + 4);
            long minimum = Levels.minimaOf8(w, offset + 4);
            for (int group = 0; group < 8; group++) {
                int to32 = k + 32 * group;
                ShortVector a = five(w, offset + 48 + group / 2 * 32L, offset + 16, group);
                ShortVector b = five(w, offset + 64 + group / 2 * 32L, offset + 32, group);
                ShortVector products = a.mul(x(x, to32)).add(b.mul(x(x, to32 + 16)));
                sum = scaled(pairs(products), d * Levels.byteOf(own, group) * scales[to32 >> 5], sum);
                minima = Math.fma(m * Levels.byteOf(minimum, group), totals[to32 >> 5], minima);
            }
        }
        sum.intoArray(sums, at);
        return minima;
    }

    private static ShortVector five(MemorySegment w, long four, long one, int group) {
        ShortVector lower = unsigned(w, four).lanewise(VectorOperators.LSHR, group % 2 * 4).and((short) 15);
        ShortVector higher = unsigned(w, one).lanewise(VectorOperators.LSHR, group).and((short) 1);
        return lower.or(higher.lanewise(VectorOperators.LSHL, 4));
    }

    private static float q6k(MemorySegment w, long offset, short[] x, float[] scales, int from, int to, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = from; k < to; k += 128) {
            int half = (k - from) / 128 % 2;
            float d = half(w, offset + 208);
            long own = Levels.eight(w, offset + 192 + 8 * half);
            for (int group = 0; group < 4; group++) {
                long four = offset + 64 * half + 32 * (group % 2);
                long two = offset + 128 + 32 * half;
                int to32 = k + 32 * group;
                IntVector a = pairs(six(w, four, two, group).mul(x(x, to32))).mul((byte) Levels.byteOf(own, 2 * group));
                IntVector b = pairs(six(w, four + 16, two + 16, group).mul(x(x, to32 + 16))).mul((byte) Levels.byteOf(own, 2 * group + 1));
                sum = scaled(a.add(b), d * scales[to32 >> 5], sum);
            }
            offset += half * 210;
        }
        sum.intoArray(sums, at);
        return 0;
    }

    private static ShortVector six(MemorySegment w, long four, long two, int group) {
        ShortVector lower = unsigned(w, four).lanewise(VectorOperators.LSHR, group / 2 * 4).and((short) 15);
        ShortVector higher = unsigned(w, two).lanewise(VectorOperators.LSHR, 2 * group).and((short) 3);
        return lower.or(higher.lanewise(VectorOperators.LSHL, 4)).sub((short) 32);
    }
}
