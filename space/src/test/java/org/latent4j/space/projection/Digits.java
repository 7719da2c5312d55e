package org.latent4j.space.projection;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

/** The 600 digits of the reference data, of which a map is fitted to 500. */
final class Digits {
    private Digits() {}

    static Matrix fitted() {
        return Golden.floats("x").rows(0, 500);
    }

    /** How many of the other hundred come to lie next to a digit of their kind. */
    static int rightlyPlaced(Projection map) {
        int[] labels = Golden.ints("labels");
        try (WorkerPool pool = new WorkerPool(2)) {
            Matrix placed = map.place(Golden.floats("x").rows(500, 600), pool);
            Neighbours nearest = Neighbours.of(placed, map.coordinates(), 1, Metric.EUCLIDEAN, pool);
            int right = 0;
            for (int i = 0; i < 100; i++) {
                right += labels[500 + i] == labels[nearest.index(i, 0)] ? 1 : 0;
            }
            return right;
        }
    }
}
