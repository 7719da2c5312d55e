package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.WorkerPool;

/**
 * A balanced tree of boxes over points of few dimensions (Bentley 1975): every box is cut at the median of its widest side
 * until {@value #LEAF} points or fewer are left. Points are numbered by their place in the tree, so that neighbours lie
 * together; within a leaf their coordinates lie dimension after dimension, so that distances to all of its points are
 * computed side by side.
 *
 * <p>Squared distances are summed in double precision in the order of the coordinates.
 */
final class KdTree {
    static final int LEAF = 32;

    private final int width;
    private final int leaves;
    private final int[] order;
    private final double[] coordinates;
    private final int[] starts;
    private final double[] low;
    private final double[] high;

    /** Builds the tree of points, {@code [points, width]}, row after row, at least one. */
    KdTree(double[] points, int width, WorkerPool pool) {
        this.width = width;
        int n = points.length / width;
        int depth = 0;
        while ((n + (1 << depth) - 1) >> depth > LEAF) {
            depth++;
        }
        leaves = 1 << depth;
        order = new int[n];
        Arrays.setAll(order, i -> i);
        starts = new int[leaves + 1];
        for (int leaf = 0; leaf <= leaves; leaf++) {
            starts[leaf] = (int) ((long) n * leaf / leaves);
        }
        low = new double[(2 * leaves - 1) * width];
        high = new double[(2 * leaves - 1) * width];
        for (int level = 0; level <= depth; level++) {
            int first = (1 << level) - 1;
            int leavesBelow = leaves >> level;
            pool.run(1 << level, (item, _) -> {
                box(points, first + item, starts[item * leavesBelow], starts[(item + 1) * leavesBelow]);
                if (leavesBelow > 1) {
                    int from = starts[item * leavesBelow];
                    int to = starts[(item + 1) * leavesBelow];
                    new Halving(points, width, widest(first + item), order).select(from, to, starts[item * leavesBelow + leavesBelow / 2]);
                }
            });
        }
        coordinates = new double[n * width];
        pool.run(leaves, (leaf, _) -> fillLeaf(points, leaf));
    }

    private void box(double[] points, int node, int from, int to) {
        Arrays.fill(low, node * width, (node + 1) * width, Double.POSITIVE_INFINITY);
        Arrays.fill(high, node * width, (node + 1) * width, Double.NEGATIVE_INFINITY);
        for (int i = from; i < to; i++) {
            int at = order[i] * width;
            for (int c = 0; c < width; c++) {
                low[node * width + c] = Math.min(low[node * width + c], points[at + c]);
                high[node * width + c] = Math.max(high[node * width + c], points[at + c]);
            }
        }
    }

    private int widest(int node) {
        int widest = 0;
        double side = -1;
        for (int c = 0; c < width; c++) {
            double own = high[node * width + c] - low[node * width + c];
            if (own > side) {
                side = own;
                widest = c;
            }
        }
        return widest;
    }

    private void fillLeaf(double[] points, int leaf) {
        int from = starts[leaf];
        int count = starts[leaf + 1] - from;
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < width; c++) {
                coordinates[from * width + c * count + i] = points[order[from + i] * width + c];
            }
        }
    }

    /** The row of the points that lies at a place of the tree. */
    int row(int place) {
        return order[place];
    }

    int points() {
        return order.length;
    }

    int leaves() {
        return leaves;
    }

    /** The first place of a leaf; that of {@code leaves()} is the number of points. */
    int start(int leaf) {
        return starts[leaf];
    }

    /** Copies the coordinates of the point at a place. */
    void point(int place, double[] out) {
        int leaf = leafOf(place);
        int from = starts[leaf];
        int count = starts[leaf + 1] - from;
        for (int c = 0; c < width; c++) {
            out[c] = coordinates[from * width + c * count + place - from];
        }
    }

    private int leafOf(int place) {
        int leaf = (int) ((long) place * leaves / order.length);
        while (starts[leaf + 1] <= place) {
            leaf++;
        }
        while (starts[leaf] > place) {
            leaf--;
        }
        return leaf;
    }

    /** The squared distance from a point to the box of a node; nodes are numbered from the root, children of i are 2i+1, 2i+2. */
    double toBox(double[] query, int node) {
        int at = node * width;
        double sum = 0;
        for (int c = 0; c < width; c++) {
            double outside = Math.max(0, Math.max(low[at + c] - query[c], query[c] - high[at + c]));
            sum += outside * outside;
        }
        return sum;
    }

    /** Squared distances from a point to all points of a leaf, in the order of their places. */
    void toLeaf(double[] query, int leaf, double[] out) {
        int from = starts[leaf];
        int count = starts[leaf + 1] - from;
        Arrays.fill(out, 0, count, 0);
        for (int c = 0; c < width; c++) {
            double q = query[c];
            int at = from * width + c * count;
            for (int i = 0; i < count; i++) {
                double difference = q - coordinates[at + i];
                out[i] += difference * difference;
            }
        }
    }

    /** Puts the smaller half of some rows before the larger, by one coordinate and, where that is equal, by row. */
    private record Halving(double[] points, int width, int column, int[] order) {
        void select(int from, int to, int middle) {
            int left = from;
            int right = to - 1;
            while (left < right) {
                int pivot = medianOfThree(left, (left + right) >>> 1, right);
                int i = left;
                int j = right;
                while (i <= j) {
                    while (before(order[i], pivot)) {
                        i++;
                    }
                    while (before(pivot, order[j])) {
                        j--;
                    }
                    if (i <= j) {
                        int swapped = order[i];
                        order[i++] = order[j];
                        order[j--] = swapped;
                    }
                }
                if (middle <= j) {
                    right = j;
                } else if (middle >= i) {
                    left = i;
                } else {
                    return;
                }
            }
        }

        private int medianOfThree(int a, int b, int c) {
            int x = order[a];
            int y = order[b];
            int z = order[c];
            if (before(x, y)) {
                return before(y, z) ? y : before(x, z) ? z : x;
            }
            return before(x, z) ? x : before(y, z) ? z : y;
        }

        private boolean before(int row, int other) {
            double a = points[row * width + column];
            double b = points[other * width + column];
            return a < b || a == b && row < other;
        }
    }
}
