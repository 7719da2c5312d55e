package org.latent4j.space.projection;

import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Neighbours;

/**
 * UMAP's picture of a neighbourhood (McInnes, Healy and Melville 2018, section 3.1): how strongly each point holds to each of
 * its neighbours. The nearest is held to with strength 1, and the width of the rest's decline is found so that the strengths add
 * up to {@code log2(k)}. Agrees with umap-learn's {@code fuzzy_simplicial_set}, its floors for widths included.
 *
 * @param rhos the distance to the nearest neighbour that isn't the point itself, {@code [points]}
 * @param sigmas the width of the decline, {@code [points]}
 * @param strengths {@code [points, k]}
 */
record FuzzyGraph(float[] rhos, float[] sigmas, float[] strengths) {
    private static final int MOST_HALVINGS = 64;
    private static final double CLOSE_ENOUGH = 1e-5;
    private static final double LEAST_WIDTH = 1e-3;

    /**
     * Strengths of neighbours.
     *
     * @param neighbours of other points: each point itself is counted as one more, at distance 0
     */
    static FuzzyGraph of(Neighbours neighbours, WorkerPool pool) {
        int n = neighbours.rows();
        int k = neighbours.k();
        float[] distances = neighbours.distances();
        double sum = 0;
        for (float distance : distances) {
            sum += distance;
        }
        double meanOfAll = sum / ((double) n * (k + 1));
        FuzzyGraph graph = new FuzzyGraph(new float[n], new float[n], new float[n * k]);
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                graph.fit(i, distances, k, meanOfAll, k + 1);
            }
        });
        return graph;
    }

    /** The strengths with which new points hold to points of a fitted map, without themselves among them. */
    static FuzzyGraph ofNew(Neighbours neighbours, WorkerPool pool) {
        int n = neighbours.rows();
        int k = neighbours.k();
        double sum = 0;
        for (float distance : neighbours.distances()) {
            sum += distance;
        }
        double meanOfAll = sum / Math.max(1, (double) n * k);
        FuzzyGraph graph = new FuzzyGraph(new float[n], new float[n], new float[n * k]);
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                graph.fit(i, neighbours.distances(), k, meanOfAll, k);
            }
        });
        return graph;
    }

    private void fit(int point, float[] distances, int k, double meanOfAll, int counted) {
        int from = point * k;
        float rho = 0;
        for (int j = from; j < from + k && rho == 0; j++) {
            rho = Math.max(0, distances[j]);
        }
        double width = width(distances, from, k, rho, Math.log(counted) / Math.log(2));
        double mean = meanOfAll;
        if (rho > 0) {
            double sum = 0;
            for (int j = from; j < from + k; j++) {
                sum += distances[j];
            }
            mean = sum / counted;
        }
        rhos[point] = rho;
        sigmas[point] = (float) Math.max(width, LEAST_WIDTH * mean);
        for (int j = from; j < from + k; j++) {
            float beyond = distances[j] - rho;
            strengths[j] = beyond <= 0 || sigmas[point] == 0 ? 1 : (float) Math.exp(-(beyond / sigmas[point]));
        }
    }

    private static double width(float[] distances, int from, int k, float rho, double target) {
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double width = 1;
        for (int round = 0; round < MOST_HALVINGS; round++) {
            double sum = 0;
            for (int j = from; j < from + k; j++) {
                float beyond = distances[j] - rho;
                sum += beyond > 0 ? Math.exp(-(beyond / width)) : 1;
            }
            if (Math.abs(sum - target) < CLOSE_ENOUGH) {
                break;
            }
            if (sum > target) {
                high = width;
                width = (low + high) / 2;
            } else {
                low = width;
                width = high == Double.POSITIVE_INFINITY ? 2 * width : (low + high) / 2;
            }
        }
        return width;
    }

    /** The union of both points' views of an edge: {@code a + b - a b}. */
    Graph union(Neighbours neighbours, WorkerPool pool) {
        return Graph.mutual(neighbours.rows(), neighbours.k(), neighbours.indices(), strengths, (a, b) -> a + b - a * b, pool);
    }
}
