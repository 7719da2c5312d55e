package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/** Centres of clusters, and which of them is nearest to points: products of blocks, in single precision. */
final class Centres {
    private static final int AT_A_TIME = 2 * Panels.STEP;
    private static final int CHUNK = 1024;
    private static final double ROUNDING = 0x1p-24;

    final Matrix rows;
    private final Panels panels;
    private final double[] squares;
    private final double longest;
    private final double error;

    /** Of rows {@code [clusters, width]}, which mustn't change. */
    Centres(Matrix rows) {
        this.rows = rows;
        panels = Panels.of(rows);
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
    void nearest(Matrix points, double[] pointSquares, Nearest out, WorkerPool pool) {
        Search[] searches = new Search[pool.threads()];
        pool.run((points.rows() + CHUNK - 1) / CHUNK, (chunk, worker) -> {
            Search own = searches[worker];
            if (own == null) {
                own = searches[worker] = new Search(points.columns());
            }
            int[] rows = new int[Math.min(CHUNK, points.rows() - chunk * CHUNK)];
            Arrays.setAll(rows, i -> chunk * CHUNK + i);
            own.run(this, points, pointSquares, rows, rows.length, out);
        });
    }

    /** A worker's own buffers. */
    static final class Search {
        private final Panels.Block products = new Panels.Block();
        private final Matrix block;
        private final float[] scores;
        private final float[] best;
        private final float[] second;

        Search(int width) {
            int rows = Panels.blockRows(width);
            block = Matrix.zeros(rows, width);
            scores = new float[rows * AT_A_TIME];
            best = new float[rows];
            second = new float[rows];
        }

        /** Finds the nearest centre of some rows of points. */
        void run(Centres centres, Matrix points, double[] pointSquares, int[] rows, int count, Nearest out) {
            for (int from = 0; from < count; from += block.rows()) {
                block(centres, points, pointSquares, rows, from, Math.min(count, from + block.rows()), out);
            }
        }

        private void block(
                Centres centres, Matrix points, double[] pointSquares, int[] rows, int from, int to, Nearest out) {
            int width = points.columns();
            int count = to - from;
            if (rows[to - 1] - rows[from] == count - 1) { // rows ascend: these lie one after the other
                products.take(points, rows[from], rows[from] + count);
            } else {
                for (int i = 0; i < count; i++) {
                    System.arraycopy(points.data(), rows[from + i] * width, block.data(), i * width, width);
                }
                products.take(block, 0, count);
            }
            Arrays.fill(best, 0, count, Float.NEGATIVE_INFINITY);
            Arrays.fill(second, 0, count, Float.NEGATIVE_INFINITY);
            for (int first = 0; first < centres.count(); first += AT_A_TIME) {
                int last = Math.min(centres.count(), first + AT_A_TIME);
                products.times(centres.panels, first, last, scores, AT_A_TIME);
                for (int i = 0; i < count; i++) {
                    compare(centres, i, rows[from + i], first, last, out.labels());
                }
            }
            for (int i = 0; i < count; i++) {
                int row = rows[from + i];
                double slack = centres.error * (pointSquares[row] + centres.longest);
                out.upper()[row] = Math.sqrt(Math.max(0, pointSquares[row] - 2.0 * best[i]) + slack);
                out.lower()[row] = Math.sqrt(Math.max(0, pointSquares[row] - 2.0 * second[i] - slack));
            }
        }

        private void compare(Centres centres, int i, int row, int first, int last, int[] labels) {
            float highest = best[i];
            float next = second[i];
            int label = labels[row];
            for (int centre = first; centre < last; centre++) {
                float score = scores[i * AT_A_TIME + centre - first] - (float) (centres.squares[centre] / 2);
                if (score > highest) {
                    next = highest;
                    highest = score;
                    label = centre;
                } else if (score > next) {
                    next = score;
                }
            }
            best[i] = highest;
            second[i] = next;
            labels[row] = label;
        }
    }
}
