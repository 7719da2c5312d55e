package org.latent4j.space.arithmetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.arithmetic.Similarities.Ranked;

/** Orders of candidates that look at more than their similarity with the query. */
public final class Reranking {
    private Reranking() {}

    /**
     * Maximal marginal relevance (Carbonell and Goldstein 1998): one after the other the candidate for which {@code share} times its
     * similarity with the query, less {@code 1 - share} times its highest similarity with what was chosen before, is the highest.
     *
     * @param candidates with their similarity to the query, the highest first
     * @param share 1 leaves the order as it is, 0 looks at differences alone
     * @param k how many are chosen
     */
    public static List<Ranked> diverse(List<Ranked> candidates, Matrix points, double share, int k) {
        if (!(share >= 0 && share <= 1)) {
            throw new LatentException("a share of %s for relevance; 0 to 1 is allowed".formatted(share));
        }
        List<Ranked> left = new ArrayList<>(candidates);
        double[] nearest = new double[left.size()];
        Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
        List<double[]> units = new ArrayList<>();
        left.forEach(candidate -> units.add(Similarities.unit(points, candidate.point())));
        List<Ranked> chosen = new ArrayList<>();
        boolean[] taken = new boolean[left.size()];
        while (chosen.size() < Math.min(k, left.size())) {
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < left.size(); i++) {
                double score = share * left.get(i).similarity() - (chosen.isEmpty() ? 0 : (1 - share) * nearest[i]);
                if (!taken[i] && score > highest) {
                    highest = score;
                    best = i;
                }
            }
            taken[best] = true;
            chosen.add(left.get(best));
            for (int i = 0; i < left.size(); i++) {
                nearest[i] = Math.max(nearest[i], Interpolation.dot(units.get(best), units.get(i)));
            }
        }
        return chosen;
    }

    /**
     * How much of a hub each point is: its mean cosine with its {@code k} nearest among the others.
     *
     * @return {@code [points]}
     */
    public static double[] hubness(Matrix points, int k, WorkerPool pool) {
        Neighbours neighbours = Neighbours.among(points, k, Metric.COSINE, pool);
        double[] means = new double[points.rows()];
        for (int point = 0; point < means.length; point++) {
            for (int rank = 0; rank < neighbours.k(); rank++) {
                means[point] += neighbours.similarity(point, rank) / neighbours.k();
            }
        }
        return means;
    }

    /**
     * Cross-domain similarity local scaling (Conneau and others 2018): twice the cosine, less the query's mean cosine with its {@code k}
     * nearest points, less each point's own ({@link #hubness}). What is near to everything is near to nothing in particular.
     *
     * @param cosines of the query with every point
     * @param hubness of every point
     */
    public static double[] csls(double[] cosines, double[] hubness, int k) {
        double own = Similarities.highest(cosines, k, Set.of()).stream().mapToDouble(Ranked::similarity).average().orElse(0);
        double[] scaled = new double[cosines.length];
        for (int point = 0; point < scaled.length; point++) {
            scaled[point] = 2 * cosines[point] - own - hubness[point];
        }
        return scaled;
    }
}
