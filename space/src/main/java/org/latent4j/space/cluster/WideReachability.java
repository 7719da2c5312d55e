package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/**
 * Mutual reachability of points of many dimensions, where trees cut little off: blocks of points are multiplied in single precision,
 * and whatever may lie nearer than what is known is measured in double precision. Blocks that are too far as a whole are passed over
 * ({@link Balls}).
 */
final class WideReachability extends Reachability {
    /** Blocks between reports of progress. */
    private static final int REPORTED = 32;
    /** Into so many parts searches are divided: what the first find spares the rest. */
    private static final int PARTS = 4;

    private final Matrix points;
    private final Metric metric;
    private final Balls balls;
    private final double[] leastCore;
    private final int[] componentOfBlock;

    /** Lists neighbours and finds core distances; {@link TreeReachability}. */
    WideReachability(Matrix points, int[] counts, int minSamples, int listed, Metric metric, WorkerPool pool, Progress progress) {
        super(points.rows(), listed);
        this.points = points;
        this.metric = metric;
        this.balls = new Balls(metric == Metric.COSINE ? Rows.centredUnit(points) : Rows.centred(points), pool);
        list(pool, progress);
        setCores(counts, minSamples);
        this.leastCore = new double[balls.blocks()];
        this.componentOfBlock = new int[balls.blocks()];
        for (int block = 0; block < leastCore.length; block++) {
            leastCore[block] = Double.POSITIVE_INFINITY;
            for (int place = balls.start(block); place < balls.start(block + 1); place++) {
                leastCore[block] = Math.min(leastCore[block], cores[place]);
            }
        }
    }

    private void list(WorkerPool pool, Progress progress) {
        Arrays.fill(places, -1);
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        Listing[] listings = new Listing[pool.threads()];
        for (int first = 0; first < balls.blocks(); first += REPORTED) {
            int from = first;
            int to = Math.min(balls.blocks(), from + REPORTED);
            pool.run(to - from, (item, worker) -> {
                Listing own = listings[worker] == null ? listings[worker] = new Listing() : listings[worker];
                own.block(from + item);
            });
            progress.report("Finding neighbours", balls.start(to), points(), Progress.Unit.STEPS);
        }
    }

    @Override
    int row(int place) {
        return balls.row(place);
    }

    @Override
    double distance(double measured) {
        return measured;
    }

    private double between(int place, int other) {
        return metric.distance(points, row(place), points, row(other));
    }

    /** The square of the distance between the points as {@link Balls} has them; of unit length for the cosine. */
    private double square(double distance) {
        return metric == Metric.COSINE ? 2 * distance : distance * distance;
    }

    /** Lists the nearest of all points of a block; of equally near ones those that come first. */
    private final class Listing extends Balls.Scan {
        private final int[] asked = new int[Balls.BLOCK];

        Listing() {
            balls.super();
        }

        void block(int block) {
            int count = balls.start(block + 1) - balls.start(block);
            Arrays.setAll(asked, i -> balls.start(block) + i);
            take(asked, count);
            for (int i = 0; i < count; i++) {
                limit(i, Double.POSITIVE_INFINITY);
            }
            run(count);
        }

        @Override
        boolean leads(int query, int block) {
            return true;
        }

        @Override
        void meet(int query, int other) {
            int place = asked[query];
            if (other == place) {
                return;
            }
            double distance = between(place, other);
            int from = place * listed;
            int at = from + listed - 1;
            if (!before(distance, other, at)) {
                return;
            }
            for (; at > from && before(distance, other, at - 1); at--) {
                places[at] = places[at - 1];
                distances[at] = distances[at - 1];
            }
            places[at] = other;
            distances[at] = distance;
            limit(query, square(distances[from + listed - 1]));
        }

        private boolean before(double distance, int other, int at) {
            return distance < distances[at] || distance == distances[at] && (places[at] < 0 || row(other) < row(places[at]));
        }
    }

    @Override
    void search(int[] wanted, Round round, WorkerPool pool) {
        setComponents(round.components());
        Search[] searches = new Search[pool.threads()];
        int part = Math.max(pool.threads() * Balls.BLOCK, (wanted.length + PARTS - 1) / PARTS);
        for (int first = 0; first < wanted.length; first += part) {
            int[] places = Arrays.copyOfRange(wanted, first, Math.min(wanted.length, first + part));
            Arrays.sort(places); // near ones together
            pool.run((places.length + Balls.BLOCK - 1) / Balls.BLOCK, (block, worker) -> {
                Search own = searches[worker] == null ? searches[worker] = new Search(round) : searches[worker];
                own.block(places, block * Balls.BLOCK, Math.min(places.length, (block + 1) * Balls.BLOCK));
            });
        }
    }

    /** The component that all points of a block belong to, or -1. */
    private void setComponents(int[] components) {
        for (int block = 0; block < componentOfBlock.length; block++) {
            int first = components[balls.start(block)];
            boolean all = true;
            for (int place = balls.start(block) + 1; all && place < balls.start(block + 1); place++) {
                all = components[place] == first;
            }
            componentOfBlock[block] = all ? first : -1;
        }
    }

    /** One block of searches after the other. */
    private final class Search extends Balls.Scan {
        private final Round round;
        private final int[] asked = new int[Balls.BLOCK];
        private final double[] weights = new double[Balls.BLOCK];
        private final int[] partners = new int[Balls.BLOCK];

        Search(Round round) {
            balls.super();
            this.round = round;
        }

        void block(int[] wanted, int from, int to) {
            int count = 0;
            for (int i = from; i < to; i++) {
                if (round.weights()[wanted[i]] <= round.limit(wanted[i])) { // else others of its component have nearer ones by now
                    asked[count++] = wanted[i];
                }
            }
            if (count == 0) {
                return;
            }
            take(asked, count);
            double[] limits = new double[count];
            for (int i = 0; i < count; i++) {
                limits[i] = weights[i] = round.limit(asked[i]);
                partners[i] = -1;
                limit(i, cores[asked[i]] <= weights[i] ? square(weights[i]) : -1);
            }
            run(count);
            for (int i = 0; i < count; i++) {
                round.found(asked[i], partners[i], weights[i], limits[i]);
            }
        }

        @Override
        boolean leads(int query, int block) {
            return componentOfBlock[block] != round.components()[asked[query]] && leastCore[block] <= weights[query];
        }

        @Override
        void meet(int query, int other) {
            int place = asked[query];
            if (round.components()[other] == round.components()[place] || cores[other] > weights[query]) {
                return;
            }
            double own = weight(place, other, between(place, other));
            if (own <= weights[query]
                    && (partners[query] < 0 || WideReachability.this.before(own, place, other, weights[query], place, partners[query]))) {
                weights[query] = own;
                partners[query] = other;
                limit(query, square(own));
            }
        }
    }
}
