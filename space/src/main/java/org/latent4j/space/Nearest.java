package org.latent4j.space;

import java.util.Arrays;

/**
 * The best few of many scored indices, for some queries at a time: a heap each, the worst at its root. A higher score is
 * better; of equal ones the lower index. What stays doesn't depend on the order in which candidates come.
 */
final class Nearest {
    private final int capacity;
    private float[] scores = {};
    private int[] indices = {};
    private int[] sizes = {};

    Nearest(int capacity) {
        this.capacity = capacity;
    }

    /** Empties the heaps of that many queries. */
    void reset(int queries) {
        if (sizes.length < queries) {
            scores = new float[Math.multiplyExact(queries, capacity)];
            indices = new int[queries * capacity];
            sizes = new int[queries];
        }
        Arrays.fill(sizes, 0);
    }

    int size(int query) {
        return sizes[query];
    }

    int index(int query, int place) {
        return indices[query * capacity + place];
    }

    float score(int query, int place) {
        return scores[query * capacity + place];
    }

    /** The worst score that stays, which others have to exceed where indices come in order; NaN while there is room. */
    float threshold(int query) {
        return sizes[query] < capacity ? Float.NaN : scores[query * capacity];
    }

    /** Takes a candidate where it is among the best so far; a score that overflowed (NaN) is the worst. */
    void offer(int query, float given, int index) {
        float score = Float.isNaN(given) ? Float.NEGATIVE_INFINITY : given;
        int base = query * capacity;
        int size = sizes[query];
        if (size < capacity) {
            sizes[query] = size + 1;
            rise(base, size, score, index);
        } else if (better(score, index, scores[base], indices[base])) {
            sink(base, score, index);
        }
    }

    private static boolean better(float score, int index, float otherScore, int other) {
        return score > otherScore || score == otherScore && index < other;
    }

    private void rise(int base, int place, float score, int index) {
        int at = place;
        while (at > 0) {
            int parent = base + (at - 1) / 2;
            if (!better(scores[parent], indices[parent], score, index)) {
                break;
            }
            scores[base + at] = scores[parent];
            indices[base + at] = indices[parent];
            at = (at - 1) / 2;
        }
        scores[base + at] = score;
        indices[base + at] = index;
    }

    private void sink(int base, float score, int index) {
        int at = 0;
        for (int child = 1; child < capacity; child = 2 * at + 1) {
            if (child + 1 < capacity
                    && better(scores[base + child], indices[base + child], scores[base + child + 1], indices[base + child + 1])) {
                child++;
            }
            if (!better(score, index, scores[base + child], indices[base + child])) {
                break;
            }
            scores[base + at] = scores[base + child];
            indices[base + at] = indices[base + child];
            at = child;
        }
        scores[base + at] = score;
        indices[base + at] = index;
    }
}
