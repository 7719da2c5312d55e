package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * Mutual reachability of points of many dimensions, where trees cut nothing off: blocks of points are multiplied in single
 * precision, and whatever may lie nearer than what is known is measured in double precision.
 */
final class WideReachability extends Reachability {
    private static final int POINTS_AT_A_TIME = 2 * Panels.STEP;
    /** Half a unit in the last place of 1, for single precision. */
    private static final double ROUNDING = 0x1p-24;

    private final Matrix points;
    private final Metric metric;
    private final Matrix factors;
    private final Panels panels;
    private final double[] squares;
    /** A bound for the error of a squared distance, in parts of the two points' squared lengths. */
    private final double error;

    /** Lists neighbours and finds core distances; {@link TreeReachability}. */
    WideReachability(Matrix points, int[] counts, int minSamples, int listed, Metric metric, WorkerPool pool, Progress progress) {
        super(points.rows(), listed);
        this.points = points;
        this.metric = metric;
        Neighbours neighbours = new NeighbourSearch(points, metric, pool).among(listed, progress);
        Arrays.fill(places, -1);
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        pool.run(points.rows(), (row, _) -> {
            for (int rank = 0; rank < neighbours.k(); rank++) {
                places[row * listed + rank] = neighbours.index(row, rank);
                distances[row * listed + rank] = metric.distance(points, row, points, neighbours.index(row, rank));
            }
        });
        setCores(counts, minSamples);
        factors = Rows.centred(metric == Metric.COSINE ? Rows.unit(points) : points);
        panels = Panels.of(factors);
        squares = Rows.squares(factors);
        error = (points.columns() + 16) * ROUNDING;
    }

    @Override
    int row(int place) {
        return place;
    }

    @Override
    double distance(double measured) {
        return measured;
    }

    @Override
    void search(int[] wanted, Round round, WorkerPool pool) {
        int each = (wanted.length + pool.threads() - 1) / pool.threads();
        int block = Math.clamp(each, 1, Panels.blockRows(points.columns()));
        Search[] searches = new Search[pool.threads()];
        pool.run((wanted.length + block - 1) / block, (item, worker) -> {
            Search own = searches[worker];
            if (own == null) {
                own = searches[worker] = new Search(round, block);
            }
            own.run(Arrays.copyOfRange(wanted, item * block, Math.min(wanted.length, (item + 1) * block)));
        });
    }

    /** One block of searches after the other. */
    private final class Search {
        private final Round round;
        private final Panels.Block products = new Panels.Block();
        private final Matrix rows;
        private final float[] scores;
        private final double[] limits;
        private final double[] weights;
        private final int[] partners;

        Search(Round round, int block) {
            this.round = round;
            rows = Matrix.zeros(block, factors.columns());
            scores = new float[(block + 1) * POINTS_AT_A_TIME];
            limits = new double[block];
            weights = new double[block];
            partners = new int[block];
        }

        void run(int[] block) {
            int count = 0;
            for (int place : block) {
                if (round.weights()[place] <= round.limit(place)) { // else others of its component have nearer ones by now
                    block[count++] = place;
                }
            }
            if (count == 0) {
                return;
            }
            int width = factors.columns();
            for (int i = 0; i < count; i++) {
                System.arraycopy(factors.data(), block[i] * width, rows.data(), i * width, width);
                limits[i] = weights[i] = round.limit(block[i]);
                partners[i] = -1;
            }
            products.take(rows, 0, count);
            for (int from = 0; from < points(); from += POINTS_AT_A_TIME) {
                int to = Math.min(points(), from + POINTS_AT_A_TIME);
                products.times(panels, from, to, scores, POINTS_AT_A_TIME);
                for (int i = 0; i < count; i++) {
                    scan(i, block[i], from, to);
                }
            }
            for (int i = 0; i < count; i++) {
                round.found(block[i], partners[i], weights[i], limits[i]);
            }
        }

        private void scan(int i, int place, int from, int to) {
            int component = round.components()[place];
            if (cores[place] > weights[i]) {
                return;
            }
            double square = squares[place];
            for (int other = from; other < to; other++) {
                double sum = square + squares[other];
                double least = sum - 2 * scores[i * POINTS_AT_A_TIME + other - from] - error * sum;
                double most = metric == Metric.COSINE ? 2 * weights[i] : weights[i] * weights[i];
                if (least <= most && round.components()[other] != component && cores[other] <= weights[i]) {
                    double own = weight(place, other, metric.distance(points, place, points, other));
                    if (own <= weights[i]
                            && (partners[i] < 0 || before(own, place, other, weights[i], place, partners[i]))) {
                        weights[i] = own;
                        partners[i] = other;
                    }
                }
            }
        }
    }
}
