package org.latent4j.space;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.DoubleSums;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

/**
 * Exact search for nearest points, prepared once for many queries. Blocks of queries are multiplied with blocks of points in single precision,
 * which bounds how near each pair can be; those that can be near enough are measured in double precision. So results are those of a search in
 * double precision, ties by index: they depend on the query and the points alone, not on the other queries, not on the number of threads.
 *
 * <p>Once enough is asked, products are shortened to the {@link LeadingDirections} of the points, where these tell most pairs apart.
 *
 * <p>Not safe for use from several threads at once; the points must not change.
 */
public final class NeighbourSearch {
    /** Points that are multiplied with a block of queries before their bounds are looked through. */
    private static final int POINTS_AT_A_TIME = 192;
    /** The least points that are worth a worker of their own. */
    private static final int LEAST_PART = 2048;
    /** Queries between reports of progress. */
    private static final int REPORTED = 2048;

    private final Matrix points;
    private final Metric metric;
    private final WorkerPool pool;
    private final Factors factors;
    private final Own[] own;
    private @Nullable ScoreBounds bounds;
    private boolean directionsSought;
    private long asked;

    /** What a worker needs for itself. */
    private static final class Own {
        final Panels.Block block = new Panels.Block();
        final int[] places = new int[POINTS_AT_A_TIME];
        float[] scores = {};
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
        asked += rows;
        for (int from = 0; from < rows && k > 0; from += REPORTED) {
            int to = Math.min(rows, from + REPORTED);
            new Batch(queries, from, to, amongThemselves, found, boundsFor(k)).run();
            progress.report("Finding neighbours", to, rows, Progress.Unit.STEPS);
        }
        return found;
    }

    /** Bounds by the products that are fastest for what has been asked so far; none for a metric that isn't one of products. */
    private Optional<ScoreBounds> boundsFor(int k) {
        if (!factors.isUsed()) {
            return Optional.empty();
        }
        if (!directionsSought && LeadingDirections.mayPay(asked, points.rows(), points.columns())) {
            directionsSought = true;
            Optional<Matrix> directions = LeadingDirections.of(factors, k, pool);
            if (directions.isPresent()) {
                bounds = null; // there may be no room for both
                bounds = new ScoreBounds(factors, metric, directions, pool);
            }
        }
        if (bounds == null) {
            bounds = new ScoreBounds(factors, metric, Optional.empty(), pool);
        }
        return Optional.of(bounds);
    }

    /** Some queries, and the blocks that they and the points are divided into. */
    private final class Batch {
        private final Matrix queries;
        private final int from;
        private final int to;
        private final boolean amongThemselves;
        private final Neighbours found;
        private final Optional<ScoreBounds> bounds;
        private final int block;
        private final int blocks;
        private final int parts;
        private final int partPoints;

        Batch(Matrix queries, int from, int to, boolean amongThemselves, Neighbours found, Optional<ScoreBounds> bounds) {
            this.queries = queries;
            this.from = from;
            this.to = to;
            this.amongThemselves = amongThemselves;
            this.found = found;
            this.bounds = bounds;
            int n = points.rows();
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
                Nearest nearest = byItem[place] == null ? byItem[place] = new Nearest(found.k()) : byItem[place];
                int start = from + item / parts * block;
                int end = Math.min(to, start + block);
                nearest.reset(end - start);
                int firstPoint = Math.min(points.rows(), item % parts * partPoints);
                int lastPoint = Math.min(points.rows(), firstPoint + partPoints);
                bounds.ifPresentOrElse(
                        some -> new Scan(some, queries, start, end, amongThemselves, nearest).run(own[worker], firstPoint, lastPoint),
                        () -> measureAll(start, end, firstPoint, lastPoint, nearest));
                for (int row = start; parts == 1 && row < end; row++) {
                    write(row, nearest, row - start);
                }
            });
            if (parts > 1) {
                pool.run(to - from, (query, _) -> {
                    Nearest all = byItem[query / block * parts];
                    for (int part = 1; part < parts; part++) {
                        Nearest some = byItem[query / block * parts + part];
                        for (int i = 0; i < some.size(query % block); i++) {
                            all.offer(query % block, some.distance(query % block, i), some.index(query % block, i));
                        }
                    }
                    write(from + query, all, query % block);
                });
            }
        }

        private void measureAll(int start, int end, int firstPoint, int lastPoint, Nearest nearest) {
            for (int row = start; row < end; row++) {
                for (int p = firstPoint; p < lastPoint; p++) {
                    if (!amongThemselves || p != row) {
                        nearest.offer(row - start, metric.distance(queries, row, points, p), p);
                    }
                }
            }
        }

        private void write(int row, Nearest nearest, int query) {
            nearest.sort(query);
            int k = found.k();
            for (int i = 0; i < k; i++) {
                found.indices()[row * k + i] = nearest.index(query, i);
                found.distances()[row * k + i] = (float) nearest.distance(query, i);
            }
        }
    }

    /** A block of queries on its way along points. */
    private final class Scan {
        private final ScoreBounds bounds;
        private final Matrix queries;
        private final int start;
        private final boolean amongThemselves;
        private final Nearest nearest;
        private final ScoreBounds.Reaches rows;
        private final double[] squares;

        Scan(ScoreBounds bounds, Matrix queries, int start, int end, boolean amongThemselves, Nearest nearest) {
            this.bounds = bounds;
            this.queries = queries;
            this.start = start;
            this.amongThemselves = amongThemselves;
            this.nearest = nearest;
            this.rows = bounds.of(queries, start, end);
            this.squares = new double[end - start];
            Arrays.setAll(squares, i -> factors.byAngle() ? Factors.square(queries, start + i) : 0);
        }

        void run(Own own, int firstPoint, int lastPoint) {
            int stride = POINTS_AT_A_TIME;
            own.block.take(rows.rows(), 0, squares.length);
            if (own.scores.length < own.block.roundedRows() * stride) {
                own.scores = new float[own.block.roundedRows() * stride];
            }
            for (int p = firstPoint; p < lastPoint; p += stride) {
                int count = Math.min(stride, lastPoint - p);
                own.block.times(bounds.panels(), p, p + count, own.scores, stride);
                for (int query = 0; query < squares.length; query++) {
                    bounds.adjust(own.scores, query * stride, count, p);
                    measure(own, query, query * stride, count, p);
                }
            }
        }

        /** Measures those of some points that can be among the nearest. */
        private void measure(Own own, int query, int at, int count, int firstPoint) {
            int self = amongThemselves ? start + query : -1;
            float least = least(query);
            int passing = Panels.allAbove(own.scores, at, at + count, least, own.places);
            for (int i = 0; i < passing; i++) {
                int place = own.places[i];
                int point = firstPoint + place - at;
                if (!(own.scores[place] <= least) && point != self) {
                    nearest.offer(query, distance(query, point), point);
                    least = least(query);
                }
            }
        }

        private float least(int query) {
            if (!nearest.isFull(query)) {
                return Float.NaN;
            }
            boolean zero = factors.byAngle() && squares[query] == 0; // as far from everything as from everything else
            double farthest = nearest.farthest(query);
            return zero || factors.differences() && farthest == 0 // equally near ones with lower indices have come before
                    ? Float.POSITIVE_INFINITY
                    : bounds.least(rows.squares()[query], farthest);
        }

        private double distance(int query, int point) {
            int row = start + query;
            if (!factors.byAngle()) {
                return metric.distance(queries, row, points, point);
            }
            int width = points.columns();
            double product = DoubleSums.product(queries.data(), row * width, points.data(), point * width, width);
            return metric.ofCosine(Metric.cosine(product, squares[query], factors.squares()[point]));
        }
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
