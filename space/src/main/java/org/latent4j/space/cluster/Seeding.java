package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * First centres by k-means++ (Arthur and Vassilvitskii 2007): points drawn with a chance that grows with the squared distance
 * from the centres before; of a few so drawn, as many as scikit-learn tries, the one that leaves least distance.
 */
final class Seeding {
    private static final int CHUNK = Blocks.SIZE;

    private final Blocks blocks;
    private final Matrix points;
    private final double[] squares;
    private final WorkerPool pool;
    private final SeededRandom random;
    private final double[] closest;
    private final int chunks;
    private long drawn;

    Seeding(Blocks blocks, SeededRandom random, WorkerPool pool) {
        this.blocks = blocks;
        this.points = blocks.rows;
        this.squares = blocks.squares;
        this.pool = pool;
        this.random = random;
        this.closest = new double[points.rows()];
        this.chunks = (points.rows() + CHUNK - 1) / CHUNK;
    }

    /** The rows of {@code clusters} points. */
    int[] draw(int clusters) {
        int trials = 2 + (int) Math.log(clusters);
        int[] chosen = new int[clusters];
        chosen[0] = (int) (next() * points.rows());
        Arrays.fill(closest, Double.POSITIVE_INFINITY);
        approach(new int[]{chosen[0]});
        for (int k = 1; k < clusters; k++) {
            double[] upTo = cumulative();
            int[] candidates = new int[trials];
            for (int t = 0; t < trials; t++) {
                candidates[t] = at(upTo, next() * upTo[chunks]);
            }
            chosen[k] = approach(candidates);
        }
        return chosen;
    }

    private double next() {
        return random.at(drawn++);
    }

    private double[] cumulative() {
        double[] upTo = new double[chunks + 1];
        pool.run(chunks, (chunk, _) -> {
            double sum = 0;
            for (int row = chunk * CHUNK; row < Math.min(closest.length, (chunk + 1) * CHUNK); row++) {
                sum += closest[row];
            }
            upTo[chunk + 1] = sum;
        });
        for (int chunk = 0; chunk < chunks; chunk++) {
            upTo[chunk + 1] += upTo[chunk];
        }
        return upTo;
    }

    private int at(double[] upTo, double value) {
        int chunk = 0;
        while (chunk < chunks - 1 && upTo[chunk + 1] <= value) {
            chunk++;
        }
        double sum = upTo[chunk];
        int last = Math.min(closest.length, (chunk + 1) * CHUNK) - 1;
        for (int row = chunk * CHUNK; row < last; row++) {
            sum += closest[row];
            if (sum > value) {
                return row;
            }
        }
        return last;
    }

    /** Takes the candidate that leaves least distance, and returns it. */
    private int approach(int[] candidates) {
        int trials = candidates.length;
        int n = closest.length;
        Matrix rows = Matrix.zeros(trials, points.columns());
        for (int t = 0; t < trials; t++) {
            System.arraycopy(points.data(), candidates[t] * points.columns(), rows.data(), t * points.columns(), points.columns());
        }
        float[][] scores = new float[chunks][];
        double[][] left = new double[chunks][trials];
        pool.run(chunks, (chunk, _) -> {
            var block = new Panels.Block();
            block.take(rows, 0, trials);
            scores[chunk] = new float[block.roundedRows() * CHUNK];
            int from = chunk * CHUNK;
            int to = Math.min(n, from + CHUNK);
            block.times(blocks.panels(chunk), 0, to - from, scores[chunk], CHUNK);
            for (int t = 0; t < trials; t++) {
                double sum = 0;
                for (int row = from; row < to; row++) {
                    sum += Math.min(closest[row], square(candidates[t], row, scores[chunk][t * CHUNK + row - from]));
                }
                left[chunk][t] = sum;
            }
        });
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int t = 0; t < trials; t++) {
            double sum = 0;
            for (double[] chunk : left) {
                sum += chunk[t];
            }
            if (sum < least) {
                least = sum;
                best = t;
            }
        }
        for (int row = 0; row < n; row++) {
            float product = scores[row / CHUNK][best * CHUNK + row % CHUNK];
            closest[row] = Math.min(closest[row], square(candidates[best], row, product));
        }
        return candidates[best];
    }

    private double square(int candidate, int row, float product) {
        return row == candidate ? 0 : Math.max(0, squares[candidate] + squares[row] - 2.0 * product);
    }
}
