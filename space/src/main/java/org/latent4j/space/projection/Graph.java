package org.latent4j.space.projection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.WorkerPool;

/**
 * A weighted graph of points, each point's edges in the order of their other ends.
 *
 * @param starts where each point's edges begin, and the number of all at the end, {@code [points + 1]}
 * @param ends the other ends, {@code [edges]}
 * @param weights {@code [edges]}
 */
record Graph(int[] starts, int[] ends, float[] weights) {
    private static final int CHUNK = 512;

    /** How a pair's two weights, either of which may be 0, become one. */
    @FunctionalInterface
    interface Union {
        float of(float there, float back);
    }

    int points() {
        return starts.length - 1;
    }

    /** How many edges a point has. */
    int degree(int point) {
        return starts[point + 1] - starts[point];
    }

    /**
     * Makes the edges of points to their neighbours mutual.
     *
     * @param neighbours {@code [points, k]}, none twice in a row and none the point itself
     * @param weights {@code [points, k]}; edges of weight 0 are left out
     */
    static Graph mutual(int points, int k, int[] neighbours, float[] weights, Union union, WorkerPool pool) {
        Graph there = directed(points, k, neighbours, weights, pool);
        Graph back = there.transposed();
        int[] counts = new int[points + 1];
        forChunks(points, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                counts[i + 1] = merge(there, back, i, union, null, null, 0);
            }
        });
        Arrays.parallelPrefix(counts, Integer::sum);
        int[] ends = new int[counts[points]];
        float[] merged = new float[ends.length];
        forChunks(points, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                merge(there, back, i, union, ends, merged, counts[i]);
            }
        });
        return new Graph(counts, ends, merged);
    }

    /** Each point's edges to its neighbours, sorted by their ends. */
    static Graph directed(int points, int k, int[] neighbours, float[] weights, WorkerPool pool) {
        int[] ends = neighbours.clone();
        float[] sorted = weights.clone();
        int[] starts = new int[points + 1];
        Arrays.setAll(starts, i -> i * k);
        forChunks(points, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                sortByEnd(ends, sorted, i * k, (i + 1) * k);
            }
        });
        return new Graph(starts, ends, sorted);
    }

    private static void sortByEnd(int[] ends, float[] weights, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            int end = ends[i];
            float weight = weights[i];
            int at = i;
            for (; at > from && ends[at - 1] > end; at--) {
                ends[at] = ends[at - 1];
                weights[at] = weights[at - 1];
            }
            ends[at] = end;
            weights[at] = weight;
        }
    }

    /** The same edges the other way round. */
    Graph transposed() {
        int n = points();
        int[] counts = new int[n + 1];
        for (int end : ends) {
            counts[end + 1]++;
        }
        Arrays.parallelPrefix(counts, Integer::sum);
        int[] next = Arrays.copyOf(counts, n);
        int[] others = new int[ends.length];
        float[] values = new float[ends.length];
        for (int i = 0; i < n; i++) {
            for (int e = starts[i]; e < starts[i + 1]; e++) {
                int to = next[ends[e]]++;
                others[to] = i;
                values[to] = weights[e];
            }
        }
        return new Graph(counts, others, values);
    }

    /** Merges a point's edges; returns how many are left. Writes nothing where there is nothing to write to. */
    private static int merge(
            Graph there, Graph back, int point, Union union, int @Nullable [] ends,
            float @Nullable [] weights, int at) {
        int a = there.starts[point];
        int b = back.starts[point];
        int lastA = there.starts[point + 1];
        int lastB = back.starts[point + 1];
        int count = 0;
        while (a < lastA || b < lastB) {
            int endA = a < lastA ? there.ends[a] : Integer.MAX_VALUE;
            int endB = b < lastB ? back.ends[b] : Integer.MAX_VALUE;
            float weight = union.of(endA <= endB ? there.weights[a] : 0, endB <= endA ? back.weights[b] : 0);
            if (weight > 0) {
                if (ends != null && weights != null) {
                    ends[at + count] = Math.min(endA, endB);
                    weights[at + count] = weight;
                }
                count++;
            }
            a += endA <= endB ? 1 : 0;
            b += endB <= endA ? 1 : 0;
        }
        return count;
    }

    /** Which connected part each point belongs to, numbered in the order of their first points; the edges must be mutual. */
    int[] parts() {
        int[] parts = new int[points()];
        Arrays.fill(parts, -1);
        int[] waiting = new int[points()];
        int found = 0;
        for (int first = 0; first < parts.length; first++) {
            if (parts[first] >= 0) {
                continue;
            }
            int count = 1;
            waiting[0] = first;
            parts[first] = found;
            for (int next = 0; next < count; next++) {
                for (int e = starts[waiting[next]]; e < starts[waiting[next] + 1]; e++) {
                    if (parts[ends[e]] < 0) {
                        parts[ends[e]] = found;
                        waiting[count++] = ends[e];
                    }
                }
            }
            found++;
        }
        return parts;
    }

    /** Work on a range of points. */
    @FunctionalInterface
    interface Range {
        void run(int from, int to);
    }

    static void forChunks(int points, WorkerPool pool, Range work) {
        pool.run((points + CHUNK - 1) / CHUNK, (chunk, _) -> work.run(chunk * CHUNK, Math.min(points, (chunk + 1) * CHUNK)));
    }
}
