package org.latent4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Random weights of every packing, and what they are worth when unpacked one value at a time. */
final class Weights {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Weights() {}

    static PackedMatrix random(Packing packing, int rows, int columns, long seed) {
        Random random = new Random(seed);
        MemorySegment data = Arena.ofAuto().allocate(packing.bytes(columns) * rows);
        long blocks = data.byteSize() / packing.blockBytes();
        for (long block = 0; block < blocks; block++) {
            fill(packing, data, block * packing.blockBytes(), random);
        }
        return new PackedMatrix(packing, rows, columns, data);
    }

    /** Weights whose bytes are all alike, but for scales of 1/64 and minima of -1/4. */
    static PackedMatrix filled(Packing packing, int rows, int columns, byte value) {
        MemorySegment data = Arena.ofAuto().allocate(packing.bytes(columns) * rows).fill(value);
        for (long block = 0; block < data.byteSize(); block += packing.blockBytes()) {
            scales(packing, data, block, 1f / 64, -0.25f);
        }
        return new PackedMatrix(packing, rows, columns, data);
    }

    private static void fill(Packing packing, MemorySegment data, long at, Random random) {
        float scale = (random.nextFloat() - 0.5f) / 16;
        switch (packing) {
            case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextFloat() - 0.5f);
            case F16 -> data.set(SHORT, at, Float.floatToFloat16(random.nextFloat() - 0.5f));
            case BF16 -> data.set(SHORT, at, (short) (Float.floatToRawIntBits(random.nextFloat() - 0.5f) >>> 16));
            default -> {
                byte[] bytes = new byte[packing.blockBytes()];
                random.nextBytes(bytes);
                MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, at, bytes.length);
                scales(packing, data, at, scale, random.nextFloat() - 0.5f);
            }
        }
    }

    /** Scales of ordinary size in place of the random bits, which would often be infinite or not a number. */
    private static void scales(Packing packing, MemorySegment data, long at, float scale, float minimum) {
        short d = Float.floatToFloat16(scale);
        switch (packing) {
            case F32, F16, BF16 -> throw new IllegalArgumentException(packing + " has no scale");
            case Q8_0, Q4_0, Q5_0, IQ4_NL, IQ4_XS -> data.set(SHORT, at, d);
            case Q4_1, Q5_1, Q4_K, Q5_K -> {
                data.set(SHORT, at, d);
                data.set(SHORT, at + 2, Float.floatToFloat16(minimum));
            }
            case Q2_K -> {
                data.set(SHORT, at + 80, d);
                data.set(SHORT, at + 82, Float.floatToFloat16(minimum));
            }
            case Q3_K -> data.set(SHORT, at + 108, d);
            case Q6_K -> data.set(SHORT, at + 208, d);
            case Q8_K -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at, scale);
            case MXFP4 -> data.set(ValueLayout.JAVA_BYTE, at, (byte) (110 + Float.floatToRawIntBits(scale) % 12));
        }
    }

    static float[] row(PackedMatrix w, int row) {
        float[] out = new float[w.columns()];
        new ScalarKernels().unpack(w.packing(), w.data(), row * w.rowBytes(), out, 0, w.columns());
        return out;
    }

    static Matrix activations(int rows, int columns, long seed) {
        Random random = new Random(seed);
        Matrix x = Matrix.zeros(rows, columns);
        for (int i = 0; i < x.data().length; i++) {
            x.data()[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
