package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What packed blocks share beyond plain integers: tables of levels, and scales of six bits that are packed themselves. */
final class Levels {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SIX_BITS = 0x3F3F3F3F;
    private static final int FOUR_BITS = 0x0F0F0F0F;
    private static final int UPPER_TWO = 0x30303030;

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

    /**
     * The eight scales in the 12 bytes of {@link Packing#Q4_K}, a byte each, the first lowest. The first four are six bits
     * of bytes 0-3; the last four have two bits above those, and four in the low halves of bytes 8-11.
     */
    static long scalesOf8(MemorySegment data, long at) {
        int first = data.get(INT, at);
        int last = data.get(INT, at + 8);
        return packed(first & SIX_BITS, last & FOUR_BITS | first >>> 2 & UPPER_TWO);
    }

    /** The eight minima, the same way: bytes 4-7, and the high halves of bytes 8-11. */
    static long minimaOf8(MemorySegment data, long at) {
        int first = data.get(INT, at + 4);
        int last = data.get(INT, at + 8);
        return packed(first & SIX_BITS, last >>> 4 & FOUR_BITS | first >>> 2 & UPPER_TWO);
    }

    /**
     * Scales 8 {@code half} to 8 {@code half} + 7 of the 16 in the 12 bytes of {@link Packing#Q3_K}, 32 too large: bytes 0-7
     * have four bits of two scales each, bytes 8-11 the two above, of four scales each.
     */
    static long scalesOf16(MemorySegment data, long at, int half) {
        int upper = data.get(INT, at + 8) >>> 4 * half;
        int first = data.get(INT, at) >>> 4 * half & FOUR_BITS;
        int last = data.get(INT, at + 4) >>> 4 * half & FOUR_BITS;
        return packed(first | upper << 4 & UPPER_TWO, last | upper << 2 & UPPER_TWO);
    }

    private static long packed(int lower, int upper) {
        return lower & 0xFFFFFFFFL | (long) upper << 32;
    }

    /** Byte i of eight. */
    static int byteOf(long eight, int i) {
        return (int) (eight >>> 8 * i) & 0xFF;
    }

    /** Eight bytes, the first lowest. */
    static long eight(MemorySegment data, long offset) {
        return data.get(LONG, offset);
    }

    /** Scale i of 8 of {@link Packing#IQ4_XS}, whose block begins at {@code block}; from -32 to 31. */
    static int scaleOfXs(MemorySegment data, long block, int i) {
        int low = unsigned(data, block + 4 + i / 2) >> 4 * (i % 2) & 15;
        int high = data.get(SHORT, block + 2) >> 2 * i & 3;
        return (low | high << 4) - 32;
    }
}
