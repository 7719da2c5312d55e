package org.latent4j.kernel;

import java.util.Arrays;

/**
 * Products of activations with packed weights, {@code Y = X W^T (+ bias)}, on the workers of a pool.
 *
 * <p>With many rows of X, weights are unpacked a panel at a time ({@link Kernels#productColumns()} rows, at most
 * {@value #PANEL} values long) into a buffer that stays in the first-level cache, and multiplied with a block of rows of X
 * that stays in the second. With a single row, weights are unpacked in registers ({@link Kernels#dot}).
 *
 * <p>Every output is two sums along the row, of the lower and of the upper 16 of every 32 columns, in an order that depends
 * on the length alone: it doesn't matter which other rows are computed with it, on which of the two ways, or by which
 * thread.
 *
 * <p>Not safe for use from several threads at once: the buffers are this object's.
 */
public final class Products {
    /** The longest piece of a sum that is worked on at a time; a multiple of every block size and of 32. */
    private static final int PANEL = 768;
    /** Columns come in runs of 32; what is missing in the last is zero. */
    private static final int RUN = 32;
    /** Bytes of X that are kept in the second-level cache. */
    private static final int BLOCK_BYTES = 384 * 1024;
    /**
     * The most panels that a worker takes at a time. Their outputs are put together before they are written: rows of the
     * output lie far apart, and a visit to each for a few values costs more than the product.
     */
    private static final int MOST_PANELS = 16;
    /** Rows of weights that a worker takes at a time where X has a single row. */
    private static final int MOST_DOTS = 64;

    private final Kernels kernels;
    private final WorkerPool pool;
    private final Buffers[] buffers;
    private final int tileRows;
    private final int columns;
    private float[] interleaved = {};

    /** What a worker needs for itself. */
    private static final class Buffers {
        float[] row = {};
        float[] panel = {};
        float[] sums = {};
        float[] totals = {};
        float[] outputs = {};
    }

    /** Products on a pool's workers with the best kernels that this JVM offers. */
    public Products(WorkerPool pool) {
        this(pool, KernelChoice.best());
    }

    Products(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.tileRows = kernels.productRows();
        this.columns = kernels.productColumns();
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
        if (rows == 1 && length % RUN == 0 && kernels.dots(w.packing())) {
            multiplyRow(x.data(), w, bias, out, outOffset);
        } else if (rows > 0) {
            multiplyRows(x, rows, w, bias, out, outOffset, outStride);
        }
    }

    private void multiplyRow(float[] x, PackedMatrix w, float[] bias, float[] out, int outOffset) {
        int atATime = Math.clamp(w.rows() / (8 * pool.threads()) / 8 * 8, 8, MOST_DOTS);
        int groups = (w.rows() + atATime - 1) / atATime;
        int lanes = kernels.lanes();
        pool.run(groups, (group, worker) -> {
            Buffers own = buffers[worker];
            own.sums = atLeast(own.sums, 2 * MOST_DOTS * lanes);
            int from = group * atATime;
            int count = Math.min(atATime, w.rows() - from);
            int upper = MOST_DOTS * lanes;
            for (int i = 0; i < count; i++) {
                long offset = (from + i) * w.rowBytes();
                kernels.dot(w.packing(), w.data(), offset, x, w.columns(), own.sums, i * lanes, upper + i * lanes);
            }
            kernels.totals(own.sums, 0, upper, count, out, outOffset + from);
            for (int i = 0; i < count && bias.length > 0; i++) {
                out[outOffset + from + i] += bias[from + i];
            }
        });
    }

    private void multiplyRows(Matrix x, int rows, PackedMatrix w, float[] bias, float[] out, int outOffset, int outStride) {
        int padded = (w.columns() + RUN - 1) / RUN * RUN;
        interleave(x, rows, padded);
        int blockTiles = Math.max(48, BLOCK_BYTES / (4 * padded)) / tileRows;
        int tiles = (rows + tileRows - 1) / tileRows;
        int blocks = (tiles + blockTiles - 1) / blockTiles;
        int panels = (w.rows() + columns - 1) / columns;
        int atATime = Math.clamp(panels / (4 * pool.threads()), 1, MOST_PANELS);
        int groups = (panels + atATime - 1) / atATime;
        pool.run(blocks * groups, (item, worker) -> {
            int from = item / groups * blockTiles;
            var block = new Block(from, Math.min(blockTiles, tiles - from), padded);
            int firstColumn = item % groups * atATime * columns;
            int width = Math.min(atATime * columns, w.rows() - firstColumn);
            int blockRows = Math.min(rows - from * tileRows, block.tiles() * tileRows);
            Buffers own = buffers[worker];
            own.outputs = atLeast(own.outputs, blockRows * width);
            for (int offset = 0; offset < width; offset += columns) {
                int count = Math.min(columns, width - offset);
                panelTimesBlock(own, block, w, firstColumn + offset, count);
                finish(own, block.tiles(), blockRows, count, bias, firstColumn + offset, offset, width);
            }
            for (int row = 0; row < blockRows; row++) {
                int to = outOffset + (from * tileRows + row) * outStride + firstColumn;
                System.arraycopy(own.outputs, row * width, out, to, width);
            }
        });
    }

    /** Some tiles of X: the first one, how many, and the columns with their padding. */
    private record Block(int firstTile, int tiles, int padded) {}

    private static float[] atLeast(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    /**
     * Lays X out as the tiles read it: tile after tile the lower halves of its rows' runs, vector by vector, then the upper
     * halves. Rows missing in the last tile are whatever was there: nobody looks at their sums.
     */
    private void interleave(Matrix x, int rows, int padded) {
        int tiles = (rows + tileRows - 1) / tileRows;
        interleaved = atLeast(interleaved, Math.multiplyExact(tiles, tileRows * padded));
        int lanes = kernels.lanes();
        pool.run(tiles, (tile, worker) -> {
            for (int r = 0; r < Math.min(tileRows, rows - tile * tileRows); r++) {
                int row = tile * tileRows + r;
                int to = tile * tileRows * padded + r * lanes;
                if (padded == x.columns()) {
                    kernels.interleave(x.data(), row * padded, padded, interleaved, to, tileRows, tileRows * padded / 2);
                } else {
                    float[] whole = buffers[worker].row = atLeast(buffers[worker].row, Math.max(padded, PANEL));
                    System.arraycopy(x.data(), row * x.columns(), whole, 0, x.columns());
                    Arrays.fill(whole, x.columns(), padded, 0);
                    kernels.interleave(whole, 0, padded, interleaved, to, tileRows, tileRows * padded / 2);
                }
            }
        });
    }

    /** Sums of a panel with every tile of a block: {@code [tiles, rows, columns, lanes]} of the lower halves, then of the upper. */
    private void panelTimesBlock(Buffers own, Block block, PackedMatrix w, int column, int count) {
        int tileSums = tileRows * columns * kernels.lanes();
        own.panel = atLeast(own.panel, columns * PANEL);
        own.sums = atLeast(own.sums, 2 * block.tiles() * tileSums);
        int tileSize = tileRows * block.padded();
        for (int k = 0; k < block.padded(); k += PANEL) {
            int length = Math.min(PANEL, block.padded() - k);
            int steps = length / 2 / kernels.lanes();
            unpackPanel(own, w, column, count, k, length);
            for (int half = 0; half < 2; half++) {
                int panelAt = half * columns * length / 2;
                int x = block.firstTile() * tileSize + half * tileSize / 2 + k / 2 * tileRows;
                int sums = half * block.tiles() * tileSums;
                for (int tile = 0; tile < block.tiles(); tile++) {
                    kernels.productTile(
                            interleaved, x + tile * tileSize, own.panel, panelAt, steps, own.sums, sums + tile * tileSums, k == 0);
                }
            }
        }
    }

    private void unpackPanel(Buffers own, PackedMatrix w, int column, int count, int k, int length) {
        own.row = atLeast(own.row, PANEL);
        long start = w.packing().bytes(k);
        int values = Math.min(length, w.columns() - k);
        Arrays.fill(own.row, values, length, 0);
        for (int c = 0; c < count; c++) {
            kernels.unpack(w.packing(), w.data(), (column + c) * w.rowBytes() + start, own.row, 0, values);
            kernels.interleave(own.row, 0, length, own.panel, c * kernels.lanes(), columns, columns * length / 2);
        }
    }

    private void finish(
            Buffers own, int tiles, int blockRows, int count, float[] bias, int column, int offset, int stride) {
        int outputs = tiles * tileRows * columns;
        own.totals = atLeast(own.totals, outputs);
        kernels.totals(own.sums, 0, outputs * kernels.lanes(), outputs, own.totals, 0);
        for (int row = 0; row < blockRows; row++) {
            for (int c = 0; c < count; c++) {
                float total = own.totals[row * columns + c];
                own.outputs[row * stride + offset + c] = bias.length > 0 ? total + bias[column + c] : total;
            }
        }
    }
}
