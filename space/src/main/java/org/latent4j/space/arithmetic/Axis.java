package org.latent4j.space.arithmetic;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/**
 * A direction between two poles, each the mean of the directions of some vectors. A point's place on it is the cosine of its direction with
 * that of the axis, less that of the middle between the poles, in units of half the way between them: -1 at one pole, 1 at the other.
 *
 * @param direction from the first pole to the second, of unit length, {@code [width]}
 * @param middle the cosine at the middle between the poles
 * @param half the cosine at the second pole less that at the middle
 */
public record Axis(double[] direction, double middle, double half) {
    private static final double LEAST = 1e-9;

    /**
     * The axis between two poles.
     *
     * @param from {@code [vectors, width]}, what lies at -1
     * @param to {@code [vectors, width]}, what lies at 1
     * @throws LatentException if the poles are the same
     */
    public static Axis between(Matrix from, Matrix to) {
        double[] low = mean(from);
        double[] high = mean(to);
        double[] direction = high.clone();
        Interpolation.add(direction, low, -1);
        if (Similarities.length(direction) < LEAST) {
            throw new LatentException("the two poles are the same; an axis needs two that differ");
        }
        Interpolation.normalise(direction);
        double atLow = Interpolation.dot(direction, low);
        double atHigh = Interpolation.dot(direction, high);
        return new Axis(direction, (atLow + atHigh) / 2, (atHigh - atLow) / 2);
    }

    private static double[] mean(Matrix vectors) {
        if (vectors.rows() == 0) {
            throw new LatentException("a pole has no vectors; give at least one");
        }
        double[] mean = new double[vectors.columns()];
        for (int row = 0; row < vectors.rows(); row++) {
            double[] unit = Similarities.unit(vectors, row);
            if (Similarities.length(unit) == 0) {
                throw new LatentException("a pole's vector is zero and has no direction; give another");
            }
            Interpolation.add(mean, unit, 1.0 / vectors.rows());
        }
        return mean;
    }

    /** Where every point lies, {@code [points]}. */
    public double[] places(Matrix points, WorkerPool pool) {
        double[] cosines = Similarities.cosines(points, direction, pool);
        return Arrays.stream(cosines).map(cosine -> (cosine - middle) / half).toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Axis that && Arrays.equals(direction, that.direction) && middle == that.middle && half == that.half;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(direction);
    }

    @Override
    public String toString() {
        return "Axis[%d wide]".formatted(direction.length);
    }
}
