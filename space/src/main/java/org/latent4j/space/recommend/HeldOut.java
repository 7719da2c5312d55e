package org.latent4j.space.recommend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.arithmetic.Similarities;
import org.latent4j.space.ranking.MeanInterval;
import org.latent4j.space.ranking.RankingQuality;

/**
 * How well factors find what was hidden from them: a fifth of what each user with two or more had to do with, one at least, chosen at
 * random. Beside it the same by popularity: what most others had to do with. Items that a user is known to know aren't recommended.
 *
 * @param users how many users had something hidden
 * @param hidden how many interactions were
 * @param recall the mean share of a user's hidden items among the first k
 * @param popularity the same of the most popular items
 * @param difference of the two, by user
 */
public record HeldOut(int users, int hidden, int k, MeanInterval recall, MeanInterval popularity, MeanInterval difference) {
    private static final double SHARE = 0.2;

    /**
     * Hides, learns and judges.
     *
     * @throws LatentException if no user had to do with two items
     */
    public static HeldOut of(Interactions all, ImplicitFactors.Settings settings, int k, WorkerPool pool, Progress progress) {
        List<Interactions.Row> kept = new ArrayList<>();
        List<Map<Integer, Double>> hidden = new ArrayList<>();
        for (int user = 0; user < all.users().size(); user++) {
            Map<Integer, Double> own = hide(all.byUser().get(user), new SeededRandom(settings.seed() + 1, user));
            hidden.add(own);
            kept.add(without(all.byUser().get(user), own.keySet()));
        }
        Interactions known = all.with(kept);
        int[] judged = IntStream.range(0, hidden.size()).filter(user -> !hidden.get(user).isEmpty()).toArray();
        if (judged.length == 0) {
            throw new LatentException("no user had to do with two items, so nothing can be hidden to judge by");
        }
        ImplicitFactors factors = ImplicitFactors.of(known, settings, pool, progress);
        double[] popular = known.byItem().stream().mapToDouble(Interactions.Row::size).toArray();
        double[] ours = new double[judged.length];
        double[] others = new double[judged.length];
        pool.run(judged.length, (i, _) -> {
            int user = judged[i];
            Set<Integer> seen = IntStream.of(kept.get(user).others()).boxed().collect(Collectors.toSet());
            ours[i] = recall(factors.scores(factors.users().row(user)), seen, hidden.get(user), k);
            others[i] = recall(popular, seen, hidden.get(user), k);
        });
        double[] differences = IntStream.range(0, ours.length).mapToDouble(i -> ours[i] - others[i]).toArray();
        long seed = settings.seed();
        return new HeldOut(judged.length, hidden.stream().mapToInt(Map::size).sum(), k, MeanInterval.of(ours, seed),
                MeanInterval.of(others, seed), MeanInterval.of(differences, seed));
    }

    private static Map<Integer, Double> hide(Interactions.Row row, SeededRandom random) {
        Map<Integer, Double> hidden = new HashMap<>();
        int count = row.size() < 2 ? 0 : Math.max(1, (int) (SHARE * row.size()));
        for (int i = 0; hidden.size() < count; i++) {
            hidden.put(row.others()[(int) (random.at(i) * row.size())], 1.0);
        }
        return hidden;
    }

    private static Interactions.Row without(Interactions.Row row, Set<Integer> hidden) {
        Map<Integer, Float> left = new HashMap<>();
        for (int i = 0; i < row.size(); i++) {
            if (!hidden.contains(row.others()[i])) {
                left.put(row.others()[i], row.weights()[i]);
            }
        }
        return Interactions.row(left);
    }

    private static double recall(double[] scores, Set<Integer> seen, Map<Integer, Double> hidden, int k) {
        List<Integer> ranked = Similarities.highest(scores, k, seen).stream().map(Similarities.Ranked::point).toList();
        return RankingQuality.of(ranked, hidden, k).recall();
    }
}
