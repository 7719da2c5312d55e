package org.latent4j.space.recommend;

import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** What someone likes as one vector. */
public final class Likes {
    private static final double UNLIKED = 0.5;

    private Likes() {}

    /**
     * The mean of the liked points, each of unit length, less half the mean of the unliked ones (Rocchio 1971).
     *
     * @return {@code [width]}
     * @throws LatentException if nothing is liked
     */
    public static double[] of(Matrix points, List<Integer> liked, List<Integer> unliked) {
        if (liked.isEmpty()) {
            throw new LatentException("nothing is liked; name a point or more with --like");
        }
        double[] sum = new double[points.columns()];
        liked.forEach(point -> add(sum, points, point, 1.0 / liked.size()));
        unliked.forEach(point -> add(sum, points, point, -UNLIKED / unliked.size()));
        return sum;
    }

    private static void add(double[] sum, Matrix points, int point, double weight) {
        double square = 0;
        for (int i = 0; i < sum.length; i++) {
            square += (double) points.at(point, i) * points.at(point, i);
        }
        for (int i = 0; i < sum.length && square > 0; i++) {
            sum[i] += weight * points.at(point, i) / Math.sqrt(square);
        }
    }
}
