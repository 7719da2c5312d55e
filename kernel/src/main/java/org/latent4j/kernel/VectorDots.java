package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.VectorUnpack.brain;
import static org.latent4j.kernel.VectorUnpack.bytes;
import static org.latent4j.kernel.VectorUnpack.fifth;
import static org.latent4j.kernel.VectorUnpack.signed;
import static org.latent4j.kernel.VectorUnpack.small;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One packed row of weights times one row of activations, unpacked in registers: what decoding is made of. For vectors of 8
 * and 16 floats, and the packings where it is faster than the way of many rows.
 *
 * <p>The bits are those of {@link Products} with many rows: the same values of the weights, and two accumulators a row, one
 * for the lower and one for the upper 16 of every 32 columns. Two, because one would wait for itself: a multiply-add takes
 * four cycles. One row at a time, because C2 inlines only so much into a method (bench/NOTES.md), and a load from a segment
 * is large; that is also why steps are written out where a vector has 8 floats, and why {@link Packing#Q3_K}
 * goes over its row twice, once for each side.
 */
final class VectorDots {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final boolean NARROW = LANES == 8;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

    private VectorDots() {}

    static boolean knows(Packing packing) {
        return (LANES == 8 || LANES == 16) && switch (packing) {
            case F32, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q6_K, Q8_K, MXFP4 -> true;
            case F16, Q5_K, IQ4_NL, IQ4_XS -> false;
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
            case Q5_1 -> q51(w, offset, x, length, sums, at, upper);
            case Q2_K -> q2k(w, offset, x, length, sums, at, upper);
            case Q3_K -> {
                q3k(w, offset, x, length, 0, sums, at);
                q3k(w, offset, x, length, 16, sums, upper);
            }
            case Q4_K -> q4k(w, offset, x, length, sums, at, upper);
            case Q6_K -> q6k(w, offset, x, length, sums, at, upper);
            case Q8_K -> q8k(w, offset, x, length, sums, at, upper);
            case MXFP4 -> mxfp4(w, offset, x, length, sums, at, upper);
            case F16, Q5_K, IQ4_NL, IQ4_XS -> throw new IllegalArgumentException("no product of single rows of " + packing);
        }
    }

    private static FloatVector x(float[] x, int at) {
        return FloatVector.fromArray(FLOATS, x, at);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(FLOATS, value);
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
            FloatVector d = all(half(w, offset));
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
            FloatVector d = all(half(w, offset));
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
            FloatVector d = all(Float.float16ToFloat((short) scales));
            FloatVector m = all(Float.float16ToFloat((short) (scales >> 16)));
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
            FloatVector d = all(half(w, offset));
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

    private static void q51(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 24) {
            int scales = w.get(INT, offset);
            FloatVector d = all(Float.float16ToFloat((short) scales));
            FloatVector m = all(Float.float16ToFloat((short) (scales >> 16)));
            int bits = w.get(INT, offset + 4);
            for (int j = 0; j < 16; j += LANES) {
                IntVector both = bytes(w, offset + 8 + j);
                a = fifth(floats(low(both)), bits >>> j).fma(d, m).fma(x(x, k + j), a);
                b = fifth(floats(high(both)), bits >>> 16 + j).fma(d, m).fma(x(x, k + 16 + j), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void mxfp4(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 32, offset += 17) {
            FloatVector d = all(Levels.halfPower(Levels.unsigned(w, offset)));
            for (int j = 0; j < 16; j += LANES) {
                IntVector both = bytes(w, offset + 1 + j);
                a = small(low(both)).mul(d).fma(x(x, k + j), a);
                b = small(high(both)).mul(d).fma(x(x, k + 16 + j), b);
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q2k(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 128) {
            int half = k / 128 % 2;
            float d = half(w, offset + 80);
            float m = half(w, offset + 82);
            long scales = Levels.eight(w, offset + 8 * half);
            long two = offset + 16 + 32 * half;
            for (int group = 0; group < 4; group++) {
                int first = Levels.byteOf(scales, 2 * group);
                int last = Levels.byteOf(scales, 2 * group + 1);
                FloatVector scaleA = all(d * (first & 15));
                FloatVector minimumA = all(-(m * (first >>> 4)));
                FloatVector scaleB = all(d * (last & 15));
                FloatVector minimumB = all(-(m * (last >>> 4)));
                int to = k + 32 * group;
                for (int j = 0; j < 16; j += LANES) {
                    a = bits(w, two + j, 2 * group, 3).fma(scaleA, minimumA).fma(x(x, to + j), a);
                    b = bits(w, two + 16 + j, 2 * group, 3).fma(scaleB, minimumB).fma(x(x, to + 16 + j), b);
                }
            }
            offset += half * 84;
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static void q3k(MemorySegment w, long offset, float[] x, int length, int side, float[] sums, int at) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int k = 0; k < length; k += 128) {
            int half = k / 128 % 2;
            float d = half(w, offset + 108);
            long scales = Levels.scalesOf16(w, offset + 96, half) >>> side / 2;
            for (int group = 0; group < 4; group++) {
                FloatVector scale = all(d * (Levels.byteOf(scales, 2 * group) - 32));
                for (int j = side; j < side + 16; j += LANES) {
                    IntVector lower = bytes(w, offset + 32 + 32 * half + j).lanewise(VectorOperators.LSHR, 2 * group).and(3);
                    IntVector higher = bytes(w, offset + j).lanewise(VectorOperators.LSHR, 4 * half + group).and(1);
                    IntVector q = lower.or(higher.lanewise(VectorOperators.LSHL, 2)).sub(4);
                    sum = floats(q).mul(scale).fma(x(x, k + 32 * group + j), sum);
                }
            }
            offset += half * 110;
        }
        sum.intoArray(sums, at);
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
                FloatVector scale = all(d * Levels.byteOf(scales, group));
                FloatVector minimum = all(-(m * Levels.byteOf(minima, group)));
                long from = offset + 16 + group / 2 * 32L;
                int shift = group % 2 * 4;
                int to = k + 32 * group;
                for (int j = 0; j < 16; j += LANES) {
                    a = bits(w, from + j, shift, 15).fma(scale, minimum).fma(x(x, to + j), a);
                    b = bits(w, from + 16 + j, shift, 15).fma(scale, minimum).fma(x(x, to + 16 + j), b);
                }
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }

    private static FloatVector bits(MemorySegment w, long offset, int shift, int mask) {
        return floats(bytes(w, offset).lanewise(VectorOperators.LSHR, shift).and(mask));
    }

    private static void q6k(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 128) {
            int half = k / 128 % 2;
            float d = half(w, offset + 208);
            long scales = Levels.eight(w, offset + 192 + 8 * half);
            for (int group = 0; group < 4; group++) {
                FloatVector scaleA = all(d * (byte) Levels.byteOf(scales, 2 * group));
                FloatVector scaleB = all(d * (byte) Levels.byteOf(scales, 2 * group + 1));
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

    private static void q8k(MemorySegment w, long offset, float[] x, int length, float[] sums, int at, int upper) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        for (int k = 0; k < length; k += 256, offset += 292) {
            FloatVector d = all(w.get(FLOAT, offset));
            for (int j = 0; j < 256; j += 32) {
                for (int i = j; i < j + 16; i += LANES) {
                    a = signed(w, offset + 4 + i).mul(d).fma(x(x, k + i), a);
                    b = signed(w, offset + 20 + i).mul(d).fma(x(x, k + 16 + i), b);
                }
            }
        }
        a.intoArray(sums, at);
        b.intoArray(sums, upper);
    }
}
