package org.latent4j.space;

import java.util.Arrays;

/**
 * The nearest few of many points, for some queries at a time: a heap each, the farthest at its root; of equally far ones that with the higher
 * index counts as farther. What stays doesn't depend on the order in which candidates come.
 */
final class Nearest {
    private final int capacity;
    private double[] distances = {};
    private int[] indices = {};
    private int[] sizes = {};

    Nearest(int capacity) {
        this.capacity = capacity;
    }

    /** Empties the heaps of that many queries. */
    void reset(int queries) {
        if (sizes.length < queries) {
            distances = new double[Math.multiplyExact(queries, capacity)];
            indices = new int[queries * capacity];
            sizes = new int[queries];
        }
        Arrays.fill(sizes, 0);
    }

    int size(int query) {
        return sizes[query];
    }

    boolean isFull(int query) {
        return sizes[query] == capacity;
    }

    int index(int query, int place) {
        return indices[query * capacity + place];
    }

    double distance(int query, int place) {
        return distances[query * capacity + place];
    }

    /** The distance that others have to stay below where a heap is full and indices come in order. */
    double farthest(int query) {
        return distances[query * capacity];
    }

    /** Takes a candidate where it is among the nearest so far. */
    void offer(int query, double distance, int index) {
        int base = query * capacity;
        int size = sizes[query];
        if (size < capacity) {
            sizes[query] = size + 1;
            rise(base, size, distance, index);
        } else if (nearer(distance, index, distances[base], indices[base])) {
            sink(base, size, distance, index);
        }
    }

    /** Orders what a query has, the nearest first; nothing can be offered to it afterwards. */
    void sort(int query) {
        int base = query * capacity;
        for (int last = sizes[query] - 1; last > 0; last--) {
            double distance = distances[base + last];
            int index = indices[base + last];
            distances[base + last] = distances[base];
            indices[base + last] = indices[base];
            sink(base, last, distance, index);
        }
    }

    private static boolean nearer(double distance, int index, double otherDistance, int other) {
        return distance < otherDistance || distance == otherDistance && index < other;
    }

    private void rise(int base, int place, double distance, int index) {
        int at = place;
        while (at > 0) {
            int parent = base + (at - 1) / 2;
            if (!nearer(distances[parent], indices[parent], distance, index)) {
                break;
            }
            distances[base + at] = distances[parent];
            indices[base + at] = indices[parent];
            at = (at - 1) / 2;
        }
        distances[base + at] = distance;
        indices[base + at] = index;
    }

    private void sink(int base, int size, double distance, int index) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            int left = base + child;
            if (child + 1 < size && nearer(distances[left], indices[left], distances[left + 1], indices[left + 1])) {
                child++;
            }
            if (!nearer(distance, index, distances[base + child], indices[base + child])) {
                break;
            }
            distances[base + at] = distances[base + child];
            indices[base + at] = indices[base + child];
            at = child;
        }
        distances[base + at] = distance;
        indices[base + at] = index;
    }
}
