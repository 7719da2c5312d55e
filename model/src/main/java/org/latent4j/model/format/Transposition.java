package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;

/**
 * Turns a weight that lies {@code [inputs, outputs]} into one that lies {@code [outputs, inputs]}, once, when it is
 * opened.
 */
final class Transposition {
    private static final int TILE = 32;

    private Transposition() {}

    /**
     * A transposed copy in native memory, of the same type.
     *
     * @param weight {@code [inputs, outputs]}
     * @return {@code [outputs, inputs]}
     * @throws LatentException if it has another shape, a type that is packed in blocks, or there isn't enough memory
     */
    static PackedMatrix of(Tensor weight, int outputs, int inputs, Arena arena) {
        PackedMatrix from = weight.matrix(inputs, outputs);
        Packing packing = from.packing();
        if (packing.blockSize() != 1) {
            throw weight.broken("is packed as %s, which can't be transposed", packing);
        }
        MemorySegment to;
        try {
            to = arena.allocate(from.data().byteSize(), Long.BYTES);
        } catch (OutOfMemoryError e) {
            throw weight.broken(
                    "needs %d bytes of memory, which aren't there; give Java more with -XX:MaxDirectMemorySize",
                    from.data().byteSize());
        }
        switch (packing.blockBytes()) {
            case Short.BYTES -> shorts(from.data(), to, inputs, outputs);
            default -> ints(from.data(), to, inputs, outputs);
        }
        return new PackedMatrix(packing, outputs, inputs, to);
    }

    /**
     * By tiles, so that both sides stay in the cache. The order of the bytes doesn't matter, they are copied as they
     * are.
     */
    private static void ints(MemorySegment from, MemorySegment to, long rows, long columns) {
        ValueLayout.OfInt any = ValueLayout.JAVA_INT_UNALIGNED;
        for (long r0 = 0; r0 < rows; r0 += TILE) {
            for (long c0 = 0; c0 < columns; c0 += TILE) {
                for (long c = c0; c < Math.min(c0 + TILE, columns); c++) {
                    for (long r = r0; r < Math.min(r0 + TILE, rows); r++) {
                        to.set(any, (c * rows + r) * Integer.BYTES, from.get(any, (r * columns + c) * Integer.BYTES));
                    }
                }
            }
        }
    }

    private static void shorts(MemorySegment from, MemorySegment to, long rows, long columns) {
        ValueLayout.OfShort any = ValueLayout.JAVA_SHORT_UNALIGNED;
        for (long r0 = 0; r0 < rows; r0 += TILE) {
            for (long c0 = 0; c0 < columns; c0 += TILE) {
                for (long c = c0; c < Math.min(c0 + TILE, columns); c++) {
                    for (long r = r0; r < Math.min(r0 + TILE, rows); r++) {
                        to.set(any, (c * rows + r) * Short.BYTES, from.get(any, (r * columns + c) * Short.BYTES));
                    }
                }
            }
        }
    }
}
