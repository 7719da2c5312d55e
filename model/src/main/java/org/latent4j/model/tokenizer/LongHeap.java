package org.latent4j.model.tokenizer;

import java.util.Arrays;

/** A binary heap of non-negative longs, the least on top. */
final class LongHeap {
    private long[] entries;
    private int size;

    LongHeap(int capacity) {
        entries = new long[Math.max(1, capacity)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void push(long entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size + (size >> 1) + 1);
        }
        int at = size++;
        while (at > 0 && entries[at - 1 >>> 1] > entry) {
            entries[at] = entries[at - 1 >>> 1];
            at = at - 1 >>> 1;
        }
        entries[at] = entry;
    }

    /** Takes the least entry; the heap must not be empty. */
    long pop() {
        long least = entries[0];
        long last = entries[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (entries[child] >= last) {
                break;
            }
            entries[at] = entries[child];
            at = child;
        }
        if (size > 0) {
            entries[at] = last;
        }
        return least;
    }
}
