package org.latent4j.kernel;

import java.util.Arrays;
import java.util.Objects;

/**
 * A dense matrix of 32-bit floats, row after row: the currency between the rooms of the project.
 *
 * <p>Row {@code r}, column {@code c} lies at {@code data()[r * columns() + c]}. The array is the
 * matrix, not a copy: whoever writes to it changes the matrix. Not safe for writing from several
 * threads unless they keep to different rows.
 */
public final class Matrix {
    private final int rows;
    private final int columns;
    private final float[] data;

    private Matrix(int rows, int columns, float[] data) {
        this.rows = rows;
        this.columns = columns;
        this.data = data;
    }

    /**
     * A matrix of zeros.
     *
     * @throws IllegalArgumentException if a size is negative or {@code rows * columns} is more than an
     *     array can hold
     */
    public static Matrix zeros(int rows, int columns) {
        return new Matrix(rows, columns, new float[size(rows, columns)]);
    }

    /**
     * Wraps an array of {@code rows * columns} values without copying it.
     *
     * @throws IllegalArgumentException if the array has another length
     */
    public static Matrix of(int rows, int columns, float... data) {
        if (data.length != size(rows, columns)) {
            throw new IllegalArgumentException(
                    "a matrix [%d, %d] needs %d values, not %d".formatted(rows, columns, size(rows, columns), data.length));
        }
        return new Matrix(rows, columns, data);
    }

    private static int size(int rows, int columns) {
        long size = (long) rows * columns;
        if (rows < 0 || columns < 0 || size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a matrix [%d, %d] doesn't fit in an array".formatted(rows, columns));
        }
        return (int) size;
    }

    /** The number of rows. */
    public int rows() {
        return rows;
    }

    /** The number of columns. */
    public int columns() {
        return columns;
    }

    /** The values themselves, row after row; not a copy. */
    public float[] data() {
        return data;
    }

    /** The value in row {@code row}, column {@code column}. */
    public float at(int row, int column) {
        return data[Objects.checkIndex(row, rows) * columns + Objects.checkIndex(column, columns)];
    }

    /** A copy of one row, {@code [columns]}. */
    public float[] row(int row) {
        int from = Objects.checkIndex(row, rows) * columns;
        return Arrays.copyOfRange(data, from, from + columns);
    }

    /** A copy of the rows from {@code from} (inclusive) to {@code to} (exclusive). */
    public Matrix rows(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        return new Matrix(to - from, columns, Arrays.copyOfRange(data, from * columns, to * columns));
    }

    /** Equal size and equal bits: {@code NaN} equals itself, {@code 0.0} differs from {@code -0.0}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix that
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "Matrix[" + rows + ", " + columns + "]";
    }
}
