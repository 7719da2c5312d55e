package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;

/** Measures what an index finds against exact search. */
final class RecallMeasure {
    private static final int QUERIES = 200;
    private static final int[] CANDIDATES = {10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 640, 1280};
    /** More candidates aren't tried once so much is found. */
    private static final double ENOUGH = 0.995;

    private RecallMeasure() {}

    static Recall of(SearchIndex index, Space space, Metric metric, WorkerPool pool) {
        if (space.size() < 2) {
            return new Recall(0, List.of(new Recall.Step(CANDIDATES[0], 1)));
        }
        int[] sample = sample(space.size());
        Matrix queries = rows(space.vectors(), sample);
        Neighbours exact = Neighbours.of(queries, space.vectors(), Recall.AT + 1, metric, pool);
        List<Recall.Step> steps = new ArrayList<>();
        for (int candidates : CANDIDATES) {
            double recall = recall(index, exact, sample, queries, candidates);
            steps.add(new Recall.Step(candidates, recall));
            if (recall >= ENOUGH) {
                break;
            }
        }
        return new Recall(sample.length, List.copyOf(steps));
    }

    private static int[] sample(int points) {
        SeededRandom random = new SeededRandom(0, 0);
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; chosen.size() < Math.min(QUERIES, points); i++) {
            chosen.add((int) (random.at(i) * points));
        }
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static Matrix rows(Matrix all, int[] wanted) {
        Matrix rows = Matrix.zeros(wanted.length, all.columns());
        for (int row = 0; row < wanted.length; row++) {
            System.arraycopy(all.data(), wanted[row] * all.columns(), rows.data(), row * all.columns(), all.columns());
        }
        return rows;
    }

    /** The share of the exact nearest, itself left out, among so many candidates and itself. */
    private static double recall(SearchIndex index, Neighbours exact, int[] sample, Matrix queries, int candidates) {
        long found = 0;
        long wanted = 0;
        for (int row = 0; row < sample.length; row++) {
            Set<Integer> near = new HashSet<>();
            Arrays.stream(index.near(queries.row(row), candidates + 1, Optional.empty())).forEach(near::add);
            int counted = 0;
            for (int rank = 0; rank < exact.k() && counted < Recall.AT; rank++) {
                if (exact.index(row, rank) != sample[row]) {
                    counted++;
                    found += near.contains(exact.index(row, rank)) ? 1 : 0;
                }
            }
            wanted += counted;
        }
        return (double) found / wanted;
    }
}
