package org.latent4j.space.projection;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.PrincipalComponents;

/**
 * A map by principal components: the shadow of the points on the directions along which they spread most.
 *
 * @param components the directions
 * @param metric how points are compared: with {@link Metric#COSINE} they are brought to length 1 first
 * @param coordinates {@code [points, dims]}; zero along what the points don't have
 */
public record PrincipalMap(PrincipalComponents components, Metric metric, Matrix coordinates) implements Projection {
    /**
     * Fits a map.
     *
     * @throws LatentException if there are fewer than two points, or a value isn't finite
     */
    public static PrincipalMap fit(Matrix points, int dims, Metric metric, WorkerPool pool) {
        Matrix compared = compared(points, metric);
        PrincipalComponents components = PrincipalComponents.exact(compared, Math.min(dims, points.columns()), pool);
        return new PrincipalMap(components, metric, padded(components.project(compared, pool), dims));
    }

    @Override
    public Matrix place(Matrix added, WorkerPool pool) {
        return padded(components.project(compared(added, metric), pool), coordinates.columns());
    }

    private static Matrix compared(Matrix points, Metric metric) {
        if (metric != Metric.COSINE) {
            return points;
        }
        int width = points.columns();
        Matrix unit = Matrix.zeros(points.rows(), width);
        for (int row = 0; row < points.rows(); row++) {
            double square = 0;
            for (int c = 0; c < width; c++) {
                square += (double) points.data()[row * width + c] * points.data()[row * width + c];
            }
            double factor = square > 0 ? 1 / Math.sqrt(square) : 0;
            for (int c = 0; c < width; c++) {
                unit.data()[row * width + c] = (float) (points.data()[row * width + c] * factor);
            }
        }
        return unit;
    }

    /** Coordinates for starts, {@code [points, dims]}, by randomised components. */
    static float[] coordinates(Matrix points, int dims, long seed, WorkerPool pool) {
        if (points.rows() < 2) {
            return new float[points.rows() * dims];
        }
        PrincipalComponents components = PrincipalComponents.randomised(points, Math.min(dims, points.columns()), seed, pool);
        return padded(components.project(points, pool), dims).data();
    }

    private static Matrix padded(Matrix coordinates, int dims) {
        if (coordinates.columns() == dims) {
            return coordinates;
        }
        Matrix padded = Matrix.zeros(coordinates.rows(), dims);
        for (int i = 0; i < coordinates.rows(); i++) {
            System.arraycopy(coordinates.data(), i * coordinates.columns(), padded.data(), i * dims, coordinates.columns());
        }
        return padded;
    }
}
