package org.latent4j.kernel;

/**
 * Products of activations with packed weights, {@code Y = X W^T (+ bias)}, on the workers of a pool.
 *
 * <p>Weights are unpacked a panel at a time ({@link Kernels#tileColumns()} rows, at most {@value #PANEL} values long)
 * into a buffer that stays in the first-level cache, and multiplied with a block of rows of X that stays in the second.
 * Every output is one sum along the row in an order that depends on its length alone: it doesn't matter which other rows
 * are computed with it, or by which thread.
 *
 * <p>Not safe for use from several threads at once: the buffers are this object's.
 */
public final class Products {
    /** The longest piece of a sum that is worked on at a time; a multiple of every block size and vector length. */
    private static final int PANEL = 768;
    /** Bytes of X that are kept in the second-level cache. */
    private static final int BLOCK_BYTES = 768 * 1024;
    /**
     * The most panels that a worker takes at a time. Their outputs are put together before they are written: rows of the
     * output lie far apart, and a visit to each for a few values costs more than the product.
     */
    private static final int MOST_PANELS = 16;

    private final Kernels kernels;
    private final WorkerPool pool;
    private final Buffers[] buffers;

    /** What a worker needs for itself. */
    private static final class Buffers {
        float[] panel = {};
        float[] sums = {};
        float[] outputs = {};
    }

    /** Products on a pool's workers with the best kernels that this JVM offers. */
    public Products(WorkerPool pool) {
        this(pool, KernelChoice.best());
    }

    Products(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.buffers = new Buffers[pool.threads()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new Buffers();
        }
    }

    /**
     * Multiplies rows of {@code x} with all rows of {@code w}.
     *
     * @param x {@code [>= rows, w.columns()]}
     * @param rows how many rows of x count
     * @param w weights {@code [outputs, inputs]}
     * @param bias {@code [outputs]}, or empty
     * @param out receives the products; row r at {@code outOffset + r * outStride}
     */
    public void multiply(Matrix x, int rows, PackedMatrix w, float[] bias, float[] out, int outOffset, int outStride) {
        int length = w.columns();
        if (x.columns() != length || rows > x.rows()) {
            throw new IllegalArgumentException(
                    "x %s has not %d rows of the %d columns of the weights".formatted(x, rows, length));
        }
        if (rows == 0) {
            return;
        }
        int padded = padded(length);
        float[] input = padded == length ? x.data() : pad(x.data(), rows, length, padded);
        int blockRows = Math.max(48, BLOCK_BYTES / (4 * padded) / Kernels.TILE_ROWS * Kernels.TILE_ROWS);
        int blocks = (rows + blockRows - 1) / blockRows;
        int columns = kernels.tileColumns();
        int panels = (w.rows() + columns - 1) / columns;
        int atATime = Math.clamp(panels / (4 * pool.threads()), 1, MOST_PANELS);
        int groups = (panels + atATime - 1) / atATime;
        pool.run(blocks * groups, (item, worker) -> {
            int from = item / groups * blockRows;
            int to = Math.min(from + blockRows, rows);
            int firstColumn = item % groups * atATime * columns;
            int lastColumn = Math.min(firstColumn + atATime * columns, w.rows());
            Buffers own = buffers[worker];
            own.outputs = atLeast(own.outputs, (to - from) * atATime * columns);
            for (int column = firstColumn; column < lastColumn; column += columns) {
                int count = Math.min(columns, lastColumn - column);
                panelTimesBlock(own, input, padded, from, to, w, column, count);
                finishBlock(own, to - from, bias, column, count, column - firstColumn, lastColumn - firstColumn);
            }
            for (int row = from; row < to; row++) {
                int width = lastColumn - firstColumn;
                System.arraycopy(own.outputs, (row - from) * width, out, outOffset + row * outStride + firstColumn, width);
            }
        });
    }

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    private int padded(int length) {
        int lanes = kernels.lanes();
        return (length + lanes - 1) / lanes * lanes;
    }

    /** Rows with zeros behind them, up to a whole number of vectors: they leave every sum as it is. */
    private static float[] pad(float[] x, int rows, int length, int padded) {
        float[] copy = new float[Math.multiplyExact(rows, padded)];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(x, r * length, copy, r * padded, length);
        }
        return copy;
    }

    private void panelTimesBlock(
            Buffers own, float[] x, int stride, int from, int to, PackedMatrix w, int column, int count) {
        int columns = kernels.tileColumns();
        int rowSums = columns * kernels.lanes();
        int tiles = (to - from + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS;
        int sumsNeeded = tiles * Kernels.TILE_ROWS * rowSums;
        own.panel = atLeast(own.panel, columns * PANEL);
        own.sums = atLeast(own.sums, sumsNeeded);
        for (int k = 0; k < stride; k += PANEL) {
            int length = Math.min(PANEL, stride - k);
            unpackPanel(own.panel, w, column, count, k, length);
            multiplyPanel(own, x, stride, from, to, k, length);
        }
    }

    private void unpackPanel(float[] panel, PackedMatrix w, int column, int count, int k, int length) {
        long rowBytes = w.rowBytes();
        long start = w.packing().bytes(k);
        int values = Math.min(length, w.columns() - k);
        for (int c = 0; c < count; c++) {
            kernels.unpack(w.packing(), w.data(), (column + c) * rowBytes + start, panel, c * PANEL, values);
            for (int i = values; i < length; i++) {
                panel[c * PANEL + i] = 0;
            }
        }
    }

    private void multiplyPanel(Buffers own, float[] x, int stride, int from, int to, int k, int length) {
        int rowSums = kernels.tileColumns() * kernels.lanes();
        int sumsAt = 0;
        if (to - from == 1) {
            kernels.rowTile(x, from * stride + k, own.panel, 0, PANEL, length, own.sums, 0, k == 0);
            return;
        }
        for (int row = from; row < to; row += Kernels.TILE_ROWS) {
            int x0 = row * stride + k;
            int x1 = Math.min(row + 1, to - 1) * stride + k;
            int x2 = Math.min(row + 2, to - 1) * stride + k;
            kernels.tile(x, x0, x1, x2, own.panel, 0, PANEL, length, own.sums, sumsAt, k == 0);
            sumsAt += Kernels.TILE_ROWS * rowSums;
        }
    }

    private void finishBlock(Buffers own, int rows, float[] bias, int column, int count, int offset, int stride) {
        int rowSums = kernels.tileColumns() * kernels.lanes();
        for (int row = 0; row < rows; row++) {
            int at = row * stride + offset;
            kernels.finish(own.sums, row * rowSums, own.outputs, at, count);
            if (bias.length > 0) {
                for (int c = 0; c < count; c++) {
                    own.outputs[at + c] += bias[column + c];
                }
            }
        }
    }
}
