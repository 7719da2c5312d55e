package org.latent4j.space;

import java.util.Locale;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** Measures of vectors and of pairs of them, summed in double precision in the order of the coordinates. */
public final class Vectors {
    private Vectors() {}

    /**
     * Checks that squared distances between points can be held in single precision, in which products of many points are taken.
     *
     * @param largest the largest squared distance of a point from the mean of all
     * @throws LatentException if it can't
     */
    public static void requireMeasurable(double largest) {
        if (largest > Float.MAX_VALUE) {
            throw new LatentException(String.format(Locale.ROOT,
                    "points lie up to %.1e from their mean; the squares of such distances don't fit in single precision: divide all values",
                    Math.sqrt(largest)));
        }
    }

    /** The mean of all rows; zero of none. Sums are divided at the end: the mean of equal values is then that value. */
    public static double[] mean(Matrix points) {
        int width = points.columns();
        double[] mean = new double[width];
        for (int row = 0; row < points.rows(); row++) {
            for (int c = 0; c < width; c++) {
                mean[c] += points.data()[row * width + c];
            }
        }
        for (int c = 0; c < width; c++) {
            mean[c] /= Math.max(1, points.rows());
        }
        return mean;
    }

    /** The inner product of row {@code i} of {@code a} with row {@code j} of {@code b}, which are equally wide. */
    public static double dot(Matrix a, int i, Matrix b, int j) {
        int width = a.columns();
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += (double) a.data()[i * width + c] * b.data()[j * width + c];
        }
        return sum;
    }

    /** The Euclidean length of row {@code i}. */
    public static double norm(Matrix a, int i) {
        return Math.sqrt(dot(a, i, a, i));
    }

    /** The cosine of the angle between two rows, from -1 to 1; NaN where one is zero. */
    public static double cosine(Matrix a, int i, Matrix b, int j) {
        double cosine = dot(a, i, b, j) / (norm(a, i) * norm(b, j));
        return Math.max(-1, Math.min(1, cosine));
    }

    /** The inner product of two vectors of one length, in double precision: four sums side by side, in one order. */
    public static double dot(double[] a, double[] b) {
        return dot(a, b, a.length);
    }

    /** The same of their first {@code length} coordinates. */
    public static double dot(double[] a, double[] b, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i <= length - 4; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
