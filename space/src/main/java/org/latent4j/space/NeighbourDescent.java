package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PickedRows;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * Nearly all nearest neighbours of many points in a time that grows little faster than their number (Dong, Charikar and Li
 * 2011): neighbours' neighbours are tried until few are nearer. It begins with the points that fall into the same leaves of some
 * trees of random splits (Dasgupta and Freund 2008).
 *
 * <p>Points are renamed by the leaves of one such tree, so that those which lie near each other lie near in memory, where they are
 * looked for. Points that are tried with each other are multiplied as a group, each pair once, and offered to both lists. A list
 * keeps the best of what it is offered, whatever came first, and what is offered in a round depends on the lists at its beginning
 * alone; so the same seed gives the same bits on any number of threads.
 */
public final class NeighbourDescent {
    private static final int TREES = 12;
    private static final int MOST_ROUNDS = 12;
    /** Of each kind of candidates; both kinds together fill one of {@link org.latent4j.kernel.Panels}' steps or half of one. */
    private static final int SAMPLED = 24;
    /** It ends where fewer than this share of all neighbours changed. */
    private static final double STILL = 0.001;
    private static final int CHUNK = 256;
    private static final int LOCKS = 1024;
    /** What is known of an entry of a list: tried with the others, waiting to be, or here since this round as well. */
    private static final byte TRIED = 0;
    private static final byte FRESH = 1;
    private static final byte NEW = 2;

    private final Matrix points;
    private final Metric metric;
    private final boolean byProducts;
    /** Which point each name is of: the points leaf by leaf. */
    private final int[] order;
    /** What is multiplied, by name, {@code [points, width]}. */
    private final Matrix rows;
    /** What is taken off a product with each, by name. */
    private final float[] halves;
    private final int n;
    private final int k;
    private final int sampled;
    private final long seed;
    private final WorkerPool pool;
    private final int[] lists;
    private final float[] scores;
    private final byte[] states;
    private final Object[] locks = new Object[LOCKS];

    /**
     * Prepares a search.
     *
     * @param k how many other points of each point; all others where there are fewer
     * @throws LatentException if a value isn't finite, there is no point, or the result is larger than an array holds
     */
    public NeighbourDescent(Matrix points, Metric metric, int k, long seed, WorkerPool pool) {
        this.points = points;
        this.metric = metric;
        this.n = points.rows();
        this.k = Math.min(k, n - 1);
        if (this.k < 1 || (long) n * this.k > Integer.MAX_VALUE - 8) {
            throw new LatentException("%d neighbours of each of %d points can't be found; ask for at least 1 and at most %d"
                    .formatted(k, n, n == 0 ? 0 : Math.min(n - 1, (Integer.MAX_VALUE - 8) / n)));
        }
        this.sampled = Math.min(SAMPLED, (Integer.MAX_VALUE - 8) / n);
        this.seed = seed;
        this.pool = pool;
        Factors factors = new Factors(points, metric, pool);
        this.byProducts = factors.isUsed();
        this.order = new SplitTree(factors.of(points, 0, n), seed, TREES, pool).items();
        this.rows = Matrix.zeros(n, points.columns());
        this.halves = new float[n];
        inChunks((name, _) -> {
            factors.write(points, order[name], rows.data(), name * points.columns());
            halves[name] = factors.half(order[name]);
        });
        this.lists = new int[n * this.k];
        this.scores = new float[n * this.k];
        this.states = new byte[n * this.k];
        Arrays.fill(lists, -1);
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        Arrays.setAll(locks, _ -> new Object());
    }

    /** The neighbours, nearest first, measured in double precision. */
    public Neighbours run(Progress progress) {
        for (int tree = 0; tree < TREES; tree++) {
            joinLeaves(new SplitTree(rows, seed, tree, pool));
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

    /** Work on one point. */
    private interface PointTask {
        void run(int point, int worker);
    }

    private void inChunks(PointTask task) {
        pool.run((n + CHUNK - 1) / CHUNK, (chunk, worker) -> {
            for (int point = chunk * CHUNK; point < Math.min(n, (chunk + 1) * CHUNK); point++) {
                task.run(point, worker);
            }
        });
    }

    /** Puts a point into another's list, which is sorted, best first, unless it isn't good enough or there already. */
    private void offer(int point, int other, float score) {
        int from = point * k;
        int last = from + k - 1;
        if (!(score > scores[last] || score == scores[last] && (lists[last] < 0 || other < lists[last]))) {
            return;
        }
        int at = from;
        while (scores[at] > score || scores[at] == score && lists[at] >= 0 && lists[at] < other) {
            at++;
        }
        for (int i = from; i <= last; i++) {
            if (lists[i] == other) {
                return;
            }
        }
        System.arraycopy(lists, at, lists, at + 1, last - at);
        System.arraycopy(scores, at, scores, at + 1, last - at);
        System.arraycopy(states, at, states, at + 1, last - at);
        lists[at] = other;
        scores[at] = score;
        states[at] = NEW;
    }

    private float worst(int point) {
        return scores[point * k + k - 1];
    }

    /** Room for points to be tried with each other, for every worker. */
    private Group[] groups(int most) {
        Group[] groups = new Group[pool.threads()];
        Arrays.setAll(groups, _ -> new Group(most));
        return groups;
    }

    private void joinLeaves(SplitTree tree) {
        Group[] groups = groups(SplitTree.MOST_IN_LEAF);
        pool.run(tree.leaves(), (leaf, worker) -> {
            Group group = groups[worker];
            group.count = 0;
            for (int i = tree.start(leaf); i < tree.start(leaf + 1); i++) {
                group.add(tree.item(i));
            }
            group.join(group.count);
        });
    }

    /** Where leaves were small, lists are filled with points drawn at random. */
    private void fillUp() {
        Group[] groups = groups(2);
        inChunks((point, worker) -> {
            if (lists[point * k + k - 1] >= 0) {
                return;
            }
            Group group = groups[worker];
            SeededRandom random = new SeededRandom(seed, 1000L + point);
            for (int tried = 0; lists[point * k + k - 1] < 0 && tried < 20 * k; tried++) {
                group.offerOne(point, (int) (random.at(tried) * n));
            }
            for (int other = 0; lists[point * k + k - 1] < 0; other++) { // few points: all of them
                group.offerOne(point, other);
            }
        });
    }

    /** One round; returns how many neighbours changed. */
    private long round(int round) {
        Candidates candidates = new Candidates(round);
        Group[] groups = groups(2 * sampled);
        inChunks((point, worker) -> candidates.join(point, groups[worker]));
        long changed = 0;
        for (byte state : states) {
            changed += state == NEW ? 1 : 0;
        }
        return changed;
    }

    /** Points that are tried with each other. Belongs to one worker. */
    private final class Group {
        private final int[] members;
        private final float[] worst;
        private final PickedRows products;
        private int count;

        Group(int most) {
            members = new int[most];
            worst = new float[most];
            products = new PickedRows(byProducts ? most : 0, rows.columns());
        }

        void add(int point) {
            members[count++] = point;
        }

        /** Tries the first {@code first} members with all. */
        void join(int first) {
            for (int i = 0; i < count; i++) {
                worst[i] = worst(members[i]); // others may raise it meanwhile, which offer sees
            }
            float[] out = byProducts ? products.products(rows, members, count, first) : new float[0];
            for (int i = 0; i < first; i++) {
                for (int j = i + 1; j < count; j++) {
                    float product = byProducts ? out[i * products.stride() + j] : -distance(members[i], members[j]);
                    offer(i, j, product - halves[members[j]]);
                    offer(j, i, product - halves[members[i]]);
                }
            }
        }

        private void offer(int i, int j, float score) {
            int point = members[i];
            int other = members[j];
            if (score >= worst[i] && point != other) { // a point's neighbour may be one as whose neighbour it is known
                synchronized (locks[point % LOCKS]) {
                    NeighbourDescent.this.offer(point, other, score);
                }
            }
        }

        /** Offers a point to another one's list alone. */
        void offerOne(int point, int other) {
            if (point == other) {
                return;
            }
            members[0] = point;
            members[1] = other;
            float product = byProducts ? products.products(rows, members, 2, 1)[1] : -distance(point, other);
            NeighbourDescent.this.offer(point, other, product - halves[other]);
        }

        private float distance(int point, int other) {
            return (float) metric.distance(rows, point, rows, other);
        }
    }

    /** A sample of each point's neighbours and of those whose neighbour it is: some fresh ones, and some that were tried before. */
    private final class Candidates {
        private final int[] freshOnes = new int[n * sampled];
        private final int[] triedOnes = new int[n * sampled];

        Candidates(int round) {
            int[] starts = new int[n + 1];
            for (int other : lists) {
                starts[other + 1]++;
            }
            Arrays.parallelPrefix(starts, Integer::sum);
            int[] next = starts.clone();
            int[] back = new int[lists.length];
            for (int e = 0; e < lists.length; e++) {
                back[next[lists[e]]++] = e;
            }
            Arrays.fill(freshOnes, -1);
            Arrays.fill(triedOnes, -1);
            long[][] priorities = new long[pool.threads()][2 * sampled];
            inChunks((point, worker) -> {
                long[] best = priorities[worker];
                Arrays.fill(best, Long.MAX_VALUE);
                for (int e = point * k; e < (point + 1) * k; e++) {
                    sample(best, point, lists[e], states[e] != TRIED, round);
                }
                for (int b = starts[point]; b < starts[point + 1]; b++) {
                    sample(best, point, back[b] / k, states[back[b]] != TRIED, round);
                }
            });
            inChunks((point, _) -> {
                for (int e = point * k; e < (point + 1) * k; e++) {
                    states[e] = states[e] != TRIED && !isSampled(point, lists[e]) ? FRESH : TRIED;
                }
            });
        }

        private boolean isSampled(int point, int other) {
            for (int s = point * sampled; s < (point + 1) * sampled; s++) {
                if (freshOnes[s] == other) {
                    return true;
                }
            }
            return false;
        }

        /** Keeps the candidates of least priority, a number drawn for the pair. */
        private void sample(long[] best, int point, int other, boolean isFresh, int round) {
            int[] ones = isFresh ? freshOnes : triedOnes;
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

        /** Tries a point's candidates with each other where one of the two is fresh. */
        void join(int point, Group group) {
            group.count = 0;
            add(group, freshOnes, point);
            int fresh = group.count;
            if (fresh > 0) {
                add(group, triedOnes, point);
                group.join(fresh);
            }
        }

        private void add(Group group, int[] ones, int point) {
            for (int s = point * sampled; s < (point + 1) * sampled && ones[s] >= 0; s++) {
                group.add(ones[s]);
            }
        }
    }

    private Neighbours measured() {
        int[] indices = new int[lists.length];
        float[] distances = new float[lists.length];
        inChunks((name, _) -> {
            int point = order[name];
            double[] exact = new double[k];
            for (int i = 0; i < k; i++) {
                int other = order[lists[name * k + i]];
                double distance = metric.distance(points, point, points, other);
                int at = i;
                while (at > 0 && (exact[at - 1] > distance || exact[at - 1] == distance && indices[point * k + at - 1] > other)) {
                    exact[at] = exact[at - 1];
                    indices[point * k + at] = indices[point * k + at - 1];
                    at--;
                }
                exact[at] = distance;
                indices[point * k + at] = other;
            }
            for (int i = 0; i < k; i++) {
                distances[point * k + i] = (float) exact[i];
            }
        });
        return new Neighbours(n, k, indices, distances, metric);
    }
}
