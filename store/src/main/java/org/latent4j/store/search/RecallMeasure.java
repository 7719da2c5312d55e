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

/**
 * Measures what an index finds against exact search. Queries are points of the space moved aside by one and a half times their length in a
 * random direction: real queries lie beside the points, and points themselves are found more easily.
 */
final class RecallMeasure {
    private static final int QUERIES = 200;
    private static final int[] CANDIDATES = {10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 640, 1280};
    private static final double ASIDE = 1.5;
    /** More candidates aren't tried once so much is found. */
    private static final double ENOUGH = 0.995;

    private RecallMeasure() {}

    static Recall of(SearchIndex index, Space space, Metric metric, WorkerPool pool) {
        if (space.size() < 2) {
            return new Recall(0, List.of(new Recall.Step(CANDIDATES[0], 1)));
        }
        Matrix queries = queries(space.vectors(), sample(space.size()));
        Neighbours exact = Neighbours.of(queries, space.vectors(), Recall.AT, metric, pool);
        List<Recall.Step> steps = new ArrayList<>();
        for (int candidates : CANDIDATES) {
            double recall = recall(index, exact, queries, candidates);
            steps.add(new Recall.Step(candidates, recall));
            if (recall >= ENOUGH) {
                break;
            }
        }
        return new Recall(queries.rows(), List.copyOf(steps));
    }

    private static int[] sample(int points) {
        SeededRandom random = new SeededRandom(0, 0);
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; chosen.size() < Math.min(QUERIES, points); i++) {
            chosen.add((int) (random.at(i) * points));
        }
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static Matrix queries(Matrix points, int[] sample) {
        int width = points.columns();
        Matrix queries = Matrix.zeros(sample.length, width);
        for (int row = 0; row < sample.length; row++) {
            SeededRandom random = new SeededRandom(1, row);
            float[] point = points.row(sample[row]);
            double[] aside = new double[width];
            double length = 0;
            double asideLength = 0;
            for (int i = 0; i < width; i++) {
                aside[i] = Math.sqrt(-2 * Math.log(1 - random.at(2L * i))) * Math.cos(2 * Math.PI * random.at(2L * i + 1));
                length += (double) point[i] * point[i];
                asideLength += aside[i] * aside[i];
            }
            double scale = ASIDE * Math.sqrt(length / asideLength);
            for (int i = 0; i < width; i++) {
                queries.data()[row * width + i] = (float) (point[i] + scale * aside[i]);
            }
        }
        return queries;
    }

    /** The share of the exact nearest among so many candidates. */
    private static double recall(SearchIndex index, Neighbours exact, Matrix queries, int candidates) {
        long found = 0;
        for (int row = 0; row < queries.rows(); row++) {
            Set<Integer> near = new HashSet<>();
            Arrays.stream(index.near(queries.row(row), candidates, Optional.empty())).forEach(near::add);
            for (int rank = 0; rank < exact.k(); rank++) {
                found += near.contains(exact.index(row, rank)) ? 1 : 0;
            }
        }
        return (double) found / ((long) queries.rows() * exact.k());
    }
}
