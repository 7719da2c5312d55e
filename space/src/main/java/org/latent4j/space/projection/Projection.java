package org.latent4j.space.projection;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/** A fitted map of points, into which new points of the same origin can be placed. */
public sealed interface Projection permits PrincipalMap, UmapMap, TsneMap, DiffusionMap {
    /** Where the fitted points lie, {@code [points, dims]}; not a copy. */
    Matrix coordinates();

    /** How points are compared. */
    Metric metric();

    /**
     * Where new points would lie, {@code [added, dims]}; the map stays as it is.
     *
     * @param added {@code [added, width]}, as wide as the points that were fitted
     * @throws org.latent4j.kernel.LatentException if they have another width or a value isn't finite
     */
    Matrix place(Matrix added, WorkerPool pool);
}
