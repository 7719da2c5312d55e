package org.latent4j.kernel;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
 * <p>With {@link Precision#INT8} every row of X is rounded and multiplied by itself ({@link Kernels#roundedDot}): the bits of a row don't
 * depend on other rows there either, but differ from those of {@link Precision#F32}.
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
    /** Tiles whose sums are finished together, while they are in the first-level cache: their sums are a multiple of 8. */
    private static final int TILES_FINISHED = 4;

    private final Kernels kernels;
    private final WorkerPool pool;
    private final Buffers[] buffers;
    private final int tileRows;
    private final int columns;
    private final RoundedRows roundedRows = new RoundedRows();
    private float[] interleaved = {};

    /** What a worker needs for itself. */
    private static final class Buffers {
        float[] row = {};
        float[] panel = {};
        float[] sums = {};
        float[] totals = {};
        float[] outputs = {};
        final RoundedWeights weights = new RoundedWeights();
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
     * Multiplies all rows of {@code x} with the weights of every product: together they cost less than one after the other,
     * as x is laid out once and the workers are called once.
     *
     * @param precision how exactly; what it doesn't round for is multiplied in {@link Precision#F32}
     * @param x {@code [rows, inputs]}
     * @param products at least one; weights are {@code [outputs, inputs]}
     */
    public void multiply(Precision precision, Matrix x, Product... products) {
        for (Product product : products) {
            if (product.weights().columns() != x.columns() || product.out().rows() < x.rows()) {
                throw new IllegalArgumentException("x %s, the %d columns of the weights and the output %s don't fit"
                        .formatted(x, product.weights().columns(), product.out()));
            }
        }
        Product[] rounded = those(products, product -> precision.rounds(product.weights().packing()));
        if (rounded.length > 0) {
            multiplyRounded(x, Pieces.of(rounded, 8 * pool.threads(), 8, MOST_DOTS));
        }
        if (rounded.length < products.length) {
            multiplyExactly(x, those(products, product -> !precision.rounds(product.weights().packing())));
        }
    }

    private static Product[] those(Product[] products, Predicate<Product> which) {
        return Stream.of(products).filter(which).toArray(Product[]::new);
    }

    private void multiplyExactly(Matrix x, Product... products) {
        boolean dots = x.rows() == 1 && x.columns() % RUN == 0;
        for (Product product : products) {
            dots &= kernels.dots(product.weights().packing());
        }
        if (dots) {
            multiplyRow(x.data(), Pieces.of(products, 8 * pool.threads(), 8, MOST_DOTS));
        } else if (x.rows() > 0) {
            multiplyRows(x, Pieces.of(products, 4 * pool.threads(), columns, MOST_PANELS * columns));
        }
    }

    /**
     * The weights' rows of several products, cut into pieces for the workers.
     *
     * @param size rows a piece has, but the last of a product
     * @param first each product's first piece, and behind the last one the number of pieces
     */
    private record Pieces(Product[] products, int size, int[] first) {
        /** About {@code wanted} pieces of a multiple of {@code unit} rows, at most {@code most}. */
        static Pieces of(Product[] products, int wanted, int unit, int most) {
            int rows = 0;
            for (Product product : products) {
                rows += product.weights().rows();
            }
            int size = Math.clamp(rows / wanted / unit * unit, unit, most);
            int[] first = new int[products.length + 1];
            for (int p = 0; p < products.length; p++) {
                first[p + 1] = first[p] + (products[p].weights().rows() + size - 1) / size;
            }
            return new Pieces(products, size, first);
        }

        int count() {
            return first[products.length];
        }

        Piece piece(int number) {
            int p = 0;
            while (first[p + 1] <= number) {
                p++;
            }
            int from = (number - first[p]) * size;
            return new Piece(products[p], from, Math.min(size, products[p].weights().rows() - from));
        }
    }

    /** The weights' rows that a worker takes: the first, and how many. */
    private record Piece(Product product, int from, int count) {}

    private void multiplyRow(float[] x, Pieces pieces) {
        int lanes = kernels.lanes();
        int upper = MOST_DOTS * lanes;
        pool.run(pieces.count(), (item, worker) -> {
            Buffers own = buffers[worker];
            own.sums = atLeast(own.sums, 2 * upper);
            Piece piece = pieces.piece(item);
            PackedMatrix w = piece.product().weights();
            for (int i = 0; i < piece.count(); i++) {
                long offset = (piece.from() + i) * w.rowBytes();
                kernels.dot(w.packing(), w.data(), offset, x, w.columns(), own.sums, i * lanes, upper + i * lanes);
            }
            finishRow(own, upper, piece, 0);
        });
    }

    /** Adds up a piece's sums, and the bias, to outputs of a row. */
    private void finishRow(Buffers own, int upper, Piece piece, int row) {
        Matrix out = piece.product().out();
        float[] bias = piece.product().bias();
        int to = row * out.columns() + piece.from();
        kernels.totals(own.sums, 0, upper, piece.count(), out.data(), to);
        for (int i = 0; i < piece.count() && bias.length > 0; i++) {
            out.data()[to + i] += bias[piece.from() + i];
        }
    }

    private void multiplyRounded(Matrix x, Pieces pieces) {
        roundedRows.round(x);
        int lanes = kernels.lanes();
        int upper = MOST_DOTS * lanes;
        pool.run(pieces.count(), (item, worker) -> {
            Buffers own = buffers[worker];
            own.sums = atLeast(own.sums, 2 * upper);
            Piece piece = pieces.piece(item);
            PackedMatrix w = piece.product().weights();
            for (int row = 0; row < x.rows(); row++) {
                for (int i = 0; i < piece.count(); i++) {
                    long offset = (piece.from() + i) * w.rowBytes();
                    kernels.roundedDot(w.packing(), w.data(), offset, roundedRows, row, own.weights, own.sums, i * lanes,
                            upper + i * lanes);
                }
                finishRow(own, upper, piece, row);
            }
        });
    }

    private void multiplyRows(Matrix x, Pieces pieces) {
        int rows = x.rows();
        int padded = (x.columns() + RUN - 1) / RUN * RUN;
        interleave(x, padded);
        int blockTiles = Math.max(48, BLOCK_BYTES / (4 * padded)) / tileRows;
        int tiles = (rows + tileRows - 1) / tileRows;
        int blocks = (tiles + blockTiles - 1) / blockTiles;
        pool.run(blocks * pieces.count(), (item, worker) -> {
            int from = item / pieces.count() * blockTiles;
            var block = new Block(from, Math.min(blockTiles, tiles - from), padded);
            int blockRows = Math.min(rows - from * tileRows, block.tiles() * tileRows);
            Piece piece = pieces.piece(item % pieces.count());
            Buffers own = buffers[worker];
            own.outputs = atLeast(own.outputs, blockRows * piece.count());
            for (int offset = 0; offset < piece.count(); offset += columns) {
                int count = Math.min(columns, piece.count() - offset);
                panelTimesBlock(own, block, piece.product().weights(), piece.from() + offset, count);
                putTogether(own, blockRows, count, piece, offset);
            }
            Matrix out = piece.product().out();
            for (int row = 0; row < blockRows; row++) {
                int to = (from * tileRows + row) * out.columns() + piece.from();
                System.arraycopy(own.outputs, row * piece.count(), out.data(), to, piece.count());
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
    private void interleave(Matrix x, int padded) {
        int rows = x.rows();
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

    /** A panel times every tile of a block: {@code own.totals} receives {@code [tiles, tileRows, columns]}. */
    private void panelTimesBlock(Buffers own, Block block, PackedMatrix w, int column, int count) {
        int outputs = tileRows * columns;
        own.panel = atLeast(own.panel, columns * PANEL);
        own.totals = atLeast(own.totals, (block.tiles() + TILES_FINISHED) * outputs);
        boolean single = block.padded() <= PANEL;
        int upper = (single ? TILES_FINISHED : block.tiles() + TILES_FINISHED) * outputs * kernels.lanes();
        own.sums = atLeast(own.sums, 2 * upper);
        for (int k = 0; k < block.padded(); k += PANEL) {
            int length = Math.min(PANEL, block.padded() - k);
            boolean last = k + length == block.padded();
            unpackPanel(own, w, column, count, k, length);
            for (int tile = 0; tile < block.tiles(); tile += TILES_FINISHED) {
                int together = Math.min(TILES_FINISHED, block.tiles() - tile);
                int sums = single ? 0 : tile * outputs * kernels.lanes();
                panelTimesTiles(own, block, tile, together, k, length, sums, upper);
                if (last) {
                    kernels.totals(own.sums, sums, upper + sums, (together * outputs + 7) / 8 * 8, own.totals, tile * outputs);
                }
            }
        }
    }

    private void panelTimesTiles(Buffers own, Block block, int tile, int count, int k, int length, int sums, int upper) {
        int tileSize = tileRows * block.padded();
        int tileSums = tileRows * columns * kernels.lanes();
        int steps = length / 2 / kernels.lanes();
        for (int t = 0; t < count; t++) {
            int x = (block.firstTile() + tile + t) * tileSize + k / 2 * tileRows;
            int at = sums + t * tileSums;
            kernels.productTile(interleaved, x, own.panel, 0, steps, own.sums, at, k == 0);
            kernels.productTile(
                    interleaved, x + tileSize / 2, own.panel, columns * length / 2, steps, own.sums, upper + at, k == 0);
        }
    }

    private void unpackPanel(Buffers own, PackedMatrix w, int column, int count, int k, int length) {
        own.row = atLeast(own.row, PANEL);
        long start = w.packing().bytes(k);
        int values = Math.min(length, w.columns() - k);
        for (int c = 0; c < count; c++) {
            kernels.unpackInterleaved(
                    w.packing(), w.data(), (column + c) * w.rowBytes() + start, own.panel, c * kernels.lanes(), values, columns,
                    columns * length / 2, own.row);
        }
    }

    /** Puts a panel's totals beside those of the piece's other panels, row by row. */
    private void putTogether(Buffers own, int rows, int count, Piece piece, int offset) {
        float[] bias = piece.product().bias();
        for (int row = 0; row < rows; row++) {
            int from = row * columns;
            int to = row * piece.count() + offset;
            for (int c = 0; c < count; c++) {
                own.outputs[to + c] = own.totals[from + c];
            }
            for (int c = 0; c < count && bias.length > 0; c++) {
                own.outputs[to + c] += bias[piece.from() + offset + c];
            }
        }
    }
}
