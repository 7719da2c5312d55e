package org.latent4j.space.arithmetic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/** Cosines of all points with one vector, in double precision, and the highest of them: for a few vectors at a time. */
public final class Similarities {
    private static final int PART = 4096;

    private Similarities() {}

    /** A point and how similar it is. */
    public record Ranked(int point, double similarity) {}

    /**
     * The cosine of every point with a vector; 0 for a point that is zero.
     *
     * @param points {@code [points, width]}
     * @param vector {@code [width]}
     * @throws LatentException if the vector is zero, or a value isn't finite
     */
    public static double[] cosines(Matrix points, double[] vector, WorkerPool pool) {
        int width = points.columns();
        if (vector.length != width) {
            throw new LatentException("a vector of width %d can't be compared with points of width %d".formatted(vector.length, width));
        }
        double length = length(vector);
        if (!(length > 0) || length == Double.POSITIVE_INFINITY) {
            throw new LatentException("the vector to compare with is %s, so nothing is similar to it; give another"
                    .formatted(length == 0 ? "zero" : "not finite"));
        }
        double[] cosines = new double[points.rows()];
        int parts = (points.rows() + PART - 1) / PART;
        pool.run(parts, (part, _) -> {
            int end = Math.min(points.rows(), (part + 1) * PART);
            for (int point = part * PART; point < end; point++) {
                cosines[point] = cosine(points.data(), point * width, vector, length);
            }
        });
        return cosines;
    }

    private static double cosine(float[] data, int at, double[] vector, double length) {
        int width = vector.length;
        double dot0 = 0;
        double dot1 = 0;
        double square0 = 0;
        double square1 = 0;
        int c = 0;
        for (; c <= width - 2; c += 2) {
            double x = data[at + c];
            double y = data[at + c + 1];
            dot0 += x * vector[c];
            dot1 += y * vector[c + 1];
            square0 += x * x;
            square1 += y * y;
        }
        if (c < width) {
            double x = data[at + c];
            dot0 += x * vector[c];
            square0 += x * x;
        }
        double square = square0 + square1;
        if (!Double.isFinite(square)) {
            throw new LatentException("point %d has a value that isn't finite; remove or repair it".formatted(at / width));
        }
        return square > 0 ? Math.clamp((dot0 + dot1) / (Math.sqrt(square) * length), -1, 1) : 0;
    }

    static double length(double[] vector) {
        double square = 0;
        for (double value : vector) {
            square += value * value;
        }
        return Math.sqrt(square);
    }

    /** A point's vector of length 1. */
    static double[] unit(Matrix points, int point) {
        return unit(points.row(point));
    }

    /** A vector's direction; a zero vector stays. */
    static double[] unit(float[] vector) {
        double[] unit = new double[vector.length];
        for (int c = 0; c < unit.length; c++) {
            unit[c] = vector[c];
        }
        double length = length(unit);
        for (int c = 0; c < unit.length && length > 0; c++) {
            unit[c] /= length;
        }
        return unit;
    }

    /** The {@code k} highest, the highest first, of equal ones the first; some points are left out. */
    public static List<Ranked> highest(double[] scores, int k, Set<Integer> leftOut) {
        Comparator<Ranked> better = Comparator.comparingDouble(Ranked::similarity).reversed().thenComparingInt(Ranked::point);
        PriorityQueue<Ranked> kept = new PriorityQueue<>(better.reversed());
        double worst = Double.NEGATIVE_INFINITY;
        for (int point = 0; point < scores.length; point++) {
            if ((kept.size() < k || scores[point] > worst) && k > 0 && !leftOut.contains(point)) {
                kept.add(new Ranked(point, scores[point]));
                if (kept.size() > k) {
                    kept.remove();
                }
                worst = kept.element().similarity();
            }
        }
        List<Ranked> ranked = new ArrayList<>(kept);
        ranked.sort(better);
        return ranked;
    }
}
