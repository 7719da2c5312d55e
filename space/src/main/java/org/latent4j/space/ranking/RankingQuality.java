package org.latent4j.space.ranking;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How well a ranking of points answers one query, by its first {@code k}.
 *
 * @param recall the share of the relevant points that is among them
 * @param reciprocalRank 1 / the rank of the first relevant one, 0 if there is none among them; its mean over queries is the MRR
 * @param ndcg normalised discounted cumulative gain (Järvelin and Kekäläinen 2002): each relevant point's grade, over the binary
 *     logarithm of 1 + its rank, against the best order there is
 */
public record RankingQuality(double recall, double reciprocalRank, double ndcg) {
    /**
     * Judges a ranking.
     *
     * @param ranked points, the best first
     * @param relevant the relevant points and how relevant each is, above 0; at least one
     */
    public static RankingQuality of(List<Integer> ranked, Map<Integer, Double> relevant, int k) {
        int found = 0;
        double reciprocal = 0;
        double gain = 0;
        for (int rank = 1; rank <= Math.min(k, ranked.size()); rank++) {
            Double grade = relevant.get(ranked.get(rank - 1));
            if (grade != null) {
                found++;
                reciprocal = reciprocal == 0 ? 1.0 / rank : reciprocal;
                gain += grade / log2(1 + rank);
            }
        }
        return new RankingQuality((double) found / relevant.size(), reciprocal, gain / best(relevant.values(), k));
    }

    private static double best(Collection<Double> grades, int k) {
        double[] sorted = grades.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double best = 0;
        for (int rank = 1; rank <= Math.min(k, sorted.length); rank++) {
            best += sorted[sorted.length - rank] / log2(1 + rank);
        }
        return best;
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
