package org.latent4j.space.arithmetic;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** Ways from one vector to another, and the middle of several. */
public final class Interpolation {
    private static final int MOST_STEPS = 1000;
    private static final double CLOSE_ENOUGH = 1e-12;
    private static final double OPPOSITE = 1e-6;

    private Interpolation() {}

    /** The vector a share {@code t} of the straight way from {@code a} to {@code b}; 0 is {@code a}. */
    public static double[] linear(float[] a, float[] b, double t) {
        double[] between = new double[a.length];
        for (int c = 0; c < between.length; c++) {
            between[c] = (1 - t) * a[c] + t * b[c];
        }
        return between;
    }

    /**
     * The vector a share {@code t} of the way along the great circle (slerp, Shoemake 1985): the direction turns evenly, the length
     * changes evenly.
     *
     * @throws LatentException if one is zero or they point in opposite directions: then there is no shortest way
     */
    public static double[] spherical(float[] a, float[] b, double t) {
        double[] from = Similarities.unit(a);
        double[] to = Similarities.unit(b);
        double lengthA = Similarities.length(doubles(a));
        double lengthB = Similarities.length(doubles(b));
        if (lengthA == 0 || lengthB == 0) {
            throw new LatentException("a zero vector has no direction to turn from or to; take the linear way");
        }
        double cosine = Math.clamp(dot(from, to), -1, 1);
        double angle = Math.acos(cosine);
        if (Math.PI - angle < OPPOSITE) {
            throw new LatentException("the two point in opposite directions: no way between them is the shortest; take the linear way");
        }
        double length = (1 - t) * lengthA + t * lengthB;
        double sine = Math.sin(angle);
        double shareA = sine < 1e-9 ? 1 - t : Math.sin((1 - t) * angle) / sine;
        double shareB = sine < 1e-9 ? t : Math.sin(t * angle) / sine;
        double[] between = new double[a.length];
        for (int c = 0; c < between.length; c++) {
            between[c] = length * (shareA * from[c] + shareB * to[c]);
        }
        return between;
    }

    /**
     * The Fréchet mean of directions: the unit vector whose squared angles with all rows sum to the least, found by going towards
     * the mean of the logarithms (Pennec 2006).
     *
     * @param rows {@code [vectors, width]}, none zero
     * @throws LatentException if there are none, one is zero, or they have no mean: opposite vectors cancel each other out
     */
    public static double[] frechetMean(Matrix rows) {
        if (rows.rows() == 0) {
            throw new LatentException("no vectors have no mean; give at least one");
        }
        double[][] units = new double[rows.rows()][];
        double[] mean = new double[rows.columns()];
        for (int row = 0; row < units.length; row++) {
            units[row] = Similarities.unit(rows, row);
            if (Similarities.length(units[row]) == 0) {
                throw new LatentException("vector %d is zero and has no direction; leave it out".formatted(row));
            }
            add(mean, units[row], 1);
        }
        if (Similarities.length(mean) < OPPOSITE * units.length) {
            throw new LatentException("the vectors cancel each other out: their directions have no mean");
        }
        normalise(mean);
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] towards = new double[mean.length];
            for (double[] unit : units) {
                double cosine = Math.clamp(dot(mean, unit), -1, 1);
                double angle = Math.acos(cosine);
                double sine = Math.sin(angle);
                double share = sine < 1e-9 ? 1 : angle / sine;
                add(towards, unit, share / units.length);
                add(towards, mean, -share * cosine / units.length);
            }
            double length = Similarities.length(towards);
            if (length < CLOSE_ENOUGH) {
                break;
            }
            double[] moved = new double[mean.length];
            add(moved, mean, Math.cos(length));
            add(moved, towards, Math.sin(length) / length);
            normalise(moved);
            mean = moved;
        }
        return mean;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int c = 0; c < a.length; c++) {
            sum += a[c] * b[c];
        }
        return sum;
    }

    static void add(double[] to, double[] vector, double share) {
        for (int c = 0; c < to.length; c++) {
            to[c] += share * vector[c];
        }
    }

    static void normalise(double[] vector) {
        double length = Similarities.length(vector);
        Arrays.setAll(vector, c -> vector[c] / length);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, c -> values[c]);
        return doubles;
    }
}
