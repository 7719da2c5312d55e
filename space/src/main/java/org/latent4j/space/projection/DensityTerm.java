package org.latent4j.space.projection;

import org.latent4j.kernel.WorkerPool;

/** densMAP's addition to the pull of an edge: it lets the radii in the map follow those in the space. */
final class DensityTerm {
    /** The last share of the epochs in which it counts. */
    static final double SHARE_OF_EPOCHS = 0.3;
    private static final double STRENGTH = 2;
    private static final double VARIANCE_SHIFT = 0.1;
    private static final double TINY = 1e-8;

    private final Graph graph;
    private final float[] radii;
    private final Curve curve;
    private final int dims;
    private final WorkerPool pool;
    private final double allWeights;
    private final double[] sums;
    private final double[] mapped;
    private double mean;
    private double covariance;
    private double deviation;

    DensityTerm(Graph graph, Density density, Curve curve, int dims, WorkerPool pool) {
        this.graph = graph;
        this.radii = density.radii();
        this.curve = curve;
        this.dims = dims;
        this.pool = pool;
        this.sums = new double[graph.points()];
        this.mapped = new double[graph.points()];
        double all = 0;
        for (float weight : graph.weights()) {
            all += weight;
        }
        this.allWeights = all / 2;
    }

    /** Measures the radii in the map as it stands. */
    void measure(float[] places) {
        int n = graph.points();
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                double strengths = 0;
                double squares = 0;
                for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                    double square = 0;
                    for (int d = 0; d < dims; d++) {
                        double off = places[i * dims + d] - places[graph.ends()[e] * dims + d];
                        square += off * off;
                    }
                    double strength = 1 / (1 + curve.a() * Math.pow(square, curve.b()));
                    strengths += strength;
                    squares += strength * square;
                }
                sums[i] = Math.max(TINY, strengths);
                mapped[i] = Math.log(TINY + squares / sums[i]);
            }
        });
        mean = 0;
        for (double value : mapped) {
            mean += value / n;
        }
        double variance = 0;
        covariance = 0;
        for (int i = 0; i < n; i++) {
            variance += (mapped[i] - mean) * (mapped[i] - mean) / n;
            covariance += mapped[i] * radii[i] / Math.max(1, n - 1);
        }
        deviation = Math.sqrt(variance + VARIANCE_SHIFT);
    }

    /** The factor of the difference between an edge's ends. */
    float force(int point, int end, int edge, float square) {
        double power = Math.pow(square, curve.b());
        double strength = 1 / (1 + curve.a() * power);
        double decline = curve.a() * curve.b() * power / square * strength;
        double byPoint = side(point, strength, decline);
        double byEnd = side(end, strength, decline);
        double all = STRENGTH * allWeights * (byPoint + byEnd) / (graph.weights()[edge] * deviation * graph.points());
        return (float) all;
    }

    private double side(int point, double strength, double decline) {
        double change = strength / sums[point] * ((1 - curve.b() * (1 - strength)) / Math.exp(mapped[point]) + decline);
        return change * (radii[point] - covariance * (mapped[point] - mean) / (deviation * deviation));
    }
}
