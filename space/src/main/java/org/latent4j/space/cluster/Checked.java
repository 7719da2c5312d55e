package org.latent4j.space.cluster;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** What clusterings ask of points. */
final class Checked {
    private Checked() {}

    /** @throws LatentException naming the first point with a value that isn't finite */
    static void finite(Matrix points) {
        float[] data = points.data();
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new LatentException("point %d has the value %s in column %d; points need finite values: remove or repair it"
                        .formatted(i / points.columns(), data[i], i % points.columns()));
            }
        }
    }

    /** @throws LatentException if points aren't as wide as those that a clustering was fitted to */
    static void width(Matrix points, int width) {
        if (points.columns() != width) {
            throw new LatentException("points are %d wide, the clustering was fitted to points %d wide; both must come from the same model"
                    .formatted(points.columns(), width));
        }
    }
}
