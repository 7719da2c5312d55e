package org.latent4j.workbench.map;

import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Neighbours;

/**
 * Where the points of a map lie, and how far that can be believed.
 *
 * @param name of this picture, where there are several: a site, {@code resid_post.12}
 * @param positions {@code [points, 2]} or {@code [points, 3]}, all finite; not a copy
 * @param neighbours the true neighbours of every point, in the space that was projected; about 15 each. They take 8 bytes
 *     apiece in the page, so that a million points with 15 make a page of some 150 MB
 * @param found how many of the true neighbours are among those given: 1 where all are, else a share that the page tells
 * @param quality what the projection keeps, where that was measured
 */
public record MapView(String name, Matrix positions, Optional<Neighbours> neighbours, double found, Optional<Quality> quality) {
    /** A picture with all true neighbours, or with none at all. */
    public MapView(String name, Matrix positions, Optional<Neighbours> neighbours, Optional<Quality> quality) {
        this(name, positions, neighbours, 1, quality);
    }

    /**
     * Shares of what a projection keeps, from 0 to 1; NaN for what wasn't measured.
     *
     * @param k of how many nearest neighbours they tell
     * @param trustworthiness how rarely points lie near in the picture that are far apart in the space
     * @param continuity how rarely points lie far apart in the picture that are near in the space
     * @param neighboursKept the share of the {@code k} true neighbours that are among the {@code k} nearest in the picture
     */
    public record Quality(int k, double trustworthiness, double continuity, double neighboursKept) {}

    /**
     * Checks the sizes.
     *
     * @throws LatentException if there aren't 2 or 3 dimensions, a position isn't finite, or the neighbours are those of another
     *     number of points
     */
    public MapView {
        if (positions.columns() != 2 && positions.columns() != 3) {
            throw new LatentException("a map has 2 or 3 dimensions, not %d".formatted(positions.columns()));
        }
        float[] data = positions.data();
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new LatentException("position %d of the map isn't finite: %s".formatted(i / positions.columns(), data[i]));
            }
        }
        if (neighbours.isPresent() && neighbours.get().rows() != positions.rows()) {
            throw new LatentException("neighbours of %d points for %d positions; they must be of the same points"
                    .formatted(neighbours.get().rows(), positions.rows()));
        }
    }
}
