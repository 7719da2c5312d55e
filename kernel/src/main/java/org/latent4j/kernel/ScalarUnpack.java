package org.latent4j.kernel;

import static org.latent4j.kernel.Levels.half;
import static org.latent4j.kernel.Levels.unsigned;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Packed blocks to floats in plain Java, as {@link Packing} states each layout; bit-identical with the {@code gguf}
 * package of Python (of {@link Packing#Q8_K}, which that lacks, with ggml itself).
 */
final class ScalarUnpack {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final int[] UNEVEN = Levels.uneven();
    private static final int[] E2M1 = Levels.e2m1();

    private ScalarUnpack() {}

    static void unpack(Packing packing, MemorySegment data, long offset, float[] out, int at, int length) {
        int size = packing.blockSize();
        if (packing == Packing.F32) {
            MemorySegment.copy(data, FLOAT, offset, out, at, length);
            return;
        }
        for (int k = 0; k < length; k += size, offset += packing.blockBytes()) {
            block(packing, data, offset, out, at + k);
        }
    }

    private static void block(Packing packing, MemorySegment data, long block, float[] out, int at) {
        switch (packing) {
            case F32 -> out[at] = data.get(FLOAT, block);
            case F16 -> out[at] = half(data, block);
            case BF16 -> out[at] = Float.intBitsToFloat(data.get(SHORT, block) << 16);
            case Q8_0 -> {
                float d = half(data, block);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * data.get(ValueLayout.JAVA_BYTE, block + 2 + k);
                }
            }
            case Q8_K -> {
                float d = data.get(FLOAT, block);
                for (int k = 0; k < 256; k++) {
                    out[at + k] = d * data.get(ValueLayout.JAVA_BYTE, block + 4 + k);
                }
            }
            case Q4_0 -> {
                float d = half(data, block);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * (nibble(data, block + 2, k) - 8);
                }
            }
            case Q4_1 -> {
                float d = half(data, block);
                float m = half(data, block + 2);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * nibble(data, block + 4, k) + m;
                }
            }
            case Q5_0 -> {
                float d = half(data, block);
                int high = data.get(INT, block + 2);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * ((nibble(data, block + 6, k) | (high >>> k & 1) << 4) - 16);
                }
            }
            case Q5_1 -> {
                float d = half(data, block);
                float m = half(data, block + 2);
                int high = data.get(INT, block + 4);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * (nibble(data, block + 8, k) | (high >>> k & 1) << 4) + m;
                }
            }
            case IQ4_NL -> {
                float d = half(data, block);
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * UNEVEN[nibble(data, block + 2, k)];
                }
            }
            case MXFP4 -> {
                float d = Levels.halfPower(unsigned(data, block));
                for (int k = 0; k < 32; k++) {
                    out[at + k] = d * E2M1[nibble(data, block + 1, k)];
                }
            }
            case Q2_K -> q2k(data, block, out, at);
            case Q3_K -> q3k(data, block, out, at);
            case Q4_K -> q4k(data, block, out, at);
            case Q5_K -> q5k(data, block, out, at);
            case Q6_K -> q6k(data, block, out, at);
            case IQ4_XS -> iq4xs(data, block, out, at);
        }
    }

    /** Value k of 32: the low half of byte k, then the high half of byte k - 16. */
    private static int nibble(MemorySegment data, long offset, int k) {
        return unsigned(data, offset + k % 16) >> (k < 16 ? 0 : 4) & 15;
    }

    /** Value k of 256, two bits each: 32 bytes are 128 values, first the lowest bits of each. */
    private static int pair(MemorySegment data, long offset, int k) {
        return unsigned(data, offset + k / 128 * 32 + k % 32) >> 2 * (k / 32 % 4) & 3;
    }

    private static void q2k(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block + 80);
        float m = half(data, block + 82);
        for (int k = 0; k < 256; k++) {
            int both = unsigned(data, block + k / 16);
            out[at + k] = d * (both & 15) * pair(data, block + 16, k) - m * (both >> 4);
        }
    }

    private static void q3k(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block + 108);
        for (int k = 0; k < 256; k++) {
            int high = unsigned(data, block + k % 32) >> k / 32 & 1;
            out[at + k] = d * (Levels.byteOf(Levels.scalesOf16(data, block + 96, k / 128), k / 16 % 8) - 32)
                    * ((pair(data, block + 32, k) | high << 2) - 4);
        }
    }

    private static void q4k(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block);
        float m = half(data, block + 2);
        long scales = Levels.scalesOf8(data, block + 4);
        long minima = Levels.minimaOf8(data, block + 4);
        for (int k = 0; k < 256; k++) {
            int group = k / 32;
            int q = unsigned(data, block + 16 + k / 64 * 32 + k % 32) >> 4 * (group % 2) & 15;
            out[at + k] = d * Levels.byteOf(scales, group) * q - m * Levels.byteOf(minima, group);
        }
    }

    private static void q5k(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block);
        float m = half(data, block + 2);
        long scales = Levels.scalesOf8(data, block + 4);
        long minima = Levels.minimaOf8(data, block + 4);
        for (int k = 0; k < 256; k++) {
            int group = k / 32;
            int low = unsigned(data, block + 48 + k / 64 * 32 + k % 32) >> 4 * (group % 2) & 15;
            int q = low | (unsigned(data, block + 16 + k % 32) >> group & 1) << 4;
            out[at + k] = d * Levels.byteOf(scales, group) * q - m * Levels.byteOf(minima, group);
        }
    }

    private static void q6k(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block + 208);
        for (int k = 0; k < 256; k++) {
            int low = unsigned(data, block + k / 128 * 64 + k % 64) >> 4 * (k / 64 % 2) & 15;
            int q = low | pair(data, block + 128, k) << 4;
            out[at + k] = d * data.get(ValueLayout.JAVA_BYTE, block + 192 + k / 16) * (q - 32);
        }
    }

    private static void iq4xs(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block);
        for (int k = 0; k < 256; k++) {
            int group = k / 32;
            out[at + k] = d * Levels.scaleOfXs(data, block, group) * UNEVEN[nibble(data, block + 8 + 16 * group, k % 32)];
        }
    }
}
