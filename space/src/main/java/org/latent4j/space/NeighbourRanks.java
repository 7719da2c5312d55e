package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/**
 * Where points stand in the order of nearness seen from others of the same points, prepared once. Not safe for use from several threads at
 * once; the points must not change.
 */
public final class NeighbourRanks {
    /** Points that are ranked at a time if one of them is above a step. */
    private static final int RANKED = 32;

    private final Matrix points;
    private final WorkerPool pool;
    private final Factors factors;
    private final Panels panels;
    private final Own[] own;

    /** What a worker needs for itself. */
    private static final class Own {
        final Panels.Block block = new Panels.Block();
        float[] scores = {};
    }

    /**
     * Prepares ranks of points, {@code [points, width]}.
     *
     * @throws LatentException if a value isn't finite
     * @throws IllegalArgumentException for a metric that isn't one of products
     */
    public NeighbourRanks(Matrix points, Metric metric, WorkerPool pool) {
        this.points = points;
        this.pool = pool;
        this.factors = new Factors(points, metric, pool);
        if (!factors.isUsed()) {
            throw new IllegalArgumentException("ranks by " + metric);
        }
        this.panels = factors.panels(pool);
        this.own = new Own[pool.threads()];
        Arrays.setAll(own, _ -> new Own());
    }

    /**
     * Where some points stand in the order of nearness seen from others: 1 is the nearest of all other points, ties by index. In
     * single precision, so points within a rounding error of each other may change places.
     *
     * @param rows from which points it is seen, {@code [rows]}
     * @param seen which points, {@code [rows, k]}
     * @return ranks {@code [rows, k]}
     */
    public int[] of(int[] rows, int[] seen, int k) {
        int[] ranks = new int[seen.length];
        int n = points.rows();
        int block = Math.clamp((1 << 22) / Math.max(1, n), 2, 48);
        int stride = (n + Panels.STEP - 1) / Panels.STEP * Panels.STEP;
        pool.run((rows.length + block - 1) / block, (item, worker) -> {
            int from = item * block;
            int count = Math.min(block, rows.length - from);
            Matrix left = Matrix.zeros(count, points.columns());
            for (int r = 0; r < count; r++) {
                factors.write(points, rows[from + r], left.data(), r * points.columns());
            }
            Own mine = own[worker];
            mine.block.take(left, 0, count);
            if (mine.scores.length < mine.block.roundedRows() * stride) {
                mine.scores = new float[mine.block.roundedRows() * stride];
            }
            mine.block.times(panels, 0, n, mine.scores, stride);
            for (int r = 0; r < count; r++) {
                factors.adjust(mine.scores, r * stride, n, 0);
                rank(mine.scores, r * stride, rows[from + r], seen, (from + r) * k, k, ranks);
            }
        });
        return ranks;
    }

    /**
     * The seen points' scores in order, the best first, are steps: all others are counted by how many steps they are not above. In a
     * poor map nearly every point is above some, so that the step is found without a branch; in a good one few are above any. Copies of
     * the last step's point stand behind it, once its index is passed: they are no more looked at than others that aren't above it.
     */
    private void rank(float[] scores, int at, int self, int[] seen, int seenAt, int k, int[] ranks) {
        int[] order = order(scores, at, seen, seenAt, k);
        int half = Integer.highestOneBit(k);
        float[] steps = new float[2 * half];
        Arrays.fill(steps, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < k; j++) {
            steps[j] = scores[at + seen[seenAt + order[j]]];
        }
        scores[at + self] = -Float.MAX_VALUE;
        int[] before = new int[2 * half];
        int end = at + points.rows();
        int lastSeen = at + seen[seenAt + order[k - 1]]; // of equally high ones it has the highest index
        for (int from = at; from < end; from += RANKED) {
            int to = Math.min(end, from + RANKED);
            float exceeded = from > lastSeen ? steps[k - 1] : Math.nextDown(steps[k - 1]);
            for (int i = Panels.firstAbove(scores, from, to, exceeded); i < to; i++) {
                float score = scores[i];
                int place = 0;
                for (int step = half; step > 0; step >>= 1) { // a difference's sign bit is 1 where the score is above the step
                    place += step & (Float.floatToRawIntBits(steps[place + step - 1] - score) >>> 31) - 1;
                }
                while (place > 0 && steps[place - 1] == score && i - at < seen[seenAt + order[place - 1]]) {
                    place--;
                }
                before[place]++;
            }
        }
        int rank = 1;
        for (int j = 0; j < k; j++) {
            rank += before[j];
            ranks[seenAt + order[j]] = rank;
        }
    }

    private static int[] order(float[] scores, int at, int[] seen, int seenAt, int k) {
        int[] order = new int[k];
        for (int j = 0; j < k; j++) {
            int to = j;
            for (; to > 0 && comesBefore(scores, at, seen[seenAt + j], seen[seenAt + order[to - 1]]); to--) {
                order[to] = order[to - 1];
            }
            order[to] = j;
        }
        return order;
    }

    private static boolean comesBefore(float[] scores, int at, int point, int other) {
        return scores[at + point] > scores[at + other] || scores[at + point] == scores[at + other] && point < other;
    }
}
