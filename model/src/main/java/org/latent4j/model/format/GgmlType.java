package org.latent4j.model.format;

import org.jspecify.annotations.Nullable;

/**
 * The types of GGUF's tensors, by ggml's names and numbers ({@code ggml.h}), with the values and the bytes of a block.
 * More are known here than can be computed with, so that a file can be described and refused by name.
 */
enum GgmlType {
    F32(0, 1, 4), F16(1, 1, 2), Q4_0(2, 32, 18), Q4_1(3, 32, 20), Q5_0(6, 32, 22), Q5_1(7, 32, 24), Q8_0(8, 32, 34), Q8_1(9, 32, 36), Q2_K(
            10, 256, 84), Q3_K(11, 256, 110), Q4_K(12, 256, 144), Q5_K(13, 256, 176), Q6_K(14, 256, 210), Q8_K(15, 256, 292), IQ2_XXS(16,
                    256, 66), IQ2_XS(17, 256, 74), IQ3_XXS(18, 256, 98), IQ1_S(19, 256, 50), IQ4_NL(20, 32, 18), IQ3_S(21, 256,
                            110), IQ2_S(22, 256, 82), IQ4_XS(23, 256, 136), I8(24, 1, 1), I16(25, 1, 2), I32(26, 1, 4), I64(27, 1,
                                    8), F64(28, 1, 8), IQ1_M(29, 256, 56), BF16(30, 1, 2), TQ1_0(34, 256,
                                            54), TQ2_0(35, 256, 66), MXFP4(39, 32, 17), NVFP4(40, 64, 36), Q1_0(41, 128, 18);

    private static final GgmlType[] ALL = values();

    private final int number;
    private final int blockSize;
    private final int blockBytes;

    GgmlType(int number, int blockSize, int blockBytes) {
        this.number = number;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** The number of values in a block; a row is a whole number of blocks. */
    int blockSize() {
        return blockSize;
    }

    /** The bytes that a block takes. */
    int blockBytes() {
        return blockBytes;
    }

    /** The type with this number, or null if there is none. */
    static @Nullable GgmlType of(int number) {
        for (GgmlType type : ALL) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }

    /** What a number meant that ggml no longer reads, or the number itself. */
    static String nameOf(int number) {
        return switch (number) {
            case 4 -> "Q4_2 (removed from ggml)";
            case 5 -> "Q4_3 (removed from ggml)";
            case 31 -> "Q4_0_4_4 (removed from ggml)";
            case 32 -> "Q4_0_4_8 (removed from ggml)";
            case 33 -> "Q4_0_8_8 (removed from ggml)";
            case 36 -> "IQ4_NL_4_4 (removed from ggml)";
            case 37 -> "IQ4_NL_4_8 (removed from ggml)";
            case 38 -> "IQ4_NL_8_8 (removed from ggml)";
            default -> "number " + Integer.toUnsignedString(number);
        };
    }
}
