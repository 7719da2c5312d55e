package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Unpacking against the {@code gguf} package. For each packing {@code blocks/NAME.bin} has packed blocks and, behind
 * them, what the package's {@code dequantize} makes of them; {@code bench/golden/blocks.py} wrote them: zeros, ones,
 * random bytes, and scales that are negative, subnormal, zero, minus zero, the largest, infinite and no number. Where a
 * value is no number its bits are not compared: they are the processor's choice.
 */
class UnpackTest {
    private record Golden(MemorySegment packed, float[] values) {}

    private static Golden golden(Packing packing) {
        try (InputStream in = UnpackTest.class.getResourceAsStream("blocks/" + packing + ".bin")) {
            byte[] bytes = Objects.requireNonNull(in, "no golden blocks of " + packing).readAllBytes();
            int blocks = bytes.length / (packing.blockBytes() + 4 * packing.blockSize());
            int size = blocks * packing.blockBytes();
            MemorySegment packed = Arena.ofAuto().allocate(size);
            MemorySegment.copy(bytes, 0, packed, ValueLayout.JAVA_BYTE, 0, size);
            float[] values = new float[blocks * packing.blockSize()];
            MemorySegment.copy(MemorySegment.ofArray(bytes), ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), size,
                    values, 0, values.length);
            assertThat(size + 4 * values.length).isEqualTo(bytes.length);
            return new Golden(packed, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSameBits(Packing packing, float[] values, float[] expected) {
        for (int k = 0; k < expected.length; k++) {
            // Float.floatToIntBits makes all that is no number the same.
            if (Float.floatToIntBits(values[k]) != Float.floatToIntBits(expected[k])) {
                throw new AssertionError("%s value %d of block %d is %s, not %s".formatted(packing, k % packing.blockSize(),
                        k / packing.blockSize(), values[k], expected[k]));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void equalsTheGgufPackageBitForBit(Packing packing) {
        Golden golden = golden(packing);
        assertThat(golden.values.length).isGreaterThanOrEqualTo(10 * packing.blockSize());
        for (Kernels kernels : new Kernels[]{new ScalarKernels(), new VectorKernels()}) {
            float[] values = new float[golden.values.length];
            kernels.unpack(packing, golden.packed, 0, values, 0, values.length);
            assertSameBits(packing, values, golden.values);
        }
    }

    @Property(tries = 200)
    void vectorsEqualPlainJavaOnRandomBits(
            @ForAll Packing packing, @ForAll @IntRange(min = 1, max = 5) int blocks, @ForAll @IntRange(max = 40) int more,
            @ForAll long seed) {
        int length = packing.blockSize() == 1 ? blocks + more : blocks * packing.blockSize();
        byte[] bytes = new byte[(int) packing.bytes(length)];
        new Random(seed).nextBytes(bytes);
        MemorySegment packed = Arena.ofAuto().allocate(bytes.length);
        MemorySegment.copy(bytes, 0, packed, ValueLayout.JAVA_BYTE, 0, bytes.length);
        float[] expected = new float[length];
        float[] values = new float[length + 1];
        new ScalarKernels().unpack(packing, packed, 0, expected, 0, length);
        new VectorKernels().unpack(packing, packed, 0, values, 0, length);
        assertSameBits(packing, values, expected);
        assertThat(values[length]).isZero();
    }
}
