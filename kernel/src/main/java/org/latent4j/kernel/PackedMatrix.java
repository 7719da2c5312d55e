package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A read-only matrix of weights, {@code [rows, columns]} for {@code y = W x} (rows are outputs, columns
 * inputs), that stays packed where it lies, usually in a memory-mapped file: row after row, each a whole
 * number of blocks of its {@link Packing}.
 *
 * @param packing the layout of the values
 * @param rows the number of rows (outputs)
 * @param columns the number of columns (inputs)
 * @param data the packed bytes, native memory, exactly as many as the layout needs
 */
public record PackedMatrix(Packing packing, int rows, int columns, MemorySegment data) {
    /**
     * Checks the sizes against each other.
     *
     * @throws IllegalArgumentException if the memory isn't of the size that the layout needs, or isn't native
     */
    public PackedMatrix {
        long needed = Math.multiplyExact(packing.bytes(columns), (long) rows);
        if (rows < 0 || data.byteSize() != needed) {
            throw new IllegalArgumentException(
                    "%s [%d, %d] takes %d bytes, not %d".formatted(packing, rows, columns, needed, data.byteSize()));
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("packed weights lie in native memory");
        }
    }

    /** The bytes of one row. */
    public long rowBytes() {
        return packing.bytes(columns);
    }

    /** The rows from {@code from} (inclusive) to {@code to} (exclusive); nothing is copied. */
    public PackedMatrix rows(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        return new PackedMatrix(packing, to - from, columns, data.asSlice(from * rowBytes(), (to - from) * rowBytes()));
    }

    /** Unpacks one row into the first {@code columns} places of {@code out}. */
    public void unpackRow(int row, float[] out) {
        Objects.checkIndex(row, rows);
        KernelChoice.best().unpack(packing, data, row * rowBytes(), out, 0, columns);
    }
}
