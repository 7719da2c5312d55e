package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/**
 * Points of many dimensions in an order in which near ones stand together, a block of {@value #BLOCK} after the other, and the ball
 * around each block: whole blocks are passed over where their ball is farther than what is looked for. That leaves little to look at
 * where points lie in groups, and costs a hundredth where they don't.
 *
 * <p>The points are divided again and again along their first principal direction, where the gap between them is widest.
 */
final class Balls {
    /** Points of a block. */
    static final int BLOCK = Panels.STEP;
    private static final int POWERS = 3;
    /** A unit in the last place of 1 in single precision, halved: what a rounding is off by. */
    private static final double ROUNDING = 0x1p-24;

    private final int[] order;
    private final Matrix rows;
    private final Panels panels;
    private final double[] squares;
    private final float[] halves;
    private final Panels centres;
    private final double[] centreSquares;
    private final double[] radii;
    /** A bound for the error of a squared distance, in parts of the two points' squared lengths. */
    private final double error;

    /** Orders points, {@code [points, width]}. */
    Balls(Matrix points, WorkerPool pool) {
        int width = points.columns();
        this.order = new Division(points, pool).order;
        this.rows = Rows.pick(points, order);
        this.panels = Panels.of(rows);
        this.squares = Rows.squares(rows);
        this.error = (width + 20) * ROUNDING;
        this.halves = new float[order.length];
        for (int place = 0; place < halves.length; place++) {
            halves[place] = (float) ((1 - error) * squares[place] / 2);
        }
        Matrix means = Matrix.zeros(blocks(), width);
        this.radii = new double[blocks()];
        pool.run(blocks(), (block, _) -> surround(block, means));
        this.centres = Panels.of(means);
        this.centreSquares = Rows.squares(means);
    }

    private void surround(int block, Matrix means) {
        int width = rows.columns();
        double[] mean = new double[width];
        for (int place = start(block); place < start(block + 1); place++) {
            for (int c = 0; c < width; c++) {
                mean[c] += rows.data()[place * width + c] / (double) (start(block + 1) - start(block));
            }
        }
        for (int c = 0; c < width; c++) {
            means.data()[block * width + c] = (float) mean[c];
            mean[c] = (float) mean[c];
        }
        double farthest = 0;
        for (int place = start(block); place < start(block + 1); place++) {
            farthest = Math.max(farthest, Rows.square(rows, place, mean));
        }
        radii[block] = Math.sqrt(farthest) * (1 + 1e-9);
    }

    /** Which of the points given stands at a place. */
    int row(int place) {
        return order[place];
    }

    int blocks() {
        return (order.length + BLOCK - 1) / BLOCK;
    }

    /** The first place of a block; that of {@link #blocks()} is the number of points. */
    int start(int block) {
        return Math.min(order.length, block * BLOCK);
    }

    /** How points are divided, a level after the other, into parts of whole blocks. */
    private static final class Division {
        private final Matrix points;
        private final int[] order;
        private final double[] along;

        Division(Matrix points, WorkerPool pool) {
            this.points = points;
            this.order = new int[points.rows()];
            this.along = new double[points.rows()];
            Arrays.setAll(order, i -> i);
            int[] starts = {0, order.length};
            while (true) {
                int[] parts = starts;
                int[] cuts = new int[parts.length - 1];
                pool.run(cuts.length, (part, _) -> cuts[part] = divide(parts[part], parts[part + 1]));
                int[] finer = Arrays.copyOf(parts, parts.length + (int) Arrays.stream(cuts).filter(cut -> cut > 0).count());
                if (finer.length == parts.length) {
                    return;
                }
                int to = parts.length;
                for (int cut : cuts) {
                    if (cut > 0) {
                        finer[to++] = cut;
                    }
                }
                Arrays.sort(finer);
                starts = finer;
            }
        }

        /** Orders a part along its widest direction; returns where it is cut, 0 if it is one block. */
        private int divide(int from, int to) {
            int blocks = (to - from + BLOCK - 1) / BLOCK;
            if (blocks < 2) {
                return 0;
            }
            project(from, to);
            int[] part = Arrays.copyOfRange(order, from, to);
            Sorted.by(part, row -> along[row]);
            System.arraycopy(part, 0, order, from, part.length);
            int cut = part.length / 2;
            double widest = -1;
            for (int i = part.length / 4; i < part.length - part.length / 4; i++) {
                double gap = i == 0 ? -1 : along[part[i]] - along[part[i - 1]];
                if (gap > widest) {
                    widest = gap;
                    cut = i;
                }
            }
            return from + Math.clamp((cut + BLOCK / 2) / BLOCK, 1, blocks - 1) * BLOCK;
        }

        /** Writes how far each point of a part lies along the direction in which the part is widest, nearly. */
        private void project(int from, int to) {
            int width = points.columns();
            float[] mean = new float[width];
            for (int i = from; i < to; i++) {
                for (int c = 0; c < width; c++) {
                    mean[c] += points.data()[order[i] * width + c] / (to - from);
                }
            }
            float[] direction = start(from, to, mean);
            for (int power = 0; power <= POWERS; power++) {
                float offset = Panels.innerProduct(mean, 0, direction, 0, width);
                float[] next = new float[width];
                for (int i = from; i < to; i++) {
                    int at = order[i] * width;
                    float share = Panels.innerProduct(points.data(), at, direction, 0, width) - offset;
                    along[order[i]] = share;
                    for (int c = 0; power < POWERS && c < width; c++) {
                        next[c] += share * (points.data()[at + c] - mean[c]);
                    }
                }
                if (power < POWERS) {
                    direction = unit(next);
                }
            }
        }

        /** From the mean to the point that is farthest from it. */
        private float[] start(int from, int to, float[] mean) {
            int width = points.columns();
            double[] centre = new double[width];
            Arrays.setAll(centre, c -> mean[c]);
            int farthest = order[from];
            double distance = -1;
            for (int i = from; i < to; i++) {
                double square = Rows.square(points, order[i], centre);
                if (square > distance) {
                    distance = square;
                    farthest = order[i];
                }
            }
            float[] direction = new float[width];
            for (int c = 0; c < width; c++) {
                direction[c] = points.data()[farthest * width + c] - mean[c];
            }
            return unit(direction);
        }

        private static float[] unit(float[] vector) {
            double square = 0;
            for (float value : vector) {
                square += (double) value * value;
            }
            float[] unit = new float[vector.length];
            double length = Math.sqrt(square);
            for (int c = 0; c < unit.length && length > 0; c++) {
                unit[c] = (float) (vector[c] / length);
            }
            return unit;
        }
    }

    /**
     * Looks from some of the points at all that may be near enough: a worker's own, one block of queries after the other. Nearest
     * blocks come first, so that what is near enough soon is little.
     */
    abstract class Scan {
        private final Panels.Block products = new Panels.Block();
        private final Matrix asked = Matrix.zeros(BLOCK, rows.columns());
        private final float[] scores = new float[BLOCK * BLOCK];
        private final int stride = (blocks() + Panels.STEP - 1) / Panels.STEP * Panels.STEP;
        private final float[] toBalls = new float[BLOCK * stride];
        private final double[] own = new double[BLOCK];
        private final double[] reach = new double[BLOCK];
        private final float[] bounds = new float[BLOCK];
        private final int[] visits = new int[blocks()];
        private final float[] nearest = new float[blocks()];

        /** Whether any point of a block is of interest for a query, apart from how far it is. */
        abstract boolean leads(int query, int block);

        /** Meets a place that may be near enough; {@link #limit} when that changes. */
        abstract void meet(int query, int place);

        /** Squared distances above this are of no interest for a query. */
        final void limit(int query, double square) {
            reach[query] = square >= 0 ? Math.sqrt(square) : -1;
            bounds[query] = (float) (((1 - error) * own[query] - square) / 2);
            bounds[query] = Math.nextDown(Math.nextDown(bounds[query]));
        }

        /** Takes queries, up to a block; a limit for each comes next. */
        final void take(int[] places, int count) {
            int width = rows.columns();
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows.data(), places[i] * width, asked.data(), i * width, width);
                own[i] = squares[places[i]];
            }
            products.take(asked, 0, count);
        }

        /** Looks at all blocks that may hold what is near enough. */
        final void run(int count) {
            measure(count);
            for (int block : visits) {
                if (isOfUse(block, count)) {
                    int from = start(block);
                    int size = start(block + 1) - from;
                    products.times(panels, from, from + size, scores, BLOCK);
                    for (int query = 0; query < count; query++) {
                        if (isNear(query, block)) {
                            look(query, from, size, query * BLOCK);
                        }
                    }
                }
            }
        }

        private boolean isOfUse(int block, int count) {
            for (int query = 0; query < count; query++) {
                if (isNear(query, block)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isNear(int query, int block) {
            return toBalls[query * stride + block] <= reach[query] && leads(query, block);
        }

        private void look(int query, int from, int size, int at) {
            for (int i = 0; i < size; i++) {
                scores[at + i] -= halves[from + i];
            }
            for (int i = at; i < at + size; i++) {
                i = Panels.firstAbove(scores, i, at + size, bounds[query]);
                if (i < at + size) {
                    meet(query, from + i - at);
                }
            }
        }

        /** How far each query is from each ball, at least, and in which order the balls are visited. */
        private void measure(int count) {
            products.times(centres, 0, blocks(), toBalls, stride);
            Arrays.fill(nearest, Float.POSITIVE_INFINITY);
            for (int query = 0; query < count; query++) {
                for (int block = 0; block < nearest.length; block++) {
                    int at = query * stride + block;
                    double sum = own[query] + centreSquares[block];
                    double square = (1 - error) * sum - 2.0 * toBalls[at];
                    toBalls[at] = Math.nextDown((float) (Math.sqrt(Math.max(0, square)) - radii[block]));
                    nearest[block] = Math.min(nearest[block], toBalls[at]);
                }
            }
            Arrays.setAll(visits, block -> block);
            Sorted.by(visits, block -> nearest[block]);
        }
    }
}
