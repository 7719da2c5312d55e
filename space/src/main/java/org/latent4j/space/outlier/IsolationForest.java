package org.latent4j.space.outlier;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.stream.IntStream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * Trees that cut points apart at random (Liu, Ting and Zhou 2008): in each node a column that isn't constant there and a
 * place between its least and greatest value. A point that few cuts set apart is an outlier.
 */
final class IsolationForest {
    private static final double EULER = 0.5772156649015329;

    private final Tree[] trees;
    private final int sample;

    /** Node i is cut by {@code columns[i]} at {@code cuts[i]} into node {@code left[i]} and the one behind it; leaves have left 0. */
    private record Tree(int[] columns, float[] cuts, int[] left, double[] depths) {}

    private IsolationForest(Tree[] trees, int sample) {
        this.trees = trees;
        this.sample = sample;
    }

    static IsolationForest grow(Matrix points, int count, int sampleSize, long seed, WorkerPool pool) {
        int sample = Math.min(sampleSize, points.rows());
        Tree[] trees = new Tree[count];
        pool.run(count, (tree, _) -> trees[tree] = new Growth(points, sample, new SeededRandom(seed, tree)).run());
        return new IsolationForest(trees, sample);
    }

    double[] scores(Matrix points, WorkerPool pool) {
        double[] scores = new double[points.rows()];
        double usual = usualDepth(sample);
        pool.run((scores.length + 255) / 256, (chunk, _) -> {
            for (int row = chunk * 256; row < Math.min(scores.length, (chunk + 1) * 256); row++) {
                double depth = 0;
                for (Tree tree : trees) {
                    depth += depth(tree, points, row);
                }
                scores[row] = usual > 0 ? Math.pow(2, -depth / trees.length / usual) : 0.5;
            }
        });
        return scores;
    }

    private static double depth(Tree tree, Matrix points, int row) {
        int node = 0;
        while (tree.left()[node] > 0) {
            float value = points.data()[row * points.columns() + tree.columns()[node]];
            node = tree.left()[node] + (value <= tree.cuts()[node] ? 0 : 1);
        }
        return tree.depths()[node];
    }

    /** The mean depth at which a search among so many points ends unsuccessfully. */
    private static double usualDepth(int points) {
        return points <= 1 ? 0 : points == 2 ? 1 : 2 * (Math.log(points - 1.0) + EULER) - 2.0 * (points - 1) / points;
    }

    /** A tree while it grows. */
    private static final class Growth {
        private final Matrix points;
        private final SeededRandom random;
        private final int[] rows;
        private final int[] columns;
        private final float[] cuts;
        private final int[] left;
        private final double[] depths;
        private final int highest;
        private long drawn;
        private int nodes = 1;

        Growth(Matrix points, int sample, SeededRandom random) {
            this.points = points;
            this.random = random;
            this.rows = sample(points.rows(), sample);
            highest = (int) Math.ceil(Math.log(Math.max(2, sample)) / Math.log(2));
            columns = new int[2 * sample];
            cuts = new float[2 * sample];
            left = new int[2 * sample];
            depths = new double[2 * sample];
        }

        /** Different rows (Floyd's way: it takes no array of all of them). */
        private int[] sample(int n, int count) {
            var taken = new LinkedHashSet<Integer>();
            for (int last = n - count; last < n; last++) {
                int row = (int) (next() * (last + 1));
                if (!taken.add(row)) {
                    taken.add(last);
                }
            }
            return taken.stream().mapToInt(Integer::intValue).toArray();
        }

        private double next() {
            return random.at(drawn++);
        }

        Tree run() {
            split(0, 0, rows.length, 0);
            return new Tree(Arrays.copyOf(columns, nodes), Arrays.copyOf(cuts, nodes), Arrays.copyOf(left, nodes),
                    Arrays.copyOf(depths, nodes));
        }

        private void split(int node, int from, int to, int depth) {
            int column = depth < highest && to - from > 1 ? column(from, to) : -1;
            if (column < 0) {
                depths[node] = depth + usualDepth(to - from);
                return;
            }
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (int i = from; i < to; i++) {
                low = Math.min(low, value(rows[i], column));
                high = Math.max(high, value(rows[i], column));
            }
            float cut = (float) (low + next() * ((double) high - low));
            cut = cut >= high ? low : cut;
            int middle = from;
            for (int i = from; i < to; i++) {
                if (value(rows[i], column) <= cut) {
                    int swapped = rows[middle];
                    rows[middle++] = rows[i];
                    rows[i] = swapped;
                }
            }
            columns[node] = column;
            cuts[node] = cut;
            left[node] = nodes;
            nodes += 2;
            int first = left[node];
            split(first, from, middle, depth + 1);
            split(first + 1, middle, to, depth + 1);
        }

        private float value(int row, int column) {
            return points.data()[row * points.columns() + column];
        }

        /** A column drawn from those that aren't constant here, or -1. */
        private int column(int from, int to) {
            int width = points.columns();
            for (int trial = 0; trial < 8; trial++) {
                int column = (int) (next() * width);
                if (varies(column, from, to)) {
                    return column;
                }
            }
            int[] varying = IntStream.range(0, width).filter(column -> varies(column, from, to)).toArray();
            return varying.length == 0 ? -1 : varying[(int) (next() * varying.length)];
        }

        private boolean varies(int column, int from, int to) {
            float first = value(rows[from], column);
            for (int i = from + 1; i < to; i++) {
                if (value(rows[i], column) != first) {
                    return true;
                }
            }
            return false;
        }
    }
}
