package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

/**
 * Exact search for nearest points, prepared once for many queries. Blocks of queries are multiplied with blocks of points in
 * single precision; of every query the best candidates, a few more than wanted, are then measured in double precision and
 * ordered by that, ties by index. So results are those of a search in double precision unless more points than the spare
 * ones lie within a rounding error of the last.
 *
 * <p>A result depends on the query and the points alone: not on the other queries, not on the number of threads. Not safe for
 * use from several threads at once; the points must not change.
 */
public final class NeighbourSearch {
    /** Candidates beyond those wanted that are measured in double precision. */
    private static final int SPARE = 16;
    /** Points that are multiplied with a block of queries before their scores are looked through. */
    private static final int POINTS_AT_A_TIME = 192;
    /** The least points that are worth a worker of their own. */
    private static final int LEAST_PART = 2048;
    /** Points that are ranked at a time if one of them is above a step. */
    private static final int RANKED = 32;
    /** Queries between reports of progress. */
    private static final int REPORTED = 2048;

    private final Matrix points;
    private final Metric metric;
    private final WorkerPool pool;
    private final Factors factors;
    private final Panels panels;
    private final Own[] own;

    /** What a worker needs for itself. */
    private static final class Own {
        final Panels.Block block = new Panels.Block();
        float[] scores = {};
        double[] distances = {};
        int[] indices = {};
    }

    /**
     * Prepares a search among points, {@code [points, width]}.
     *
     * @throws LatentException if a value isn't finite
     */
    public NeighbourSearch(Matrix points, Metric metric, WorkerPool pool) {
        this.points = points;
        this.metric = metric;
        this.pool = pool;
        this.factors = new Factors(points, metric, pool);
        this.panels = factors.isUsed() ? factors.panels(pool) : Panels.of(Matrix.zeros(0, points.columns()));
        this.own = new Own[pool.threads()];
        Arrays.setAll(own, _ -> new Own());
    }

    /** The nearest points of each query, {@code [queries, width]}; {@link Neighbours#of}. */
    public Neighbours nearest(Matrix queries, int k) {
        return nearest(queries, k, Progress.NONE);
    }

    /** The nearest points of each query, telling how many queries are done. */
    public Neighbours nearest(Matrix queries, int k, Progress progress) {
        if (queries.columns() != points.columns()) {
            throw new LatentException("queries are %d wide and the points %d; both must come from the same model"
                    .formatted(queries.columns(), points.columns()));
        }
        requireFinite(queries, "query");
        return search(queries, k, false, progress);
    }

    /** The nearest other points of each point; {@link Neighbours#among}. */
    public Neighbours among(int k) {
        return among(k, Progress.NONE);
    }

    /** The nearest other points of each point, telling how many are done. */
    public Neighbours among(int k, Progress progress) {
        return search(points, k, true, progress);
    }

    private Neighbours search(Matrix queries, int wanted, boolean amongThemselves, Progress progress) {
        int k = Math.clamp(wanted, 0, Math.max(0, points.rows() - (amongThemselves ? 1 : 0)));
        if (wanted < 1) {
            throw new LatentException("%d nearest points are asked for; ask for at least 1".formatted(wanted));
        }
        int rows = queries.rows();
        if ((long) rows * k > Integer.MAX_VALUE - 8) {
            throw new LatentException("%d neighbours of each of %d points are more than fit in memory; ask for fewer than %d"
                    .formatted(k, rows, (Integer.MAX_VALUE - 8) / rows));
        }
        Neighbours found = new Neighbours(rows, k, new int[rows * k], new float[rows * k], metric);
        for (int from = 0; from < rows && k > 0; from += REPORTED) {
            int to = Math.min(rows, from + REPORTED);
            new Batch(queries, from, to, amongThemselves, found).run();
            progress.report("Finding neighbours", to, rows, Progress.Unit.STEPS);
        }
        return found;
    }

    /**
     * Where some points stand in the order of nearness seen from others: 1 is the nearest of all other points, ties by index. In
     * single precision, so points within a rounding error of each other may change places.
     *
     * @param rows from which points it is seen, {@code [rows]}
     * @param seen which points, {@code [rows, k]}
     * @return ranks {@code [rows, k]}
     */
    public int[] ranks(int[] rows, int[] seen, int k) {
        if (!factors.isUsed()) {
            throw new IllegalArgumentException("ranks by " + metric);
        }
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
     * poor map nearly every point is above some, so that the step is found without a branch; in a good one few are above any.
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
        for (int from = at; from < end; from += RANKED) {
            int to = Math.min(end, from + RANKED);
            for (int i = Panels.firstAbove(scores, from, to, Math.nextDown(steps[k - 1])); i < to; i++) {
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

    /** Some queries, and the blocks that they and the points are divided into. */
    private final class Batch {
        private final Matrix queries;
        private final int from;
        private final int to;
        private final boolean amongThemselves;
        private final Neighbours found;
        private final int capacity;
        private final int block;
        private final int blocks;
        private final int parts;
        private final int partPoints;

        Batch(Matrix queries, int from, int to, boolean amongThemselves, Neighbours found) {
            this.queries = queries;
            this.from = from;
            this.to = to;
            this.amongThemselves = amongThemselves;
            this.found = found;
            int n = points.rows();
            this.capacity = Math.min(n, found.k() + SPARE);
            int each = (to - from + pool.threads() - 1) / pool.threads();
            this.block = Math.clamp(each, 1, Panels.blockRows(points.columns()));
            this.blocks = (to - from + block - 1) / block;
            int most = Math.max(1, n / LEAST_PART);
            int wanted = blocks >= pool.threads() ? 1 : (pool.threads() + blocks - 1) / blocks;
            this.parts = Math.min(wanted, most);
            this.partPoints = (n / parts + Panels.STEP) / Panels.STEP * Panels.STEP;
        }

        void run() {
            Nearest[] byItem = new Nearest[parts == 1 ? pool.threads() : blocks * parts];
            pool.run(blocks * parts, (item, worker) -> {
                int place = parts == 1 ? worker : item;
                Nearest nearest = byItem[place] == null ? byItem[place] = new Nearest(capacity) : byItem[place];
                int start = from + item / parts * block;
                int end = Math.min(to, start + block);
                nearest.reset(end - start);
                int firstPoint = Math.min(points.rows(), item % parts * partPoints);
                scan(own[worker], start, end, firstPoint, Math.min(points.rows(), firstPoint + partPoints), nearest);
                for (int row = start; parts == 1 && row < end; row++) {
                    finish(own[worker], row, nearest, row - start);
                }
            });
            if (parts > 1) {
                pool.run(to - from, (query, worker) -> {
                    Nearest all = byItem[query / block * parts];
                    for (int part = 1; part < parts; part++) {
                        Nearest some = byItem[query / block * parts + part];
                        for (int i = 0; i < some.size(query % block); i++) {
                            all.offer(query % block, some.score(query % block, i), some.index(query % block, i));
                        }
                    }
                    finish(own[worker], from + query, all, query % block);
                });
            }
        }

        private void scan(Own own, int start, int end, int firstPoint, int lastPoint, Nearest nearest) {
            if (!factors.isUsed()) {
                for (int row = start; row < end; row++) {
                    for (int p = firstPoint; p < lastPoint; p++) {
                        if (!amongThemselves || p != row) {
                            nearest.offer(row - start, (float) -metric.distance(queries, row, points, p), p);
                        }
                    }
                }
                return;
            }
            int stride = POINTS_AT_A_TIME;
            own.block.take(factors.of(queries, start, end), 0, end - start);
            if (own.scores.length < own.block.roundedRows() * stride) {
                own.scores = new float[own.block.roundedRows() * stride];
            }
            for (int p = firstPoint; p < lastPoint; p += stride) {
                int count = Math.min(stride, lastPoint - p);
                own.block.times(panels, p, p + count, own.scores, stride);
                for (int row = start; row < end; row++) {
                    int at = (row - start) * stride;
                    if (factors.byAngle() && Factors.isZero(queries, row)) { // as far from everything as from everything else
                        Arrays.fill(own.scores, at, at + count, 0);
                    } else {
                        factors.adjust(own.scores, at, count, p);
                    }
                    offerAll(own.scores, at, count, p, amongThemselves ? row : -1, nearest, row - start);
                }
            }
        }

        private void offerAll(float[] scores, int at, int count, int firstPoint, int self, Nearest nearest, int query) {
            int end = at + count;
            for (int j = at; j < end; j++) {
                j = Panels.firstAbove(scores, j, end, nearest.threshold(query));
                if (j < end && firstPoint + j - at != self) {
                    nearest.offer(query, scores[j], firstPoint + j - at);
                }
            }
        }

        /** Measures a query's candidates exactly and writes the nearest of them to their places. */
        private void finish(Own own, int row, Nearest nearest, int query) {
            int count = nearest.size(query);
            if (own.distances.length < count) {
                own.distances = new double[count];
                own.indices = new int[count];
            }
            double square = factors.byAngle() ? Factors.square(queries, row) : 0;
            for (int i = 0; i < count; i++) {
                own.indices[i] = nearest.index(query, i);
                own.distances[i] = exact(row, square, own.indices[i]);
            }
            sort(own.distances, own.indices, count);
            int k = found.k();
            System.arraycopy(own.indices, 0, found.indices(), row * k, k);
            for (int i = 0; i < k; i++) {
                found.distances()[row * k + i] = (float) own.distances[i];
            }
        }

        private double exact(int row, double square, int point) {
            if (!factors.byAngle()) {
                return metric.distance(queries, row, points, point);
            }
            int width = points.columns();
            double dot = Metric.dot(queries.data(), row * width, points.data(), point * width, width);
            return metric.ofCosine(Metric.cosine(dot, square, factors.squares()[point]));
        }
    }

    /** Heapsort by distance, then by index. */
    private static void sort(double[] distances, int[] indices, int count) {
        for (int i = count / 2 - 1; i >= 0; i--) {
            sink(distances, indices, i, count);
        }
        for (int end = count - 1; end > 0; end--) {
            swap(distances, indices, 0, end);
            sink(distances, indices, 0, end);
        }
    }

    private static void sink(double[] distances, int[] indices, int from, int count) {
        int at = from;
        for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && before(distances, indices, child, child + 1)) {
                child++;
            }
            if (!before(distances, indices, at, child)) {
                return;
            }
            swap(distances, indices, at, child);
            at = child;
        }
    }

    private static boolean before(double[] distances, int[] indices, int a, int b) {
        return distances[a] < distances[b] || distances[a] == distances[b] && indices[a] < indices[b];
    }

    private static void swap(double[] distances, int[] indices, int a, int b) {
        double distance = distances[a];
        distances[a] = distances[b];
        distances[b] = distance;
        int index = indices[a];
        indices[a] = indices[b];
        indices[b] = index;
    }

    /** @throws LatentException naming the first point with a value that isn't finite */
    static void requireFinite(Matrix points, String what) {
        float[] data = points.data();
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new LatentException("%s %d has the value %s in column %d; points need finite values: remove or repair it"
                        .formatted(what, i / points.columns(), data[i], i % points.columns()));
            }
        }
    }
}
