package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What packed blocks share beyond plain integers: tables of levels, and scales of six bits that are packed themselves. */
final class Levels {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Levels() {}

    /** The integers that {@link Packing#IQ4_NL} and {@link Packing#IQ4_XS} choose from (ggml's {@code kvalues_iq4nl}). */
    static int[] uneven() {
        return new int[]{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    }

    /** Twice the values of a float of one sign, two exponent and one fraction bit; minus zero is zero. */
    static int[] e2m1() {
        return new int[]{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
    }

    /** Half of 2^(e - 127): {@link #e2m1} is twice its value. */
    static float halfPower(int e) {
        return Float.intBitsToFloat(e < 2 ? 0x00200000 << e : e - 1 << 23);
    }

    static float half(MemorySegment data, long offset) {
        return Float.float16ToFloat(data.get(SHORT, offset));
    }

    static int unsigned(MemorySegment data, long offset) {
        return data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    /** Scale i of 8 in the 12 bytes of {@link Packing#Q4_K}: six bits of byte i, from 4 on split between two bytes. */
    static int scaleOf8(MemorySegment data, long at, int i) {
        if (i < 4) {
            return unsigned(data, at + i) & 63;
        }
        return unsigned(data, at + i + 4) & 15 | unsigned(data, at + i - 4) >> 6 << 4;
    }

    /** Minimum i of 8, the same way. */
    static int minimumOf8(MemorySegment data, long at, int i) {
        if (i < 4) {
            return unsigned(data, at + i + 4) & 63;
        }
        return unsigned(data, at + i + 4) >> 4 | unsigned(data, at + i) >> 6 << 4;
    }

    /** Scale i of 16 in the 12 bytes of {@link Packing#Q3_K}: 8 bytes of low nibbles, 4 of upper pairs; from -32 to 31. */
    static int scaleOf16(MemorySegment data, long at, int i) {
        int low = unsigned(data, at + i % 8) >> 4 * (i / 8) & 15;
        int high = unsigned(data, at + 8 + i % 4) >> 2 * (i / 4) & 3;
        return (low | high << 4) - 32;
    }

    /** Scale i of 8 of {@link Packing#IQ4_XS}, whose block begins at {@code block}; from -32 to 31. */
    static int scaleOfXs(MemorySegment data, long block, int i) {
        int low = unsigned(data, block + 4 + i / 2) >> 4 * (i % 2) & 15;
        int high = data.get(SHORT, block + 2) >> 2 * i & 3;
        return (low | high << 4) - 32;
    }
}
