package org.latent4j.space.duplicate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Vectors;

/**
 * Groups of points that are nearly the same: two points are in one group where a chain of points leads from one to the other, each
 * step of at least a cosine. Exact: every pair is looked at, by blocked products; those that come near the threshold are measured
 * again in double precision. Takes time with the square of the number of points; rows of the same bits are looked at once.
 *
 * <p>Results don't depend on the number of threads.
 */
public final class NearDuplicates {
    /** More than single precision errs: a pair below the threshold by this much isn't measured again. */
    private static final float MARGIN = 1e-4f;
    private static final int POINTS_AT_A_TIME = 2 * Panels.STEP;
    /** Blocks of rows between two reports. */
    private static final int ROUND = 64;

    private NearDuplicates() {}

    /**
     * Two points that are alike, the lower index first.
     *
     * @param similarity their cosine
     */
    public record Pair(int a, int b, float similarity) {
        /** The most similar first; of equals the lower indices. Total, so that what is chosen by it is unique. */
        static final Comparator<Pair> ORDER = Comparator.<Pair>comparingDouble(pair -> -pair.similarity).thenComparingInt(Pair::a)
                .thenComparingInt(Pair::b);
    }

    /**
     * Points that belong together.
     *
     * @param members their indices, rising
     * @param joined the pairs that joined them, the most similar first: one fewer than members, of all such choices the most similar
     */
    public record Group(List<Integer> members, List<Pair> joined) {
        /** The least similarity that was needed to join them. */
        public float similarity() {
            return joined.getLast().similarity;
        }
    }

    /**
     * Finds the groups.
     *
     * @param points {@code [points, width]}
     * @param threshold the least cosine of two points that are joined, above 0 to 1
     * @return the largest groups first; of equally large ones that of the lower index
     * @throws LatentException if the threshold is out of range, or a value isn't finite
     */
    public static List<Group> of(Matrix points, double threshold, WorkerPool pool, Progress progress) {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new LatentException(
                    "a threshold of %s is no cosine above which points are alike: give above 0 to 1".formatted(threshold));
        }
        List<Pair> forest = new ArrayList<>();
        int[] distinct = distinct(points, forest);
        Matrix unit = unit(points, distinct);
        Panels panels = Panels.of(unit);
        int block = Panels.blockRows(points.columns());
        int blocks = (distinct.length + block - 1) / block;
        Search search = new Search(points, distinct, unit, panels, block, threshold, pool.threads());
        for (int from = 0; from < blocks; from += ROUND) {
            int first = from;
            int count = Math.min(ROUND, blocks - from);
            List<List<Pair>> found = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                found.add(new ArrayList<>());
            }
            pool.run(count, (item, worker) -> search.block(first + item, worker, found.get(item)));
            found.forEach(forest::addAll);
            forest = spanning(forest, points.rows()); // so that there are never many more pairs than points
            progress.report("Comparing points", Math.min(distinct.length, (from + count) * block), distinct.length, Progress.Unit.STEPS);
        }
        return groups(spanning(forest, points.rows()), points.rows());
    }

    /** The first row of each that differ; the others are joined to theirs. A row of zeros is alike to nothing. */
    private static int[] distinct(Matrix points, List<Pair> joined) {
        int width = points.columns();
        Map<Long, List<Integer>> byHash = new HashMap<>();
        List<Integer> distinct = new ArrayList<>();
        for (int row = 0; row < points.rows(); row++) {
            long hash = 1;
            boolean zero = true;
            for (int i = row * width; i < (row + 1) * width; i++) {
                hash = 31 * hash + Float.floatToIntBits(points.data()[i]) * 0x9E3779B97F4A7C15L;
                zero &= points.data()[i] == 0;
            }
            if (zero) {
                continue;
            }
            if (!Double.isFinite(Vectors.dot(points, row, points, row))) {
                throw new LatentException("point %d has a value that isn't finite; remove or repair it".formatted(row));
            }
            List<Integer> same = byHash.computeIfAbsent(hash, _ -> new ArrayList<>(1));
            int first = -1;
            for (int other : same) {
                if (first < 0 && Arrays.equals(points.data(), row * width, (row + 1) * width, points.data(), other * width,
                        (other + 1) * width)) {
                    first = other;
                }
            }
            if (first < 0) {
                same.add(row);
                distinct.add(row);
            } else {
                joined.add(new Pair(first, row, 1));
            }
        }
        return distinct.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Matrix unit(Matrix points, int[] rows) {
        int width = points.columns();
        Matrix unit = Matrix.zeros(rows.length, width);
        for (int row = 0; row < rows.length; row++) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                double value = points.at(rows[row], i);
                square += value * value;
            }
            double scale = 1 / Math.sqrt(square);
            for (int i = 0; i < width; i++) {
                unit.data()[row * width + i] = (float) (points.at(rows[row], i) * scale);
            }
        }
        return unit;
    }

    /** The pairs of a block of rows with the rows behind each. */
    private static final class Search {
        private final Matrix points;
        private final int[] distinct;
        private final Matrix unit;
        private final Panels panels;
        private final int block;
        private final double threshold;
        private final Panels.Block[] taken;
        private final float[][] products;

        Search(Matrix points, int[] distinct, Matrix unit, Panels panels, int block, double threshold, int threads) {
            this.points = points;
            this.distinct = distinct;
            this.unit = unit;
            this.panels = panels;
            this.block = block;
            this.threshold = threshold;
            this.taken = new Panels.Block[threads];
            this.products = new float[threads][(block + 1) * POINTS_AT_A_TIME];
            Arrays.setAll(taken, _ -> new Panels.Block());
        }

        void block(int number, int worker, List<Pair> found) {
            int from = number * block;
            int to = Math.min(distinct.length, from + block);
            taken[worker].take(unit, from, to);
            float[] own = products[worker];
            for (int p = from / Panels.STEP * Panels.STEP; p < distinct.length; p += POINTS_AT_A_TIME) {
                int count = Math.min(POINTS_AT_A_TIME, distinct.length - p);
                taken[worker].times(panels, p, p + count, own, POINTS_AT_A_TIME);
                for (int row = from; row < to; row++) {
                    int at = (row - from) * POINTS_AT_A_TIME;
                    above(own, at + Math.max(0, row + 1 - p), at + count, p - at, row, found);
                }
            }
        }

        private void above(float[] products, int from, int end, int shift, int row, List<Pair> found) {
            for (int i = from; i < end; i++) {
                i = Panels.firstAbove(products, i, end, (float) threshold - MARGIN);
                if (i < end) {
                    int a = distinct[row];
                    int b = distinct[i + shift];
                    double similarity = 1 - Metric.COSINE.distance(points, a, points, b);
                    if (similarity >= threshold || (float) similarity >= threshold) {
                        found.add(new Pair(a, b, (float) similarity));
                    }
                }
            }
        }
    }

    /** The pairs that join the same points, of all such choices the most similar (Kruskal 1956). */
    private static List<Pair> spanning(List<Pair> pairs, int points) {
        List<Pair> sorted = new ArrayList<>(pairs);
        sorted.sort(Pair.ORDER);
        Sets sets = new Sets(points);
        List<Pair> kept = new ArrayList<>();
        for (Pair pair : sorted) {
            if (sets.join(pair.a, pair.b)) {
                kept.add(pair);
            }
        }
        return kept;
    }

    private static List<Group> groups(List<Pair> forest, int points) {
        Sets sets = new Sets(points);
        forest.forEach(pair -> sets.join(pair.a, pair.b));
        TreeMap<Integer, List<Integer>> members = new TreeMap<>();
        TreeMap<Integer, List<Pair>> joined = new TreeMap<>();
        forest.forEach(pair -> joined.computeIfAbsent(sets.of(pair.a), _ -> new ArrayList<>()).add(pair));
        for (int point = 0; point < points; point++) {
            if (joined.containsKey(sets.of(point))) {
                members.computeIfAbsent(sets.of(point), _ -> new ArrayList<>()).add(point);
            }
        }
        List<Group> groups = new ArrayList<>();
        members.forEach((set, own) -> groups.add(new Group(List.copyOf(own), List.copyOf(joined.get(set)))));
        groups.sort(Comparator.<Group>comparingInt(group -> -group.members.size()).thenComparingInt(group -> group.members.getFirst()));
        return groups;
    }

    /** Disjoint sets; each is called by its lowest member. */
    private static final class Sets {
        private final int[] parents;

        Sets(int size) {
            parents = new int[size];
            Arrays.setAll(parents, i -> i);
        }

        int of(int member) {
            int at = member;
            while (parents[at] != at) {
                parents[at] = parents[parents[at]];
                at = parents[at];
            }
            return at;
        }

        boolean join(int a, int b) {
            int one = of(a);
            int other = of(b);
            parents[Math.max(one, other)] = Math.min(one, other);
            return one != other;
        }
    }
}
