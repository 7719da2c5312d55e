package org.latent4j.space.cluster;

import java.util.Arrays;

/**
 * What joins when the points of a spanning tree are joined edge by edge, the shortest first (single linkage): node
 * {@code points + i} is made of {@code left[i]} and {@code right[i]} at {@code distances[i]}, and holds {@code sizes[i]} points.
 *
 * @param left the part from which Prim's algorithm, begun at point 0, reaches the other
 */
record Dendrogram(int[] left, int[] right, double[] distances, int[] sizes) {
    /**
     * Joins the points of a connected graph along its minimum spanning tree.
     *
     * @param from one end of each edge
     * @param to the other
     * @param weights their lengths
     */
    static Dendrogram of(int n, int[] from, int[] to, double[] weights) {
        int edges = n - 1;
        int[] order = new int[edges];
        int[] source = new int[edges];
        new Walk(n, from, to, weights).run(order, source);
        int[] sorted = new int[edges];
        Arrays.setAll(sorted, i -> i);
        Sorted.by(sorted, i -> weights[order[i]]);
        int[] root = new int[n + edges];
        Arrays.setAll(root, i -> i);
        var tree = new Dendrogram(new int[edges], new int[edges], new double[edges], new int[edges]);
        for (int i = 0; i < edges; i++) {
            int edge = order[sorted[i]];
            int begin = source[sorted[i]];
            int a = find(root, begin);
            int b = find(root, from[edge] + to[edge] - begin);
            tree.left[i] = a;
            tree.right[i] = b;
            tree.distances[i] = weights[edge];
            tree.sizes[i] = tree.size(a) + tree.size(b);
            root[a] = n + i;
            root[b] = n + i;
        }
        return tree;
    }

    int points() {
        return left.length + 1;
    }

    /** The number of points below a node. */
    int size(int node) {
        return node < points() ? 1 : sizes[node - points()];
    }

    private static int find(int[] root, int i) {
        while (root[i] != i) {
            root[i] = root[root[i]];
            i = root[i];
        }
        return i;
    }

    /**
     * Prim's algorithm (1957), begun at point 0, the lower of equally near points first, each from the first that it was that
     * near to: the order by which the reference numbers clusters, and by which it joins where edges are equally long.
     */
    private static final class Walk {
        private final int[] from;
        private final int[] to;
        private final double[] weights;
        private final int[] starts;
        private final int[] edges;
        private final double[] nearest;
        private final int[] way;
        private final boolean[] reached;
        /** The points that are next to what is reached, as a heap, and where in it each stands. */
        private final int[] heap;
        private final int[] standing;
        private int size;

        Walk(int n, int[] from, int[] to, double[] weights) {
            this.from = from;
            this.to = to;
            this.weights = weights;
            starts = new int[n + 1];
            for (int edge = 0; edge < from.length; edge++) {
                starts[from[edge] + 1]++;
                starts[to[edge] + 1]++;
            }
            for (int i = 0; i < n; i++) {
                starts[i + 1] += starts[i];
            }
            int[] filled = starts.clone();
            edges = new int[2 * from.length];
            for (int edge = 0; edge < from.length; edge++) {
                edges[filled[from[edge]]++] = edge;
                edges[filled[to[edge]]++] = edge;
            }
            nearest = new double[n];
            Arrays.fill(nearest, Double.POSITIVE_INFINITY);
            way = new int[n];
            reached = new boolean[n];
            heap = new int[n];
            standing = new int[n];
            Arrays.fill(standing, -1);
        }

        /** The edges in the order in which they are taken, and the ends from which they are. */
        void run(int[] order, int[] source) {
            int point = 0;
            for (int taken = 0; taken < order.length; taken++) {
                reached[point] = true;
                for (int i = starts[point]; i < starts[point + 1]; i++) {
                    int other = from[edges[i]] + to[edges[i]] - point;
                    if (!reached[other] && weights[edges[i]] < nearest[other]) {
                        nearest[other] = weights[edges[i]];
                        way[other] = edges[i];
                        raise(other);
                    }
                }
                int next = heap[0];
                order[taken] = way[next];
                source[taken] = from[way[next]] + to[way[next]] - next;
                point = next;
                removeFirst();
            }
        }

        private boolean before(int a, int b) {
            return nearest[a] < nearest[b] || nearest[a] == nearest[b] && a < b;
        }

        private void raise(int point) {
            int at = standing[point] >= 0 ? standing[point] : size++;
            for (; at > 0 && before(point, heap[(at - 1) / 2]); at = (at - 1) / 2) {
                put(heap[(at - 1) / 2], at);
            }
            put(point, at);
        }

        private void removeFirst() {
            int last = heap[--size];
            int at = 0;
            for (int child = 1; child < size; child = 2 * at + 1) {
                if (child + 1 < size && before(heap[child + 1], heap[child])) {
                    child++;
                }
                if (!before(heap[child], last)) {
                    break;
                }
                put(heap[child], at);
                at = child;
            }
            put(last, at);
        }

        private void put(int point, int at) {
            heap[at] = point;
            standing[point] = at;
        }
    }
}
