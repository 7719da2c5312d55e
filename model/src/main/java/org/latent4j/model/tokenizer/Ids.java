package org.latent4j.model.tokenizer;

import java.util.Arrays;

/** A growing list of token ids. */
final class Ids {
    private int[] ids = new int[16];
    private int size;

    void add(int id) {
        reserve(1);
        ids[size++] = id;
    }

    void add(int[] more, int count) {
        reserve(count);
        System.arraycopy(more, 0, ids, size, count);
        size += count;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    private void reserve(int count) {
        if (size + count > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(size + count, ids.length + (ids.length >> 1)));
        }
    }
}
