package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): a point's score is the sum of 1 / (60 + its rank) over the lists. */
public final class RankFusion {
    private static final int SMOOTHING = 60;

    private RankFusion() {}

    /** The best {@code k} of some lists, each with its best first; of equal scores the lower point. */
    public static List<Hit> fuse(List<List<Hit>> lists, int k) {
        Map<Integer, Double> scores = new HashMap<>();
        for (List<Hit> list : lists) {
            for (int rank = 0; rank < list.size(); rank++) {
                scores.merge(list.get(rank).point(), 1.0 / (SMOOTHING + rank + 1), Double::sum);
            }
        }
        List<Hit> fused = new ArrayList<>();
        scores.forEach((point, score) -> fused.add(new Hit(point, score)));
        fused.sort((a, b) -> a.score() == b.score() ? Integer.compare(a.point(), b.point()) : Double.compare(b.score(), a.score()));
        return List.copyOf(fused.subList(0, Math.min(k, fused.size())));
    }
}
