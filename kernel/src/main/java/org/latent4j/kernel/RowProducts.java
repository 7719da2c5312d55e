package org.latent4j.kernel;

import java.util.Arrays;
import java.util.Objects;

/**
 * Inner products of the rows of two float matrices, a block at a time, on the calling thread: what exact neighbours,
 * clusters and kernels of points are made of. {@link #take} lays a few rows out as the register tiles read them,
 * {@link #times} multiplies them with rows of the other matrix; a single row is multiplied with the others as they lie.
 *
 * <p>A product's bits depend on its two rows alone, not on the block that they came in: the order of the sum is that of
 * {@link Products}.
 *
 * <p>Not safe for use from several threads at once: each worker has one of its own.
 */
public final class RowProducts {
    /** The longest piece of a sum that is worked on at a time, a multiple of 32. */
    private static final int PANEL = 768;
    private static final int RUN = 32;
    /** Bytes of a block of rows that stay in the second-level cache. */
    private static final int BLOCK_BYTES = 192 * 1024;
    /** Rows that a single row is multiplied with at a time. */
    private static final int DOTS = 32;

    private final Kernels kernels;
    private final int tileRows;
    private final int columns;
    private final int lanes;
    private float[] interleaved = {};
    private float[] padding = {};
    private float[] panel = {};
    private float[] sums = {};
    private float[] totals = {};
    private Matrix taken = Matrix.zeros(0, 0);
    private int first;
    private int rows;
    private int padded;

    /** Products with the best kernels that this JVM offers. */
    public RowProducts() {
        this(KernelChoice.best());
    }

    RowProducts(Kernels kernels) {
        this.kernels = kernels;
        this.tileRows = kernels.productRows();
        this.columns = kernels.productColumns();
        this.lanes = kernels.lanes();
    }

    /** How many rows of a width are well taken at a time: as many as stay in a cache. */
    public static int blockRows(int width) {
        return Math.clamp(BLOCK_BYTES / 4 / Math.max(1, width) / 6 * 6, 12, 96);
    }

    /**
     * Takes rows {@code from} (inclusive) to {@code to} (exclusive) of {@code x} for the products that follow. Changing them
     * in between has no defined effect.
     */
    public void take(Matrix x, int from, int to) {
        Objects.checkFromToIndex(from, to, x.rows());
        taken = x;
        first = from;
        rows = to - from;
        padded = (x.columns() + RUN - 1) / RUN * RUN;
        if (rows == 1) {
            return;
        }
        int tiles = (rows + tileRows - 1) / tileRows;
        interleaved = atLeast(interleaved, Math.multiplyExact(tiles * tileRows, padded));
        for (int r = 0; r < rows; r++) {
            int at = r / tileRows * tileRows * padded + r % tileRows * lanes;
            interleave(x, from + r, 0, padded, interleaved, at, tileRows, tileRows * padded / 2);
        }
    }

    /**
     * Multiplies the rows taken with rows {@code from} (inclusive) to {@code to} (exclusive) of {@code w}:
     * {@code out[outAt + i * outStride + j] = x[first + i] . w[from + j]}.
     *
     * @param w {@code [rows, width]}, as wide as the rows taken
     */
    public void times(Matrix w, int from, int to, float[] out, int outAt, int outStride) {
        Objects.checkFromToIndex(from, to, w.rows());
        if (w.columns() != taken.columns()) {
            throw new IllegalArgumentException("rows of %s times rows of %s".formatted(taken, w));
        }
        if (rows == 1) {
            singleRow(w, from, to, out, outAt);
            return;
        }
        for (int column = from; column < to && rows > 0; column += columns) {
            panelTimesRows(w, column, Math.min(columns, to - column), out, outAt + column - from, outStride);
        }
    }

    private void singleRow(Matrix w, int from, int to, float[] out, int outAt) {
        int width = w.columns();
        int upper = DOTS * lanes;
        sums = atLeast(sums, 2 * upper);
        for (int row = from; row < to; row += DOTS) {
            int count = Math.min(DOTS, to - row);
            kernels.rowDots(taken.data(), first * width, w.data(), row * width, width, count, width, sums, 0, upper);
            kernels.totals(sums, 0, upper, count, out, outAt + row - from);
        }
    }

    private void panelTimesRows(Matrix w, int column, int count, float[] out, int outAt, int outStride) {
        int tiles = (rows + tileRows - 1) / tileRows;
        int tileSums = tileRows * columns * lanes;
        int tileSize = tileRows * padded;
        panel = atLeast(panel, columns * Math.min(PANEL, padded));
        sums = atLeast(sums, 2 * tiles * tileSums);
        for (int k = 0; k < padded; k += PANEL) {
            int length = Math.min(PANEL, padded - k);
            for (int c = 0; c < count; c++) {
                interleave(w, column + c, k, length, panel, c * lanes, columns, columns * length / 2);
            }
            for (int half = 0; half < 2; half++) {
                int x = half * tileSize / 2 + k / 2 * tileRows;
                int to = half * tiles * tileSums;
                for (int tile = 0; tile < tiles; tile++) {
                    kernels.productTile(interleaved, x + tile * tileSize, panel, half * columns * length / 2, length / 2 / lanes,
                            sums, to + tile * tileSums, k == 0);
                }
            }
        }
        int outputs = tiles * tileRows * columns;
        totals = atLeast(totals, outputs);
        kernels.totals(sums, 0, outputs * lanes, outputs, totals, 0);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(totals, r * columns, out, outAt + r * outStride, count);
        }
    }

    /** Lays columns {@code k} to {@code k + length} of a row out for the tiles; those that it doesn't have are zero. */
    private void interleave(Matrix x, int row, int k, int length, float[] to, int toAt, int unit, int upper) {
        int width = x.columns();
        if (k + length <= width) {
            kernels.interleave(x.data(), row * width + k, length, to, toAt, unit, upper);
            return;
        }
        padding = atLeast(padding, length);
        System.arraycopy(x.data(), row * width + k, padding, 0, width - k);
        Arrays.fill(padding, width - k, length, 0);
        kernels.interleave(padding, 0, length, to, toAt, unit, upper);
    }

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }
}
