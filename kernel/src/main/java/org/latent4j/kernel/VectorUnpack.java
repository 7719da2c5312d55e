package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed blocks to floats with the Vector API, for vectors of 8 floats and more. Bit-identical with {@link ScalarKernels}:
 * a scale of 11 significant bits times an integer of at most 8 is exact (and times another of at most 5), so a fused
 * multiply-add rounds where the reference's addition does.
 */
final class VectorUnpack {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * 8)));
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, LANES * 16)));
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);
    private static final FloatVector SIXTEEN = FloatVector.broadcast(FLOATS, 16f);
    private static final FloatVector UNEVEN_LOWER = table(Levels.uneven(), 0);
    private static final FloatVector UNEVEN_UPPER = table(Levels.uneven(), 8);
    private static final FloatVector E2M1 = table(Levels.e2m1(), 0);

    void unpack(Packing packing, MemorySegment data, long offset, float[] out, int at, int length) {
        switch (packing) {
            case F32 -> MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER), offset, out, at, length);
            case BF16 -> brains(data, offset, out, at, length);
            case F16 -> halves(data, offset, out, at, length);
            case Q8_0 -> q80(data, offset, out, at, length, 32, LANES, 16);
            case Q4_0 -> q40(data, offset, out, at, length, 32, LANES, 16);
            case Q4_1 -> q41(data, offset, out, at, length, 32, LANES, 16);
            case Q5_0 -> q50(data, offset, out, at, length, 32, LANES, 16);
            case Q5_1 -> q51(data, offset, out, at, length, 32, LANES, 16);
            case IQ4_NL -> iq4nl(data, offset, out, at, length, 32, LANES, 16);
            case MXFP4 -> mxfp4(data, offset, out, at, length, 32, LANES, 16);
            case Q8_K -> q8k(data, offset, out, at, length);
            case Q2_K -> VectorUnpackK.q2k(data, offset, out, at, length);
            case Q3_K -> VectorUnpackK.q3k(data, offset, out, at, length);
            case Q4_K -> VectorUnpackK.q4k(data, offset, out, at, length);
            case Q5_K -> VectorUnpackK.q5k(data, offset, out, at, length);
            case Q6_K -> VectorUnpackK.q6k(data, offset, out, at, length);
            case IQ4_XS -> VectorUnpackK.iq4xs(data, offset, out, at, length);
        }
    }

    /**
     * Whether {@link #interleaved} knows a packing: those of blocks of 32 values. Plain floats are copied as a whole, which the JVM
     * survives where a mapped file is cut off meanwhile.
     */
    static boolean interleaves(Packing packing) {
        return switch (packing) {
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, MXFP4 -> true;
            case F32, F16, BF16, Q8_K, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS -> false;
        };
    }

    /**
     * Unpacks to where {@link Kernels#interleave} would copy what {@link #unpack} gives.
     *
     * @param length a multiple of 32
     */
    void interleaved(Packing packing, MemorySegment data, long offset, float[] out, int at, int length, int unit, int upper) {
        int step = unit * LANES;
        int next = unit * 16;
        switch (packing) {
            case Q8_0 -> q80(data, offset, out, at, length, next, step, upper);
            case Q4_0 -> q40(data, offset, out, at, length, next, step, upper);
            case Q4_1 -> q41(data, offset, out, at, length, next, step, upper);
            case Q5_0 -> q50(data, offset, out, at, length, next, step, upper);
            case Q5_1 -> q51(data, offset, out, at, length, next, step, upper);
            case IQ4_NL -> iq4nl(data, offset, out, at, length, next, step, upper);
            case MXFP4 -> mxfp4(data, offset, out, at, length, next, step, upper);
            default -> throw new IllegalArgumentException("no interleaved unpacking of " + packing);
        }
    }

    /*
     * Where blocks of 32 values go: a block's lower half from at, its vectors a step apart, its upper half as much further on as
     * upper says, the next block at the distance next.
     */

    private static void brains(MemorySegment data, long offset, float[] out, int at, int length) {
        int k = 0;
        for (; k <= length - LANES; k += LANES) {
            brain(data, offset + 2L * k).intoArray(out, at + k);
        }
        for (; k < length; k++) {
            out[at + k] = Float.intBitsToFloat(data.get(SHORT, offset + 2L * k) << 16);
        }
    }

    /** A plain loop: the compiler makes vectors of it where the processor converts halves itself. */
    private static void halves(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int k = 0; k < length; k++) {
            out[at + k] = Float.float16ToFloat(data.get(SHORT, offset + 2L * k));
        }
    }

    static FloatVector brain(MemorySegment data, long offset) {
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, data, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static void q80(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 34, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, offset)));
            for (int k = 0; k < 16; k += LANES) {
                signed(data, offset + 2 + k).mul(d).intoArray(out, at + k / LANES * step);
                signed(data, offset + 18 + k).mul(d).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    private static void q40(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 18, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, offset)));
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 2 + k);
                // Not (q d) - 8 d: where q is 8 and d negative, the reference has a negative zero.
                low(bytes).sub(8f).mul(d).intoArray(out, at + k / LANES * step);
                high(bytes).sub(8f).mul(d).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    private static void q41(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 20, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, offset)));
            FloatVector m = FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, offset + 2)));
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 4 + k);
                low(bytes).fma(d, m).intoArray(out, at + k / LANES * step);
                high(bytes).fma(d, m).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    private static void q50(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 22, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Levels.half(data, offset));
            int high = data.get(INT, offset + 2);
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 6 + k);
                fifth(low(bytes), high >>> k).sub(16f).mul(d).intoArray(out, at + k / LANES * step);
                fifth(high(bytes), high >>> 16 + k).sub(16f).mul(d).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    private static void q51(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 24, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Levels.half(data, offset));
            FloatVector m = FloatVector.broadcast(FLOATS, Levels.half(data, offset + 2));
            int high = data.get(INT, offset + 4);
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 8 + k);
                fifth(low(bytes), high >>> k).fma(d, m).intoArray(out, at + k / LANES * step);
                fifth(high(bytes), high >>> 16 + k).fma(d, m).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    /** Values of four bits and 16 more where the lane's bit of {@code bits} is set. */
    static FloatVector fifth(FloatVector four, int bits) {
        IntVector set = IntVector.broadcast(INTS, bits).lanewise(VectorOperators.LSHR, LANE).and(1);
        return ((FloatVector) set.convert(VectorOperators.I2F, 0)).fma(SIXTEEN, four);
    }

    private static void iq4nl(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 18, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Levels.half(data, offset));
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 2 + k);
                uneven(bytes.and(15)).mul(d).intoArray(out, at + k / LANES * step);
                uneven(bytes.lanewise(VectorOperators.LSHR, 4)).mul(d).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    private static void mxfp4(
            MemorySegment data, long offset, float[] out, int at, int length, int next, int step, int upper) {
        for (int block = 0; block < length; block += 32, offset += 17, at += next) {
            FloatVector d = FloatVector.broadcast(FLOATS, Levels.halfPower(Levels.unsigned(data, offset)));
            for (int k = 0; k < 16; k += LANES) {
                IntVector bytes = bytes(data, offset + 1 + k);
                small(bytes.and(15)).mul(d).intoArray(out, at + k / LANES * step);
                small(bytes.lanewise(VectorOperators.LSHR, 4)).mul(d).intoArray(out, at + upper + k / LANES * step);
            }
        }
    }

    /** Looks nibbles up in {@link Levels#uneven}, half a table at a time where a vector holds no more. */
    static FloatVector uneven(IntVector nibbles) {
        FloatVector lower = UNEVEN_LOWER.rearrange(nibbles.and(LANES - 1).toShuffle().cast(FLOATS));
        if (LANES >= 16) {
            return lower;
        }
        FloatVector upper = UNEVEN_UPPER.rearrange(nibbles.and(LANES - 1).toShuffle().cast(FLOATS));
        return lower.blend(upper, nibbles.compare(VectorOperators.GE, 8).cast(FLOATS));
    }

    /** Looks nibbles up in {@link Levels#e2m1}: a table of eight, and a sign. */
    static FloatVector small(IntVector nibbles) {
        FloatVector size = E2M1.rearrange(nibbles.and(7).toShuffle().cast(FLOATS));
        // Zero minus zero is zero, as the table of sixteen has it; a turned sign would be minus zero.
        return size.blend(FloatVector.zero(FLOATS).sub(size), nibbles.compare(VectorOperators.GE, 8).cast(FLOATS));
    }

    private static FloatVector table(int[] levels, int from) {
        float[] values = new float[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            values[lane] = levels[(from + lane) % levels.length];
        }
        return FloatVector.fromArray(FLOATS, values, 0);
    }

    private static void q8k(MemorySegment data, long offset, float[] out, int at, int length) {
        for (int block = 0; block < length; block += 256, offset += 292) {
            FloatVector d = FloatVector.broadcast(FLOATS, data.get(FLOAT, offset));
            for (int k = 0; k < 256; k += LANES) {
                signed(data, offset + 4 + k).mul(d).intoArray(out, at + block + k);
            }
        }
    }

    static FloatVector signed(MemorySegment data, long offset) {
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, data, offset, ORDER).convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    static IntVector bytes(MemorySegment data, long offset) {
        return (IntVector) ByteVector.fromMemorySegment(BYTES, data, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
    }

    /** The low nibbles of 16 bytes are a block's values 0 to 15. */
    private static FloatVector low(IntVector bytes) {
        return (FloatVector) bytes.and(15).convert(VectorOperators.I2F, 0);
    }

    /** The high nibbles of 16 bytes are a block's values 16 to 31. */
    private static FloatVector high(IntVector bytes) {
        return (FloatVector) bytes.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0);
    }
}
