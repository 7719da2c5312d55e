package org.latent4j.space.cluster;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * What joins when the points of a spanning tree are joined edge by edge, the shortest first (single linkage): node
 * {@code points + i} is made of {@code left[i]} and {@code right[i]} at {@code distances[i]}, and holds {@code sizes[i]} points.
 *
 * @param left the part from which Prim's algorithm, begun at point 0, reaches the other
 */
record Dendrogram(int[] left, int[] right, double[] distances, int[] sizes) {
    /**
     * Joins the points.
     *
     * @param from one end of each of {@code points - 1} edges
     * @param to the other
     * @param weights their lengths
     */
    static Dendrogram of(int[] from, int[] to, double[] weights) {
        int edges = from.length;
        int[] order = new int[edges];
        int[] source = new int[edges];
        walk(from, to, weights, order, source);
        int[] sorted = new int[edges];
        Arrays.setAll(sorted, i -> i);
        Sorted.by(sorted, i -> weights[order[i]]);
        int n = edges + 1;
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

    /** An edge that leads out of what has been reached. */
    private record Way(double weight, int point, int edge, int source) implements Comparable<Way> {
        @Override
        public int compareTo(Way other) {
            int byWeight = Double.compare(weight, other.weight);
            return byWeight != 0 ? byWeight : Integer.compare(point, other.point);
        }
    }

    /**
     * The order in which Prim's algorithm takes the edges, and the end from which it does: what the reference goes by where
     * it numbers clusters, and where edges are equally long.
     */
    private static void walk(int[] from, int[] to, double[] weights, int[] order, int[] source) {
        int n = from.length + 1;
        int[] starts = new int[n + 1];
        for (int edge = 0; edge < n - 1; edge++) {
            starts[from[edge] + 1]++;
            starts[to[edge] + 1]++;
        }
        for (int i = 0; i < n; i++) {
            starts[i + 1] += starts[i];
        }
        int[] filled = starts.clone();
        int[] edges = new int[2 * (n - 1)];
        for (int edge = 0; edge < n - 1; edge++) {
            edges[filled[from[edge]]++] = edge;
            edges[filled[to[edge]]++] = edge;
        }
        PriorityQueue<Way> ways = new PriorityQueue<>();
        boolean[] reached = new boolean[n];
        int point = 0;
        for (int taken = 0; taken < n - 1; taken++) {
            reached[point] = true;
            for (int i = starts[point]; i < starts[point + 1]; i++) {
                int other = from[edges[i]] + to[edges[i]] - point;
                if (!reached[other]) {
                    ways.add(new Way(weights[edges[i]], other, edges[i], point));
                }
            }
            Way next = ways.remove();
            order[taken] = next.edge();
            source[taken] = next.source();
            point = next.point();
        }
    }
}
