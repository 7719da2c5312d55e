package org.latent4j.space.projection;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

/**
 * Points that are there so often that their copies are all the neighbours they have. A neighbour graph is a star then, with nothing to
 * tell and a centre that everyone holds to: maps are made of the different points, and copies lie where their points lie.
 */
final class Crowd {
    private Crowd() {}

    /**
     * The different points, where a crowd is among them.
     *
     * @param neighbours how many others of each point are looked at; all where there are fewer
     */
    static Optional<Distinct> in(Matrix points, int neighbours, Metric metric, WorkerPool pool) {
        int n = points.rows();
        int k = Math.min(neighbours, n - 1);
        if (k < 1) {
            return Optional.empty();
        }
        Distinct distinct = Distinct.of(points);
        if (Arrays.stream(distinct.counts()).max().orElse(0) <= k) {
            return Optional.empty();
        }
        if (distinct.groups() == 1) {
            requireMeasurable(points, metric, pool);
        }
        return Optional.of(distinct);
    }

    /** Of equal points nothing else would be measured. */
    static void requireMeasurable(Matrix points, Metric metric, WorkerPool pool) {
        Neighbours.among(points.rows(0, 2), 1, metric, pool);
    }
}
