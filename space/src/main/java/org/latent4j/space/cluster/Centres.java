package org.latent4j.space.cluster;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/** Centres of clusters, and which of them is nearest to points: products of blocks, in single precision. */
final class Centres {
    private static final double ROUNDING = 0x1p-24;

    final Matrix rows;
    private final double[] squares;
    private final double longest;
    private final double error;

    /** Of rows {@code [clusters, width]}, which mustn't change. */
    Centres(Matrix rows) {
        this.rows = rows;
        squares = Rows.squares(rows);
        longest = Arrays.stream(squares).max().orElse(0);
        error = (rows.columns() + 16) * ROUNDING;
    }

    int count() {
        return rows.rows();
    }

    /**
     * What is known of points: the nearest centre, a distance that it surely isn't beyond, and one that all others surely
     * aren't within.
     */
    record Nearest(int[] labels, double[] upper, double[] lower) {
        static Nearest of(int points) {
            return new Nearest(new int[points], new double[points], new double[points]);
        }
    }

    /** Finds the nearest centre of all points. */
    void nearest(Blocks points, Nearest out, WorkerPool pool) {
        Search[] searches = new Search[pool.threads()];
        pool.run(points.count(), (block, worker) -> {
            Search own = searches[worker];
            if (own == null) {
                own = searches[worker] = new Search();
            }
            own.all(this, points, block, out);
        });
    }

    /** A worker's own buffers. */
    static final class Search {
        private final Panels.Block some = new Panels.Block();
        private @Nullable Centres taken;
        private int takenFrom;
        private float[] scores = {};
        private final float[] best = new float[Blocks.SIZE];
        private final float[] second = new float[Blocks.SIZE];
        private final float[] before = new float[Blocks.SIZE];
        private final int[] labels = new int[Blocks.SIZE];

        /** Finds the nearest centre of the points of a block. */
        void all(Centres centres, Blocks points, int block, Nearest out) {
            int count = points.to(block) - points.from(block);
            compare(centres, points.panels(block), count);
            for (int i = 0; i < count; i++) {
                found(centres, points, points.from(block) + i, i, out);
            }
        }

        /** Finds the nearest centre of some points. */
        void some(Centres centres, Blocks points, int[] rows, int count, Nearest out) {
            int width = points.rows.columns();
            Matrix picked = Matrix.zeros(count, width);
            for (int i = 0; i < count; i++) {
                System.arraycopy(points.rows.data(), rows[i] * width, picked.data(), i * width, width);
            }
            compare(centres, Panels.of(picked), count);
            for (int i = 0; i < count; i++) {
                found(centres, points, rows[i], i, out);
            }
        }

        private void found(Centres centres, Blocks points, int row, int i, Nearest out) {
            double square = points.squares[row];
            double slack = centres.error * (square + centres.longest);
            out.labels[row] = labels[i];
            out.upper[row] = Math.sqrt(Math.max(0, square - 2.0 * best[i]) + slack);
            out.lower[row] = Math.sqrt(Math.max(0, square - 2.0 * second[i] - slack));
        }

        private void compare(Centres centres, Panels points, int count) {
            Arrays.fill(best, 0, count, Float.NEGATIVE_INFINITY);
            Arrays.fill(second, 0, count, Float.NEGATIVE_INFINITY);
            int atATime = Panels.blockRows(points.width());
            for (int from = 0; from < centres.count(); from += atATime) {
                int to = Math.min(centres.count(), from + atATime);
                take(centres, from, to);
                some.times(points, 0, count, scores, Blocks.SIZE);
                System.arraycopy(best, 0, before, 0, count);
                for (int centre = from; centre < to; centre++) {
                    rank((centre - from) * Blocks.SIZE, (float) (centres.squares[centre] / 2), count);
                }
                for (int centre = to - 1; centre >= from; centre--) { // of equally near ones the first
                    label(centre, (centre - from) * Blocks.SIZE, count);
                }
            }
        }

        private void take(Centres centres, int from, int to) {
            if (taken == centres && takenFrom == from) {
                return;
            }
            some.take(centres.rows, from, to);
            taken = centres;
            takenFrom = from;
            if (scores.length < some.roundedRows() * Blocks.SIZE) {
                scores = new float[some.roundedRows() * Blocks.SIZE];
            }
        }

        private void rank(int at, float half, int count) {
            for (int i = 0; i < count; i++) {
                float score = scores[at + i] - half;
                scores[at + i] = score;
                second[i] = Math.max(second[i], Math.min(best[i], score));
                best[i] = Math.max(best[i], score);
            }
        }

        private void label(int centre, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (scores[at + i] == best[i] && best[i] > before[i]) {
                    labels[i] = centre;
                }
            }
        }
    }
}
