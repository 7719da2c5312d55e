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
    Q4_1(32, 20);

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
