package org.latent4j.space.projection;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
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
    private final Force attraction;
    private final Force repulsion;
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
        this.attraction = new Force(square -> -2 * a * b * Math.pow(square, b - 1) / (a * Math.pow(square, b) + 1));
        this.repulsion = new Force(square -> 2 * b / ((0.001 + square) * (a * Math.pow(square, b) + 1)));
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
                turn(places, places, moved, n, turn, epoch, step, schedule, dense ? density : null);
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
                turn(places, standing, places, graph.points(), turn, epoch, step, schedule, null);
            }
        }
        return places;
    }

    private void turn(
            float[] places, float[] seen, float[] moved, int n, int turn, int epoch, float step, Schedule schedule,
            @Nullable DensityTerm dense) {
        int inTurn = (n - turn + TURNS - 1) / TURNS;
        boolean themselves = seen == places;
        SeededRandom random = new SeededRandom(seed, 16L + epoch);
        pool.run((inTurn + CHUNK - 1) / CHUNK, (chunk, _) -> {
            float[] at = new float[dims];
            Sight sight = new Sight(seen, schedule, themselves);
            for (int item = chunk * CHUNK; item < Math.min(inTurn, (chunk + 1) * CHUNK); item++) {
                int point = item * TURNS + turn;
                if (dims == 2 && dense == null) {
                    sight.begin(point, epoch, random.bits(point));
                    movePlanar(places, moved, point, step, sight, themselves);
                } else {
                    System.arraycopy(places, point * dims, at, 0, dims);
                    move(seen, at, point, epoch, step, schedule, random.bits(point), themselves, dense);
                    System.arraycopy(at, 0, moved, point * dims, dims);
                }
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

    /** A point's epoch in two dimensions, where it stands kept in two variables. */
    private void movePlanar(float[] places, float[] moved, int point, float step, Sight sight, boolean themselves) {
        float x = places[2 * point];
        float y = places[2 * point + 1];
        while (sight.look()) {
            float[] seen = sight.seen;
            for (int at = 0; at < sight.used; ) {
                float ex = seen[at++];
                float ey = seen[at++];
                for (int pull = themselves ? 2 : 1; pull > 0; pull--) {
                    float dx = x - ex;
                    float dy = y - ey;
                    float square = dx * dx + dy * dy;
                    if (square > 0) {
                        float force = attraction.at(square);
                        x += clipped(force * dx) * step;
                        y += clipped(force * dy) * step;
                    }
                }
                for (int sample = 0; sample < negatives; sample++) {
                    float dx = x - seen[at++];
                    float dy = y - seen[at++];
                    float square = dx * dx + dy * dy;
                    if (square > 0) {
                        float force = repulsion.at(square);
                        x += clipped(force * dx) * step;
                        y += clipped(force * dy) * step;
                    }
                }
            }
        }
        moved[2 * point] = x;
        moved[2 * point + 1] = y;
    }

    /**
     * What a point meets in an epoch in two dimensions: the ends of its edges whose turn it is, and negative samples behind each. They
     * are read before the point moves, since where they stand doesn't depend on it: of many points most lie outside the caches, and so
     * their ways to the processor overlap instead of adding to the point's chain of steps.
     */
    private final class Sight {
        private static final int MOST_EDGES = 64;
        private final float[] all;
        private final Schedule schedule;
        private final boolean themselves;
        private final float[] seen = new float[MOST_EDGES * 2 * (1 + negatives)];
        private int used;
        private int epoch;
        private int point;
        private int edge;
        private long random;

        Sight(float[] all, Schedule schedule, boolean themselves) {
            this.all = all;
            this.schedule = schedule;
            this.themselves = themselves;
        }

        void begin(int newPoint, int newEpoch, long counter) {
            point = newPoint;
            epoch = newEpoch;
            edge = graph.starts()[point];
            random = counter;
        }

        /** Reads what comes next; false at the end of the epoch. */
        boolean look() {
            int to = graph.starts()[point + 1];
            int at = 0;
            long counter = random;
            int e = edge;
            for (; e < to && at < seen.length; e++) {
                if (!schedule.isDue(e, epoch)) {
                    continue;
                }
                int end = 2 * graph.ends()[e];
                seen[at++] = all[end];
                seen[at++] = all[end + 1];
                for (int sample = 0; sample < negatives; sample++) {
                    counter += GOLDEN;
                    int other = drawn(counter);
                    boolean itself = themselves && other == point;
                    seen[at++] = itself ? Float.NaN : all[2 * other]; // at no distance, so it is passed over
                    seen[at++] = all[2 * other + 1];
                }
            }
            edge = e;
            random = counter;
            used = at;
            return at > 0;
        }
    }

    private void move(
            float[] seen, float[] at, int point, int epoch, float step, Schedule schedule, long begin, boolean themselves,
            @Nullable DensityTerm dense) {
        long random = begin;
        for (int e = graph.starts()[point]; e < graph.starts()[point + 1]; e++) {
            if (!schedule.isDue(e, epoch)) {
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

    /** When each edge's turn comes: an edge of weight w in {@code w / strongest} of the epochs, evenly. */
    private static final class Schedule {
        private final float[] interval;
        private final float[] next;

        Schedule(Graph graph, int epochs) {
            float strongest = 0;
            for (float weight : graph.weights()) {
                strongest = Math.max(strongest, weight);
            }
            float most = strongest;
            interval = new float[graph.weights().length];
            for (int e = 0; e < interval.length; e++) {
                float weight = graph.weights()[e];
                interval[e] = weight < most / epochs ? Float.POSITIVE_INFINITY : most / weight;
            }
            next = interval.clone();
        }

        boolean isDue(int edge, int epoch) {
            if (next[edge] > epoch + 1) {
                return false;
            }
            next[edge] += interval[edge];
            return true;
        }
    }

    /** A force as a function of the squared distance, from a table with 32 places between powers of two, interpolated. */
    private static final class Force {
        private static final int FIRST = Float.floatToRawIntBits(0x1p-60f) >>> 18;
        private static final int LAST = Float.floatToRawIntBits(0x1p60f) >>> 18;
        private final float[] table = new float[LAST - FIRST + 2];

        Force(DoubleUnaryOperator bySquare) {
            for (int i = 0; i < table.length; i++) {
                table[i] = (float) bySquare.applyAsDouble(Float.intBitsToFloat(FIRST + i << 18));
            }
        }

        float at(float square) {
            int bits = Float.floatToRawIntBits(square);
            int place = Math.max(0, Math.min(table.length - 2, (bits >>> 18) - FIRST));
            float below = table[place];
            return below + (table[place + 1] - below) * ((bits & 0x3FFFF) * 0x1p-18f);
        }
    }
}
