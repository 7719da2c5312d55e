package org.latent4j.space.projection;

import org.latent4j.kernel.WorkerPool;

/** Edges weakened where classes differ, as umap-learn's supervised maps with a target weight of one half have it. */
final class Supervision {
    private static final double FAR = 2.5 / (1 - 0.5);
    private static final double UNKNOWN = 1;

    private Supervision() {}

    static Graph intersect(Graph graph, int[] classes, WorkerPool pool) {
        int n = graph.points();
        float[] weights = graph.weights().clone();
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                float strongest = 0;
                for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                    int other = classes[graph.ends()[e]];
                    if (classes[i] < 0 || other < 0) {
                        weights[e] *= (float) Math.exp(-UNKNOWN);
                    } else if (classes[i] != other) {
                        weights[e] *= (float) Math.exp(-FAR);
                    }
                    strongest = Math.max(strongest, weights[e]);
                }
                // Every point holds to something with strength 1 again.
                for (int e = graph.starts()[i]; e < graph.starts()[i + 1] && strongest > 0; e++) {
                    weights[e] /= strongest;
                }
            }
        });
        Graph back = new Graph(graph.starts(), graph.ends(), weights).transposed();
        float[] union = new float[weights.length];
        for (int e = 0; e < union.length; e++) {
            union[e] = weights[e] + back.weights()[e] - weights[e] * back.weights()[e];
        }
        return new Graph(graph.starts(), graph.ends(), union);
    }
}
