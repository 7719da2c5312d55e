package org.latent4j.space;

import org.latent4j.kernel.DoubleSums;
import org.latent4j.kernel.Matrix;

/** How far two points lie from each other. Computed in double precision, in an order that depends on the width alone. */
public enum Metric {
    /** 1 minus the cosine of the angle, 0 to 2; a zero vector has cosine 0 with everything. */
    COSINE,
    /** The inner product, negated: the larger the product, the nearer. Not a distance in the strict sense. */
    DOT,
    /** The length of the difference. */
    EUCLIDEAN,
    /** The angle in radians, 0 to pi; unlike {@link #COSINE} it obeys the triangle inequality. */
    ANGULAR,
    /** The sum of the absolute differences. */
    MANHATTAN,
    /** In how many columns one is above zero and the other isn't: the distance of points that are binarised by sign. */
    HAMMING;

    /** The distance between row {@code i} of {@code a} and row {@code j} of {@code b}, which are equally wide. */
    public double distance(Matrix a, int i, Matrix b, int j) {
        int width = width(a, b);
        int from = i * width;
        int to = j * width;
        return switch (this) {
            case COSINE, ANGULAR -> ofCosine(cosine(DoubleSums.product(a.data(), from, b.data(), to, width),
                    DoubleSums.product(a.data(), from, a.data(), from, width), DoubleSums.product(b.data(), to, b.data(), to, width)));
            case DOT -> -DoubleSums.product(a.data(), from, b.data(), to, width);
            case EUCLIDEAN -> Math.sqrt(DoubleSums.squaredDistance(a.data(), from, b.data(), to, width));
            case MANHATTAN -> manhattan(a.data(), from, b.data(), to, width);
            case HAMMING -> hamming(a.data(), from, b.data(), to, width);
        };
    }

    /**
     * What a distance means as a similarity, the larger the nearer: the cosine for {@link #COSINE} and {@link #ANGULAR}, the
     * inner product for {@link #DOT}, the distance negated for the others.
     */
    public double similarity(double distance) {
        return switch (this) {
            case COSINE -> 1 - distance;
            case ANGULAR -> Math.cos(distance);
            case DOT, EUCLIDEAN, MANHATTAN, HAMMING -> -distance;
        };
    }

    double ofCosine(double cosine) {
        return this == ANGULAR ? Math.acos(cosine) : 1 - cosine;
    }

    /** From a product and both squared lengths. Their product is rooted, not each, so that a row's own cosine is exactly 1. */
    static double cosine(double dot, double squareA, double squareB) {
        double lengths = Math.sqrt(squareA * squareB);
        return lengths > 0 ? Math.clamp(dot / lengths, -1, 1) : 0;
    }

    private static int width(Matrix a, Matrix b) {
        if (a.columns() != b.columns()) {
            throw new IllegalArgumentException("points of width %d and of width %d".formatted(a.columns(), b.columns()));
        }
        return a.columns();
    }

    private static double manhattan(float[] a, int i, float[] b, int j, int width) {
        double s0 = 0;
        double s1 = 0;
        int c = 0;
        for (; c <= width - 2; c += 2) {
            s0 += Math.abs((double) a[i + c] - b[j + c]);
            s1 += Math.abs((double) a[i + c + 1] - b[j + c + 1]);
        }
        return c < width ? s0 + s1 + Math.abs((double) a[i + c] - b[j + c]) : s0 + s1;
    }

    private static double hamming(float[] a, int i, float[] b, int j, int width) {
        int differing = 0;
        for (int c = 0; c < width; c++) {
            differing += a[i + c] > 0 != b[j + c] > 0 ? 1 : 0;
        }
        return differing;
    }
}
