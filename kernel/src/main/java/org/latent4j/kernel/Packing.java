package org.latent4j.kernel;

/**
 * How the numbers of a {@link PackedMatrix} are laid out in memory. The names and layouts are those of
 * GGUF (ggml's {@code ggml-common.h}); all are little-endian.
 *
 * <p>A row is a whole number of blocks; a block of {@link #blockSize()} values takes {@link
 * #blockBytes()} bytes.
 */
public enum Packing {
    /** 32-bit floats. */
    F32(1, 4),
    /** IEEE half precision. */
    F16(1, 2),
    /** The upper half of a 32-bit float. */
    BF16(1, 2),
    /** Half scale d, 32 signed bytes q; value {@code d * q}. */
    Q8_0(32, 34),
    /** Half scale d, 16 bytes of two nibbles q (low: values 0-15, high: 16-31); value {@code d * (q - 8)}. */
    Q4_0(32, 18),
    /** Half scale d, half minimum m, 16 bytes of two nibbles q as in {@link #Q4_0}; value {@code d * q + m}. */
    Q4_1(32, 20),
    /** Half scale d, 32 bits h, 16 bytes of nibbles n as in {@link #Q4_0}; q is n and bit k of h above it; value {@code d * (q - 16)}. */
    Q5_0(32, 22),
    /** Half scale d, half minimum m, then as {@link #Q5_0}; value {@code d * q + m}. */
    Q5_1(32, 24),
    /**
     * 16 bytes of a scale s (low nibble) and a minimum t (high) for 16 values each, 64 bytes of four q of two bits, half
     * d, half m; value {@code (d * s) * q - m * t}. Of 128 values and their 32 bytes, values 0-31 are the lowest bits.
     */
    Q2_K(256, 84),
    /**
     * 32 bytes of highest bits, 64 bytes of the two lower bits as in {@link #Q2_K}, 16 scales s of six bits in 12 bytes,
     * half d; value {@code (d * (s - 32)) * (q - 4)}.
     */
    Q3_K(256, 110),
    /**
     * Half d, half m, scales s and minima t of six bits for 32 values each in 12 bytes, 128 bytes of nibbles q (32 bytes
     * are 64 values: the low nibbles, then the high); value {@code (d * s) * q - m * t}.
     */
    Q4_K(256, 144),
    /** As {@link #Q4_K}, with 32 bytes of fifth bits of q before the nibbles: bit i of byte k is value {@code 32 i + k}'s. */
    Q5_K(256, 176),
    /**
     * 128 bytes of nibbles, 64 bytes of four pairs of upper bits, 16 signed bytes of scales s, half d; value
     * {@code (d * s) * (q - 32)}.
     */
    Q6_K(256, 210),
    /** Float scale d, 256 signed bytes q, 16 sums of q that aren't needed; value {@code d * q}. */
    Q8_K(256, 292),
    /** Half scale d, 16 bytes of nibbles as in {@link #Q4_0}, which choose one of 16 unevenly spaced integers q; value {@code d * q}. */
    IQ4_NL(32, 18),
    /**
     * Half d, scales s of six bits for 32 values each (two upper bits in a short, four lower in 4 bytes), then nibbles as
     * {@link #IQ4_NL}, 16 bytes for 32 values; value {@code (d * (s - 32)) * q}.
     */
    IQ4_XS(256, 136),
    /** An exponent in a byte, 16 bytes of nibbles as in {@link #Q4_0}, each a float of four bits (OCP's E2M1). */
    MXFP4(32, 17);

    private final int blockSize;
    private final int blockBytes;

    Packing(int blockSize, int blockBytes) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** The number of values in a block. */
    public int blockSize() {
        return blockSize;
    }

    /** The bytes that a block takes. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * The bytes that a number of values takes.
     *
     * @throws IllegalArgumentException if it isn't a whole number of blocks
     * @throws ArithmeticException if the result is more than a long holds
     */
    public long bytes(long values) {
        if (values < 0 || values % blockSize != 0) {
            throw new IllegalArgumentException(
                    "%s packs blocks of %d values, %d is not a whole number of them".formatted(this, blockSize, values));
        }
        return Math.multiplyExact(values / blockSize, (long) blockBytes);
    }
}
