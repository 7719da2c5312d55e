package org.latent4j.kernel;

import java.util.Objects;

/**
 * The rows of a float matrix laid out for inner products with rows of another: what exact neighbours, clusters and kernels of
 * points are made of. Rows come in panels, column after column, so that a vector holds the same column of neighbouring rows
 * and a product's outputs come side by side.
 *
 * <p>An inner product is one chain of multiply-adds in the order of the columns: its bits depend on the two rows alone, not on
 * the block that they came in, the thread or the width of the machine's vectors.
 *
 * <p>Immutable to others than its makers, hence safe for use from several threads; a {@link Block} belongs to one.
 */
public final class Panels {
    /** Products are asked for from multiples of this many rows: a multiple of every panel's. */
    public static final int STEP = 96;
    /** Rows that are multiplied with a panel together. */
    private static final int TILE_ROWS = 2;
    /** The longest piece of a panel that stays in the first-level cache, in columns. */
    private static final int PIECE = 128;
    /** Floats of a block of rows that stay in the second-level cache. */
    private static final int BLOCK_FLOATS = 48 * 1024;

    private final Kernels kernels;
    private final int rows;
    private final int width;
    private final int panel;
    private final float[] data;

    /** Gives rows a few at a time, so that they needn't be there at once. */
    @FunctionalInterface
    public interface Rows {
        /** The rows {@code from} (inclusive) to {@code to} (exclusive), {@code [to - from, width]}. Called from several threads. */
        Matrix rows(int from, int to);
    }

    Panels(int rows, int width, Kernels kernels) {
        this.kernels = kernels;
        this.rows = rows;
        this.width = width;
        this.panel = kernels.panelRows();
        long padded = (rows + STEP - 1L) / STEP * STEP;
        if (padded * width > Integer.MAX_VALUE - 8) {
            throw new LatentException("%d points of width %d are more than fit in an array (%d numbers); take fewer points"
                    .formatted(rows, width, Integer.MAX_VALUE - 8));
        }
        this.data = new float[(int) (padded * width)];
    }

    /** Writes a row, which the constructor leaves zero: for those who have panels of their own to fill again. */
    void lay(int row, float[] from, int at) {
        int to = row / panel * panel * width + row % panel;
        for (int k = 0; k < width; k++) {
            data[to + k * panel] = from[at + k];
        }
    }

    /**
     * Lays a copy of a matrix's rows out, with the best kernels that this JVM offers.
     *
     * @throws LatentException if they don't fit in an array
     */
    public static Panels of(Matrix matrix) {
        return of(matrix, KernelChoice.best());
    }

    static Panels of(Matrix matrix, Kernels kernels) {
        Panels panels = new Panels(matrix.rows(), matrix.columns(), kernels);
        for (int row = 0; row < matrix.rows(); row++) {
            panels.lay(row, matrix.data(), row * matrix.columns());
        }
        return panels;
    }

    /**
     * Lays rows out as they are given, some at a time on all workers.
     *
     * @throws LatentException if they don't fit in an array
     */
    public static Panels of(int rows, int width, Rows source, WorkerPool pool) {
        Panels panels = new Panels(rows, width, KernelChoice.best());
        pool.run((rows + STEP - 1) / STEP, (item, _) -> {
            int from = item * STEP;
            Matrix given = source.rows(from, Math.min(rows, from + STEP));
            for (int r = 0; r < given.rows(); r++) {
                panels.lay(from + r, given.data(), r * width);
            }
        });
        return panels;
    }

    /** Rows lie in panels of so many, each {@code [width, panel]}; those missing in the last are zero. */
    int panel() {
        return panel;
    }

    float[] data() {
        return data;
    }

    /** The number of rows. */
    public int rows() {
        return rows;
    }

    /** The number of columns of each. */
    public int width() {
        return width;
    }

    /** How many rows of a width are well taken at a time: as many as stay in a cache. */
    public static int blockRows(int width) {
        return Math.clamp(BLOCK_FLOATS / Math.max(1, width) / TILE_ROWS, 8, 64) * TILE_ROWS;
    }

    /** Some rows of another matrix, taken for products with panels. Not safe for use from several threads. */
    public static final class Block {
        private float[] interleaved = {};
        private int rows;
        private int width;

        /** Takes copies of rows {@code from} (inclusive) to {@code to} (exclusive). */
        public void take(Matrix x, int from, int to) {
            Objects.checkFromToIndex(from, to, x.rows());
            prepare(to - from, x.columns());
            for (int r = 0; r < rows; r++) {
                lay(r, x.data(), (from + r) * width);
            }
        }

        /** Makes room for rows of which {@link #lay} then writes each. */
        void prepare(int newRows, int newWidth) {
            rows = newRows;
            width = newWidth;
            int needed = Math.multiplyExact(rows == 1 ? 1 : roundedRows(), width);
            if (interleaved.length < needed) {
                interleaved = new float[needed];
            }
        }

        void lay(int row, float[] from, int at) {
            if (rows == 1) {
                System.arraycopy(from, at, interleaved, 0, width);
                return;
            }
            int to = row / TILE_ROWS * TILE_ROWS * width + row % TILE_ROWS;
            for (int k = 0; k < width; k++) {
                interleaved[to + k * TILE_ROWS] = from[at + k];
            }
        }

        /** How many rows of outputs {@link #times} writes: those taken, and one more whose values mean nothing if they are odd. */
        public int roundedRows() {
            return rows == 1 ? 1 : (rows + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
        }

        /**
         * The products of the rows taken with rows {@code from} (inclusive) to {@code to} (exclusive) of {@code w}:
         * {@code out[i * stride + j] = x[i] . w[from + j]}. Up to {@link #STEP} - 1 columns behind the last are written as well.
         *
         * @param from a multiple of {@link #STEP}
         * @param out {@code [roundedRows(), stride]}
         * @param stride a multiple of {@link #STEP}, at least {@code to - from}
         */
        public void times(Panels w, int from, int to, float[] out, int stride) {
            Objects.checkFromToIndex(from, to, w.rows);
            if (w.width != width || from % STEP != 0 || stride % STEP != 0 || stride < to - from) {
                throw new IllegalArgumentException("rows of width %d times rows %d to %d of width %d, stride %d"
                        .formatted(width, from, to, w.width, stride));
            }
            int panels = (to - from + w.panel - 1) / w.panel;
            if (rows == 1) {
                w.kernels.panelRow(interleaved, 0, w.data, from * width, width, panels, out, 0);
                return;
            }
            int tiles = roundedRows() / TILE_ROWS;
            for (int panel = 0; panel < panels; panel++) {
                int at = (from + panel * w.panel) * width;
                for (int k = 0; k < width; k += PIECE) {
                    int steps = Math.min(PIECE, width - k);
                    for (int tile = 0; tile < tiles; tile++) {
                        w.kernels.panelTile(interleaved, (tile * width + k) * TILE_ROWS, 1, TILE_ROWS, w.data, at + k * w.panel, steps, out,
                                tile * TILE_ROWS * stride + panel * w.panel, stride, k == 0);
                    }
                }
            }
        }
    }

    /** The inner product of two rows of {@code length} values, as fast as one pair can be; its bits aren't those of {@link Block#times}. */
    public static float innerProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        return KernelChoice.best().innerProduct(x, xAt, y, yAt, length);
    }

    /**
     * The first place from {@code from} to {@code to}, exclusive, whose value isn't at most the bound, NaN included;
     * {@code to} if there is none. Looking through products for the few that count takes as long as making them otherwise.
     */
    public static int firstAbove(float[] values, int from, int to, float bound) {
        Objects.checkFromToIndex(from, to, values.length);
        return KernelChoice.best().firstAbove(values, from, to, bound);
    }

    /**
     * Finds all places from {@code from} to {@code to}, exclusive, whose value isn't at most the bound, NaN included, in order.
     *
     * @param out receives them from its beginning; as long as there are values
     * @return how many there are
     */
    public static int allAbove(float[] values, int from, int to, float bound, int[] out) {
        Objects.checkFromToIndex(from, to, values.length);
        Objects.checkFromToIndex(0, to - from, out.length);
        return KernelChoice.best().allAbove(values, from, to, bound, out);
    }
}
