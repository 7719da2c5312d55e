package org.latent4j.space.projection;

import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Neighbours;

/**
 * How likely each point would choose each of its neighbours (van der Maaten and Hinton 2008): a Gaussian of the distance, as
 * wide as makes the choice as uncertain as one among {@code perplexity} equal ones.
 */
final class Affinities {
    private static final int MOST_HALVINGS = 200;
    private static final double CLOSE_ENOUGH = 1e-8;

    private Affinities() {}

    /** Probabilities that add up to 1 for each row, {@code [rows, k]}. */
    static float[] conditional(Neighbours neighbours, double perplexity, WorkerPool pool) {
        int k = neighbours.k();
        float[] probabilities = new float[neighbours.rows() * k];
        Graph.forChunks(neighbours.rows(), pool, (from, to) -> {
            double[] row = new double[k];
            for (int i = from; i < to; i++) {
                fit(neighbours.distances(), i * k, k, Math.log(Math.min(perplexity, k)), row);
                for (int j = 0; j < k; j++) {
                    probabilities[i * k + j] = (float) row[j];
                }
            }
        });
        return probabilities;
    }

    private static void fit(float[] distances, int at, int k, double entropy, double[] row) {
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double least = (double) distances[at] * distances[at];
        double farthest = (double) distances[at + k - 1] * distances[at + k - 1];
        double precision = farthest > least ? 1 / (farthest - least) : 1;
        for (int round = 0; round < MOST_HALVINGS; round++) {
            double sum = 0;
            double weighted = 0;
            for (int j = 0; j < k; j++) {
                double beyond = (double) distances[at + j] * distances[at + j] - least;
                row[j] = Math.exp(-beyond * precision);
                sum += row[j];
                weighted += beyond * row[j];
            }
            double found = Math.log(sum) + precision * weighted / sum;
            for (int j = 0; j < k; j++) {
                row[j] /= sum;
            }
            double off = found - entropy;
            if (Math.abs(off) < CLOSE_ENOUGH || farthest <= least) {
                return;
            }
            if (off > 0) {
                low = precision;
                precision = high == Double.POSITIVE_INFINITY ? 2 * precision : (low + high) / 2;
            } else {
                high = precision;
                precision = (low + high) / 2;
            }
            if (!(precision < 1e300) || high - low < 1e-15 * low) {
                return;
            }
        }
    }

    /** Both points' choices together, {@code (p + q) / 2n}; all add up to 1. */
    static Graph joint(Neighbours neighbours, double perplexity, WorkerPool pool) {
        float all = 2f * neighbours.rows();
        return Graph.mutual(neighbours.rows(), neighbours.k(), neighbours.indices(), conditional(neighbours, perplexity, pool),
                (p, q) -> (p + q) / all, pool);
    }
}
