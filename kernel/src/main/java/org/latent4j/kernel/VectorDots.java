package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.VectorUnpack.brain;
import static org.latent4j.kernel.VectorUnpack.bytes;
import static org.latent4j.kernel.VectorUnpack.fifth;
import static org.latent4j.kernel.VectorUnpack.signed;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One packed row of weights times one row of activations, unpacked in registers: what decoding is made of. For vectors of 8
 * and 16 floats, and the packings that models are mostly made of.
 *
 * <p>The bits are those of {@link Products} with many rows: the same values of the weights, and two accumulators a row, one
 * for the lower and one for the upper 16 of every 32 columns. Two, because one would wait for itself: a multiply-add takes
 * four cycles. One row at a time, because C2 inlines only so much into a method (bench/NOTES.md), and a load from a segment
 * is large; that is also why steps are written out where a vector has 8 floats.
 */
final class VectorDots {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final boolean NARROW = LANES == 8;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

    private VectorDots() {}

    static boolean knows(Packing packing) {
        return (LANES == 8 || LANES == 16) && switch (packing) {
            case F32, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q4_K, Q6_K -> true;
            case F16, Q5_1, Q2_K, Q3_K, Q5_K, Q8_K, IQ4_NL, IQ4_XS, MXFP4 -> false;
        };
    }

    /** {@link Kernels#dot}. */
    static void dot(Packing packing, MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        switch (packing) {
            case F32 -> f32(w, offset, x, length, sums, at, upper);
            case BF16 -> bf16(w, offset, x, length, sums, at, upper);
            case Q8_0 -> q80(w, offset, x, length, sums, at, upper);
            case Q4_0 -> q40(w, offset, x, length, sums, at, upper);
            case Q4_1 -> q41(w, offset, x, length, sums, at, upper);
            case Q5_0 -> q50(w, offset, x, length, sums, at, upper);
            case Q4_K -> q4k(w, offset, x, length, sums, at, upper);
            case Q6_K -> q6k(w, offset, x, length, sums, at, upper);
            default -> throw new IllegalArgumentException("no product of single rows of " + packing);
        }
    }

    private static FloatVector x(float[] x, int at) {
        return FloatVector.fromArray(FLOATS, x, at);
    }

    private static FloatVector floats(IntVector q) {
        return (FloatVector) q.convert(VectorOperators.I2F, 0);
    }

    private static IntVector low(IntVector bytes) {
        return bytes.and(15);
    }

    private static IntVector high(IntVector bytes) {
        return bytes.lanewise(VectorOperators.LSHR, 4);
    }

    private static void f32(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32) {
            for (int j = k; j < k + 16; j += LANES) {
                a = FloatVector.fromMemorySegment(FLOATS, w, offset + 4L * j, ORDER).fma(x(x, j), a);
                b = FloatVector.fromMemorySegment(FLOATS, w, offset + 4L * (j + 16), ORDER).fma(x(x, j + 16), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void bf16(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32) {
            for (int j = k; j < k + 16; j += LANES) {
                a = brain(w, offset + 2L * j).fma(x(x, j), a);
                b = brain(w, offset + 2L * (j + 16)).fma(x(x, j + 16), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q80(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 34) {
            FloatVector d = FloatVector.broadcast(FLOATS, half(w, offset));
            a = signed(w, offset + 2).mul(d).fma(x(x, k), a);
            b = signed(w, offset + 18).mul(d).fma(x(x, k + 16), b);
            if (NARROW) {
                a = signed(w, offset + 10).mul(d).fma(x(x, k + 8), a);
                b = signed(w, offset + 26).mul(d).fma(x(x, k + 24), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q40(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 18) {
            FloatVector d = FloatVector.broadcast(FLOATS, half(w, offset));
            IntVector first = bytes(w, offset + 2);
            a = floats(low(first)).sub(8f).mul(d).fma(x(x, k), a);
            b = floats(high(first)).sub(8f).mul(d).fma(x(x, k + 16), b);
            if (NARROW) {
                IntVector second = bytes(w, offset + 10);
                a = floats(low(second)).sub(8f).mul(d).fma(x(x, k + 8), a);
                b = floats(high(second)).sub(8f).mul(d).fma(x(x, k + 24), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q41(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 20) {
            int scales = w.get(INT, offset);
            FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) scales));
            FloatVector m = FloatVector.broadcast(FLOATS, Float.float16ToFloat((short) (scales >> 16)));
            IntVector first = bytes(w, offset + 4);
            a = floats(low(first)).fma(d, m).fma(x(x, k), a);
            b = floats(high(first)).fma(d, m).fma(x(x, k + 16), b);
            if (NARROW) {
                IntVector second = bytes(w, offset + 12);
                a = floats(low(second)).fma(d, m).fma(x(x, k + 8), a);
                b = floats(high(second)).fma(d, m).fma(x(x, k + 24), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q50(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 22) {
            FloatVector d = FloatVector.broadcast(FLOATS, half(w, offset));
            int bits = w.get(INT, offset + 2);
            for (int j = 0; j < 16; j += LANES) {
                IntVector both = bytes(w, offset + 6 + j);
                a = fifth(floats(low(both)), bits >>> j).sub(16f).mul(d).fma(x(x, k + j), a);
                b = fifth(floats(high(both)), bits >>> 16 + j).sub(16f).mul(d).fma(x(x, k + 16 + j), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q4k(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 256, offset += 144) {
            float d = half(w, offset);
            float m = half(w, offset + 2);
            long scales = Levels.scalesOf8(w, offset + 4);
            long minima = Levels.minimaOf8(w, offset + 4);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = FloatVector.broadcast(FLOATS, d * Levels.byteOf(scales, group));
                FloatVector minimum = FloatVector.broadcast(FLOATS, -(m * Levels.byteOf(minima, group)));
                long from = offset + 16 + group / 2 * 32L;
                int shift = group % 2 * 4;
                int to = k + 32 * group;
                for (int j = 0; j < 16; j += LANES) {
                    a = nibbles(w, from + j, shift).fma(scale, minimum).fma(x(x, to + j), a);
                    b = nibbles(w, from + 16 + j, shift).fma(scale, minimum).fma(x(x, to + 16 + j), b);
                }
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static FloatVector nibbles(MemorySegment w, long offset, int shift) {
        return floats(bytes(w, offset).lanewise(VectorOperators.LSHR, shift).and(15));
    }

    private static void q6k(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 128) {
            int half = k / 128 % 2;
            float d = half(w, offset + 208);
            long scales = Levels.eight(w, offset + 192 + 8 * half);
            for (int group = 0; group < 4; group++) {
                FloatVector scaleA = FloatVector.broadcast(FLOATS, d * (byte) Levels.byteOf(scales, 2 * group));
                FloatVector scaleB = FloatVector.broadcast(FLOATS, d * (byte) Levels.byteOf(scales, 2 * group + 1));
                long four = offset + 64 * half + 32 * (group % 2);
                long two = offset + 128 + 32 * half;
                int to = k + 32 * group;
                for (int j = 0; j < 16; j += LANES) {
                    a = six(w, four + j, two + j, group).mul(scaleA).fma(x(x, to + j), a);
                    b = six(w, four + 16 + j, two + 16 + j, group).mul(scaleB).fma(x(x, to + 16 + j), b);
                }
            }
            offset += half * 210;
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static FloatVector six(MemorySegment w, long four, long two, int group) {
        IntVector lower = bytes(w, four).lanewise(VectorOperators.LSHR, group / 2 * 4).and(15);
        IntVector higher = bytes(w, two).lanewise(VectorOperators.LSHR, 2 * group).and(3).lanewise(VectorOperators.LSHL, 4);
        return floats(lower.or(higher).sub(32));
    }
}
