package org.latent4j.space.projection;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/**
 * How widely each point's neighbourhood spreads (densMAP, Narayan, Berger and Cho 2021): the logarithm of the mean squared
 * distance along its edges, standardised over all points.
 *
 * @param radii {@code [points]}
 */
record Density(float[] radii) {
    private static final double TINY = 1e-8;

    static Density of(Graph graph, Matrix points, Metric metric, WorkerPool pool) {
        int n = graph.points();
        double[] logs = new double[n];
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                double sum = 0;
                double weights = 0;
                for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                    double distance = metric.distance(points, i, points, graph.ends()[e]);
                    sum += graph.weights()[e] * distance * distance;
                    weights += graph.weights()[e];
                }
                logs[i] = Math.log(TINY + (weights > 0 ? sum / weights : 0));
            }
        });
        double mean = 0;
        for (double log : logs) {
            mean += log / n;
        }
        double variance = 0;
        for (double log : logs) {
            variance += (log - mean) * (log - mean) / n;
        }
        float[] radii = new float[n];
        for (int i = 0; i < n; i++) {
            radii[i] = variance > 0 ? (float) ((logs[i] - mean) / Math.sqrt(variance)) : 0;
        }
        return new Density(radii);
    }
}
