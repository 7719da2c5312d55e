package org.latent4j.space.projection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.ForceTable;
import org.latent4j.kernel.PlanarSteps;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * The optimisation of a UMAP map by stochastic gradients, on any number of threads with the same result.
 *
 * <p>umap-learn goes through the edges and moves both ends at once, which only one thread can do in a fixed order. Here every
 * point moves by itself: it goes through its own edges, each of which it holds twice (as head and as tail), and through its
 * negative samples, one after the other from where it stands, while the others stand still. Points take turns in
 * {@value #TURNS} groups, each of which sees where the groups before it have gone, so that points don't merely change places.
 */
final class UmapLayout {
    private static final int TURNS = 4;
    private static final int CHUNK = 256;
    private static final float LARGEST_STEP = 4;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Graph graph;
    private final int dims;
    private final int negatives;
    private final double learningRate;
    private final long seed;
    private final int others;
    private final ForceTable attraction;
    private final ForceTable repulsion;
    private final Curve curve;
    private final WorkerPool pool;
    private @Nullable DensityTerm density;

    /**
     * An optimisation.
     *
     * @param graph whose edges pull
     * @param others how many points negative samples are drawn from
     */
    UmapLayout(Graph graph, UmapSettings settings, int others, WorkerPool pool) {
        this.graph = graph;
        this.dims = settings.dims();
        this.negatives = settings.negatives();
        this.learningRate = settings.learningRate();
        this.seed = settings.seed();
        this.others = others;
        this.pool = pool;
        this.curve = Curve.fitted(settings.leastDistance(), settings.spread());
        double a = curve.a();
        double b = curve.b();
        this.attraction = new ForceTable(square -> -2 * a * b * Math.pow(square, b - 1) / (a * Math.pow(square, b) + 1));
        this.repulsion = new ForceTable(square -> 2 * b / ((0.001 + square) * (a * Math.pow(square, b) + 1)));
    }

    /** Lets the last epochs keep how dense the points lie. */
    void keepDensity(Density radii) {
        density = new DensityTerm(graph, radii, curve, dims, pool);
    }

    /** Moves points, {@code [points, dims]}, in place. */
    void run(float[] places, int epochs, Progress progress) {
        Schedule schedule = new Schedule(graph, epochs);
        int n = graph.points();
        float[] moved = places.clone();
        for (int epoch = 0; epoch < epochs; epoch++) {
            float step = (float) (learningRate * (1 - (double) epoch / epochs));
            boolean dense = density != null && epoch >= epochs * (1 - DensityTerm.SHARE_OF_EPOCHS);
            if (dense && density != null) {
                density.measure(places);
            }
            for (int turn = 0; turn < TURNS; turn++) {
                turn(places, places, moved, turn, epoch, step, schedule, dense ? density : null);
                copyTurn(moved, places, n, turn);
            }
            if (epoch % 10 == 9 || epoch == epochs - 1) {
                progress.report("Fitting UMAP", epoch + 1L, epochs, Progress.Unit.STEPS);
            }
        }
    }

    /** Moves new points among ones that stand still; returns where they come to rest. */
    float[] place(float[] start, float[] standing, int epochs) {
        Schedule schedule = new Schedule(graph, epochs);
        float[] places = start.clone();
        for (int epoch = 0; epoch < epochs; epoch++) {
            float step = (float) (learningRate / 4 * (1 - (double) epoch / epochs));
            for (int turn = 0; turn < TURNS; turn++) {
                turn(places, standing, places, turn, epoch, step, schedule, null);
            }
        }
        return places;
    }

    private void turn(
            float[] places, float[] seen, float[] moved, int turn, int epoch, float step, Schedule schedule,
            @Nullable DensityTerm dense) {
        int begin = schedule.turns[turn];
        int beyond = schedule.turns[turn + 1];
        boolean themselves = seen == places;
        SeededRandom random = new SeededRandom(seed, 16L + epoch);
        pool.run((beyond - begin + CHUNK - 1) / CHUNK, (chunk, _) -> {
            int first = begin + chunk * CHUNK;
            int end = Math.min(beyond, first + CHUNK);
            if (dims == 2 && dense == null) {
                new PlanarTurn(seen, themselves, schedule).move(places, moved, first, end, epoch, step, random);
                return;
            }
            float[] at = new float[dims];
            for (int i = first; i < end; i++) {
                int point = schedule.order[i];
                System.arraycopy(places, point * dims, at, 0, dims);
                move(seen, at, point, epoch, step, schedule, random.bits(point), themselves, dense);
                System.arraycopy(at, 0, moved, point * dims, dims);
            }
        });
    }

    private void copyTurn(float[] moved, float[] places, int n, int turn) {
        for (int point = turn; point < n; point += TURNS) {
            for (int d = 0; d < dims; d++) {
                places[point * dims + d] = moved[point * dims + d];
            }
        }
    }

    /**
     * An epoch of some points in two dimensions, as many side by side as {@link PlanarSteps} moves. What a point meets is read before it
     * moves, since where others stand doesn't depend on it: of many points most lie outside the caches, and so their ways to the
     * processor overlap instead of adding to the point's chain of steps.
     */
    private final class PlanarTurn {
        private static final int MOST_EDGES = 64;
        private final float[] seen;
        private final boolean themselves;
        private final Schedule schedule;
        private final PlanarSteps steps;
        private final int[] points;
        private final int[] due = new int[MOST_EDGES];
        /** The next edge of each point, and the counter behind its random numbers. */
        private final int[] edges;
        private final long[] counters;

        PlanarTurn(float[] seen, boolean themselves, Schedule schedule) {
            this.seen = seen;
            this.themselves = themselves;
            this.schedule = schedule;
            this.steps = new PlanarSteps(new PlanarSteps.Forces(attraction, repulsion, themselves ? 2 : 1, negatives, LARGEST_STEP),
                    MOST_EDGES);
            this.points = new int[steps.lanes()];
            this.edges = new int[points.length];
            this.counters = new long[points.length];
        }

        /** Moves the points of the schedule from {@code first} to {@code end}. */
        void move(float[] places, float[] moved, int first, int end, int epoch, float step, SeededRandom random) {
            for (int i = first; i < end; i += points.length) {
                int used = Math.min(points.length, end - i);
                for (int lane = 0; lane < used; lane++) {
                    points[lane] = schedule.order[i + lane];
                    edges[lane] = schedule.starts[points[lane]];
                    counters[lane] = random.bits(points[lane]);
                    steps.stand(lane, places[2 * points[lane]], places[2 * points[lane] + 1]);
                }
                for (int met = meet(used, epoch); met > 0; met = meet(used, epoch)) {
                    steps.move(met, step);
                }
                for (int lane = 0; lane < used; lane++) {
                    moved[2 * points[lane]] = steps.x(lane);
                    moved[2 * points[lane] + 1] = steps.y(lane);
                }
            }
        }

        /** Lets all meet what comes next; returns how many edges the one with the most has. */
        private int meet(int used, int epoch) {
            int most = 0;
            int[] met = new int[points.length];
            for (int lane = 0; lane < used; lane++) {
                met[lane] = meetOf(lane, epoch);
                most = Math.max(most, met[lane]);
            }
            for (int lane = 0; lane < points.length; lane++) {
                steps.meetNothing(lane, met[lane], most);
            }
            return most;
        }

        private int meetOf(int lane, int epoch) {
            int point = points[lane];
            int end = schedule.starts[point] + graph.degree(point);
            int e = edges[lane];
            int met = 0;
            for (; e < end && met < MOST_EDGES; e++) {
                due[met] = e;
                met += schedule.take(e, epoch);
            }
            long counter = counters[lane];
            for (int i = 0; i < met; i++) {
                int encounter = i * (1 + negatives);
                int other = 2 * schedule.ends[due[i]];
                steps.meet(lane, encounter, seen[other], seen[other + 1]);
                for (int sample = 1; sample <= negatives; sample++) {
                    counter += GOLDEN;
                    int drawn = drawn(counter);
                    boolean itself = themselves && drawn == point;
                    steps.meet(lane, encounter + sample, itself ? Float.NaN : seen[2 * drawn], seen[2 * drawn + 1]);
                }
            }
            edges[lane] = e;
            counters[lane] = counter;
            return met;
        }
    }

    private void move(
            float[] seen, float[] at, int point, int epoch, float step, Schedule schedule, long begin, boolean themselves,
            @Nullable DensityTerm dense) {
        long random = begin;
        int scheduled = schedule.starts[point] - graph.starts()[point];
        for (int e = graph.starts()[point]; e < graph.starts()[point + 1]; e++) {
            if (schedule.take(scheduled + e, epoch) == 0) {
                continue;
            }
            int end = graph.ends()[e];
            for (int pull = themselves ? 2 : 1; pull > 0; pull--) {
                float square = square(at, seen, end);
                if (square > 0) {
                    push(at, seen, end, attraction.at(square), step);
                    if (dense != null) {
                        push(at, seen, end, 2 * dense.force(point, end, e, square), step);
                    }
                }
            }
            for (int sample = 0; sample < negatives; sample++) {
                random += GOLDEN;
                int other = drawn(random);
                float square = square(at, seen, other);
                if (square > 0 && !(themselves && other == point)) {
                    push(at, seen, other, repulsion.at(square), step);
                }
            }
        }
    }

    private float square(float[] at, float[] seen, int other) {
        float sum = 0;
        for (int d = 0; d < dims; d++) {
            float off = at[d] - seen[other * dims + d];
            sum += off * off;
        }
        return sum;
    }

    private void push(float[] at, float[] seen, int other, float force, float step) {
        for (int d = 0; d < dims; d++) {
            at[d] += clipped(force * (at[d] - seen[other * dims + d])) * step;
        }
    }

    /** A point drawn from all: SplitMix64's finaliser of a counter that is the point's own. */
    private int drawn(long counter) {
        long z = (counter ^ counter >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return (int) (((z ^ z >>> 31) >>> 32) * others >>> 32);
    }

    private static float clipped(float step) {
        return Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step));
    }

    /**
     * Whose turn comes when: points in groups, and of their edges one of weight w in {@code w / strongest} of the epochs, evenly. In a
     * group those come first that meet the most, since points that move side by side wait for the one with the most to meet. Edges lie
     * in the order in which they are asked for, so that they stream from memory.
     */
    private static final class Schedule {
        private static final float NEVER = 1e30f;
        /** How finely points are told apart by what they meet in an epoch. */
        private static final double PARTS = 16;
        private final int[] turns = new int[TURNS + 1];
        private final int[] order;
        private final int[] starts;
        private final int[] ends;
        private final float[] interval;
        private final float[] next;

        Schedule(Graph graph, int epochs) {
            float strongest = 0;
            for (float weight : graph.weights()) {
                strongest = Math.max(strongest, weight);
            }
            order = new int[graph.points()];
            for (int turn = 0; turn < TURNS; turn++) {
                long[] sorted = busiestFirst(graph, turn, strongest);
                turns[turn + 1] = turns[turn] + sorted.length;
                for (int i = 0; i < sorted.length; i++) {
                    order[turns[turn] + i] = (int) sorted[i];
                }
            }
            starts = new int[order.length];
            ends = new int[graph.ends().length];
            interval = new float[ends.length];
            int to = 0;
            for (int point : order) {
                starts[point] = to;
                for (int e = graph.starts()[point]; e < graph.starts()[point + 1]; e++, to++) {
                    float weight = graph.weights()[e];
                    ends[to] = graph.ends()[e];
                    interval[to] = weight < strongest / epochs ? NEVER : strongest / weight;
                }
            }
            next = interval.clone();
        }

        /** Every {@link #TURNS}th point, in the lower half of each value; ordered by the upper half. */
        private static long[] busiestFirst(Graph graph, int turn, float strongest) {
            long[] keyed = new long[(graph.points() - turn + TURNS - 1) / TURNS];
            for (int i = 0; i < keyed.length; i++) {
                int point = i * TURNS + turn;
                double met = 0;
                for (int e = graph.starts()[point]; e < graph.starts()[point + 1]; e++) {
                    met += graph.weights()[e];
                }
                keyed[i] = -(long) (PARTS * met / strongest) << 32 | point;
            }
            Arrays.sort(keyed);
            return keyed;
        }

        /** 1 for an edge whose turn it is, 0 for others; without a branch, which would be foretold wrongly for every third edge. */
        int take(int edge, int epoch) {
            int due = Float.floatToRawIntBits(epoch + 1 - next[edge]) >>> 31 ^ 1;
            next[edge] += due * interval[edge];
            return due;
        }
    }
}
