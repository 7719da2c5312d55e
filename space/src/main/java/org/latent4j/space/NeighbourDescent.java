package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * Nearly all nearest neighbours of many points in a time that grows little faster than their number (Dong, Charikar and Li
 * 2011): neighbours' neighbours are tried until few are nearer. It begins with the points that fall into the same leaves of some
 * trees of random splits (Dasgupta and Freund 2008).
 *
 * <p>Every point looks at its candidates by itself and changes its own list alone, from the lists as they were at the round's
 * beginning; so the same seed gives the same bits on any number of threads. A pair is measured from both ends for that.
 */
public final class NeighbourDescent {
    private static final int TREES = 8;
    private static final int MOST_ROUNDS = 12;
    /** It ends where fewer than this share of all neighbours changed. */
    private static final double STILL = 0.001;
    private static final int CHUNK = 256;

    private final Matrix points;
    private final Metric metric;
    private final Factors factors;
    /** The points leaf by leaf of the first tree: those that lie near each other lie near in memory, where they are looked for. */
    private final int[] order;
    /** Where each point is in {@link #order}. */
    private final int[] places;
    /** What is multiplied, in that order, {@code [points, width]}. */
    private final Matrix rows;
    private final int n;
    private final int k;
    private final int sampled;
    private final long seed;
    private final WorkerPool pool;
    private final int[] lists;
    private final float[] scores;
    private final boolean[] fresh;

    /**
     * Prepares a search.
     *
     * @param k how many other points of each point; all others where there are fewer
     * @throws LatentException if a value isn't finite, there is no point, or the result is larger than an array holds
     */
    public NeighbourDescent(Matrix points, Metric metric, int k, long seed, WorkerPool pool) {
        this.points = points;
        this.metric = metric;
        this.factors = new Factors(points, metric, pool);
        this.n = points.rows();
        this.k = Math.min(k, n - 1);
        if (this.k < 1 || (long) n * this.k > Integer.MAX_VALUE - 8) {
            throw new LatentException("%d neighbours of each of %d points can't be found; ask for at least 1 and at most %d"
                    .formatted(k, n, n == 0 ? 0 : Math.min(n - 1, (Integer.MAX_VALUE - 8) / n)));
        }
        this.sampled = Math.clamp(this.k, 4, 20);
        this.seed = seed;
        this.pool = pool;
        this.lists = new int[n * this.k];
        this.scores = new float[n * this.k];
        this.fresh = new boolean[n * this.k];
        Arrays.fill(lists, -1);
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        this.places = new int[n];
        Arrays.setAll(places, i -> i);
        Matrix given = factors.of(points, 0, n);
        this.order = new SplitTree(given, places, seed, 0, pool).items();
        for (int place = 0; place < n; place++) {
            places[order[place]] = place;
        }
        this.rows = ordered(given);
    }

    private Matrix ordered(Matrix given) {
        int width = given.columns();
        Matrix rows = Matrix.zeros(n, width);
        for (int place = 0; place < n; place++) {
            System.arraycopy(given.data(), order[place] * width, rows.data(), place * width, width);
        }
        return rows;
    }

    /** The neighbours, nearest first, measured in double precision. */
    public Neighbours run(Progress progress) {
        for (int tree = 0; tree < TREES; tree++) {
            joinLeaves(new SplitTree(rows, places, seed, tree, pool));
            progress.report("Finding neighbours", tree + 1L, TREES + MOST_ROUNDS, Progress.Unit.STEPS);
        }
        fillUp();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            if (round(round) < STILL * n * k) {
                break;
            }
            progress.report("Finding neighbours", TREES + round + 1L, TREES + MOST_ROUNDS, Progress.Unit.STEPS);
        }
        progress.report("Finding neighbours", TREES + MOST_ROUNDS, TREES + MOST_ROUNDS, Progress.Unit.STEPS);
        return measured();
    }

    private float score(int point, int other) {
        if (!factors.isUsed()) {
            return (float) -metric.distance(points, point, points, other);
        }
        int width = points.columns();
        float[] data = rows.data();
        return Panels.innerProduct(data, places[point] * width, data, places[other] * width, width) - factors.half(other);
    }

    /** Puts a point into another's list, which is sorted, best first; false if it isn't good enough or there already. */
    private boolean offer(int point, int other, float score) {
        int from = point * k;
        int last = from + k - 1;
        if (!(score > scores[last] || score == scores[last] && (lists[last] < 0 || other < lists[last]))) {
            return false;
        }
        int at = from;
        while (scores[at] > score || scores[at] == score && lists[at] >= 0 && lists[at] < other) {
            at++;
        }
        for (int i = from; i <= last; i++) {
            if (lists[i] == other) {
                return false;
            }
        }
        System.arraycopy(lists, at, lists, at + 1, last - at);
        System.arraycopy(scores, at, scores, at + 1, last - at);
        System.arraycopy(fresh, at, fresh, at + 1, last - at);
        lists[at] = other;
        scores[at] = score;
        fresh[at] = true;
        return true;
    }

    private void joinLeaves(SplitTree tree) {
        pool.run(tree.leaves(), (leaf, _) -> {
            int from = tree.start(leaf);
            int to = tree.start(leaf + 1);
            for (int i = from; i < to; i++) {
                int point = order[tree.item(i)];
                for (int j = from; j < to; j++) {
                    if (j != i) {
                        int other = order[tree.item(j)];
                        offer(point, other, score(point, other));
                    }
                }
            }
        });
    }

    /** Where leaves were small, lists are filled with points drawn at random. */
    private void fillUp() {
        chunks((point, _) -> {
            SeededRandom random = new SeededRandom(seed, 1000L + point);
            for (int tried = 0; lists[point * k + k - 1] < 0 && tried < 20 * k; tried++) {
                int other = (int) (random.at(tried) * n);
                if (other != point) {
                    offer(point, other, score(point, other));
                }
            }
            for (int other = 0; lists[point * k + k - 1] < 0; other++) { // few points: all of them
                if (other != point) {
                    offer(point, other, score(point, other));
                }
            }
        });
    }

    /** Work on one point with a buffer of the worker's own, {@code [n]} stamps. */
    private interface PointTask {
        void run(int point, int worker);
    }

    private void chunks(PointTask task) {
        pool.run((n + CHUNK - 1) / CHUNK, (chunk, worker) -> {
            for (int place = chunk * CHUNK; place < Math.min(n, (chunk + 1) * CHUNK); place++) {
                task.run(order[place], worker);
            }
        });
    }

    /** One round; returns how many neighbours changed. */
    private long round(int round) {
        Candidates candidates = new Candidates(round);
        int[][] seen = new int[pool.threads()][];
        long[] changed = new long[pool.threads()];
        chunks((point, worker) -> {
            int[] stamps = seen[worker] == null ? seen[worker] = new int[n] : seen[worker];
            changed[worker] += candidates.tryAll(point, stamps);
        });
        long sum = 0;
        for (long some : changed) {
            sum += some;
        }
        return sum;
    }

    /** A sample of each point's neighbours and of those whose neighbour it is, the fresh ones before the others. */
    private final class Candidates {
        private final int[] freshOnes = new int[n * sampled];
        private final int[] oldOnes = new int[n * sampled];

        Candidates(int round) {
            int[] counts = new int[n + 1];
            for (int other : lists) {
                counts[other + 1]++;
            }
            Arrays.parallelPrefix(counts, Integer::sum);
            int[] next = counts.clone();
            int[] back = new int[lists.length];
            for (int e = 0; e < lists.length; e++) {
                back[next[lists[e]]++] = e;
            }
            Arrays.fill(freshOnes, -1);
            Arrays.fill(oldOnes, -1);
            long[][] priorities = new long[pool.threads()][2 * sampled];
            chunks((point, worker) -> {
                long[] best = priorities[worker];
                Arrays.fill(best, Long.MAX_VALUE);
                for (int e = point * k; e < (point + 1) * k; e++) {
                    sample(best, point, lists[e], fresh[e], round);
                }
                for (int b = counts[point]; b < counts[point + 1]; b++) {
                    sample(best, point, back[b] / k, fresh[back[b]], round);
                }
            });
            chunks((point, _) -> { // what was sampled counts as tried
                for (int e = point * k; e < (point + 1) * k; e++) {
                    for (int s = point * sampled; fresh[e] && s < (point + 1) * sampled; s++) {
                        fresh[e] = freshOnes[s] != lists[e];
                    }
                }
            });
        }

        /** Keeps the candidates of least priority, a number drawn for the pair. */
        private void sample(long[] best, int point, int other, boolean isFresh, int round) {
            int[] ones = isFresh ? freshOnes : oldOnes;
            int base = isFresh ? 0 : sampled;
            int to = point * sampled;
            long priority = new SeededRandom(seed ^ point, 1L << 40 | round).bits(other) >>> 1;
            if (priority >= best[base + sampled - 1]) {
                return;
            }
            for (int s = 0; s < sampled; s++) {
                if (ones[to + s] == other) {
                    return;
                }
            }
            int at = sampled - 1;
            for (; at > 0 && best[base + at - 1] > priority; at--) {
                best[base + at] = best[base + at - 1];
                ones[to + at] = ones[to + at - 1];
            }
            best[base + at] = priority;
            ones[to + at] = other;
        }

        /** Tries the candidates of a point's candidates where one of the two steps is fresh. */
        long tryAll(int point, int[] stamps) {
            int stamp = point + 1;
            stamps[point] = stamp;
            for (int e = point * k; e < (point + 1) * k; e++) {
                stamps[lists[e]] = stamp;
            }
            long changed = 0;
            for (int s = point * sampled; s < (point + 1) * sampled; s++) {
                if (freshOnes[s] >= 0) {
                    changed += tryThose(point, freshOnes, freshOnes[s], stamps, stamp);
                    changed += tryThose(point, oldOnes, freshOnes[s], stamps, stamp);
                }
                if (oldOnes[s] >= 0) {
                    changed += tryThose(point, freshOnes, oldOnes[s], stamps, stamp);
                }
            }
            return changed;
        }

        private long tryThose(int point, int[] ones, int middle, int[] stamps, int stamp) {
            long changed = 0;
            for (int s = middle * sampled; s < (middle + 1) * sampled && ones[s] >= 0; s++) {
                if (stamps[ones[s]] != stamp) {
                    stamps[ones[s]] = stamp;
                    changed += offer(point, ones[s], score(point, ones[s])) ? 1 : 0;
                }
            }
            return changed;
        }
    }

    private Neighbours measured() {
        float[] distances = new float[lists.length];
        chunks((point, _) -> {
            double[] exact = new double[k];
            for (int i = 0; i < k; i++) {
                double distance = metric.distance(points, point, points, lists[point * k + i]);
                int other = lists[point * k + i];
                int at = i;
                while (at > 0 && (exact[at - 1] > distance || exact[at - 1] == distance && lists[point * k + at - 1] > other)) {
                    exact[at] = exact[at - 1];
                    lists[point * k + at] = lists[point * k + at - 1];
                    at--;
                }
                exact[at] = distance;
                lists[point * k + at] = other;
            }
            for (int i = 0; i < k; i++) {
                distances[point * k + i] = (float) exact[i];
            }
        });
        return new Neighbours(n, k, lists, distances, metric);
    }
}
