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
 * Measures what an index finds against exact search, for two kinds of queries: points of the space moved aside in a random direction by
 * one and a half times their length, and by three times. Real queries lie beside the points, and points themselves are found more easily;
 * queries that have to do with nothing in the space are found worst. What is stated is what 19 of 20 such measurements would reach.
 *
 * <p>Compared with queries that were really asked of 19,000 descriptions of packages and of 20,000 Gaussian points: descriptions that
 * were held out are found better than the first kind says, texts about something else and Gaussian points better than, or as, the second.
 */
final class RecallMeasure {
    private static final int QUERIES = 200;
    private static final int[] CANDIDATES = {10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 640, 1280};
    private static final double BESIDE = 1.5;
    private static final double FAR = 3;
    /** More candidates aren't tried once so much is found. */
    private static final double ENOUGH = 0.995;
    /** So many standard errors below the mean lies what is reached in 19 of 20 cases. */
    private static final double ERRORS = 1.645;
    /** Where nothing was missed: 3 of so many queries might yet miss one of their ten. */
    private static final double UNSEEN = 3.0 / Recall.AT;

    private final SearchIndex index;
    private final Space space;
    private final Metric metric;
    private final WorkerPool pool;

    private RecallMeasure(SearchIndex index, Space space, Metric metric, WorkerPool pool) {
        this.index = index;
        this.space = space;
        this.metric = metric;
        this.pool = pool;
    }

    static Recall of(SearchIndex index, Space space, Metric metric, WorkerPool pool) {
        return new RecallMeasure(index, space, metric, pool).measured();
    }

    /** Queries of one kind and their nearest points. */
    private record Asked(Matrix queries, Neighbours exact) {}

    private Recall measured() {
        Asked beside = asked(BESIDE, 1);
        Asked far = asked(FAR, 2);
        List<Recall.Step> steps = new ArrayList<>();
        for (int candidates : CANDIDATES) {
            double recall = least(found(beside, candidates), candidates);
            steps.add(new Recall.Step(candidates, recall, Math.min(recall, least(found(far, candidates), candidates))));
            if (recall >= ENOUGH) {
                break;
            }
        }
        return new Recall(beside.queries.rows(), List.copyOf(steps));
    }

    private Asked asked(double aside, long seed) {
        Matrix queries = queries(space.vectors(), sample(space.size()), aside, seed);
        return new Asked(queries, Neighbours.of(queries, space.vectors(), Recall.AT, metric, pool));
    }

    /** The share of the exact nearest of each query among so many candidates. */
    private double[] found(Asked asked, int candidates) {
        double[] shares = new double[asked.queries.rows()];
        pool.run(shares.length, (row, _) -> {
            Set<Integer> near = new HashSet<>();
            Arrays.stream(index.near(asked.queries.row(row), candidates, Optional.empty())).forEach(near::add);
            int found = 0;
            for (int rank = 0; rank < asked.exact.k(); rank++) {
                found += near.contains(asked.exact.index(row, rank)) ? 1 : 0;
            }
            shares[row] = (double) found / asked.exact.k();
        });
        return shares;
    }

    /** The mean's lower bound. */
    private double least(double[] shares, int candidates) {
        double mean = Arrays.stream(shares).average().orElse(1);
        if (mean == 1 && candidates >= space.size()) {
            return 1; // all points were looked at
        }
        double square = Arrays.stream(shares).map(share -> (share - mean) * (share - mean)).sum();
        double error = Math.sqrt(square / Math.max(1, shares.length - 1) / shares.length);
        return Math.max(0, Math.min(mean - ERRORS * error, 1 - UNSEEN / shares.length));
    }

    private static int[] sample(int points) {
        SeededRandom random = new SeededRandom(0, 0);
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; chosen.size() < Math.min(QUERIES, points); i++) {
            chosen.add((int) (random.at(i) * points));
        }
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static Matrix queries(Matrix points, int[] sample, double moved, long seed) {
        int width = points.columns();
        Matrix queries = Matrix.zeros(sample.length, width);
        for (int row = 0; row < sample.length; row++) {
            SeededRandom random = new SeededRandom(seed, row);
            float[] point = points.row(sample[row]);
            double[] aside = new double[width];
            double length = 0;
            double asideLength = 0;
            for (int i = 0; i < width; i++) {
                aside[i] = Math.sqrt(-2 * Math.log(1 - random.at(2L * i))) * Math.cos(2 * Math.PI * random.at(2L * i + 1));
                length += (double) point[i] * point[i];
                asideLength += aside[i] * aside[i];
            }
            double scale = moved * Math.sqrt(length / asideLength);
            for (int i = 0; i < width; i++) {
                queries.data()[row * width + i] = (float) (point[i] + scale * aside[i]);
            }
        }
        return queries;
    }
}
