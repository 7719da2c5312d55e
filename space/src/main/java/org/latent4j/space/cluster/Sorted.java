package org.latent4j.space.cluster;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Sorting of numbers by what they stand for. */
final class Sorted {
    private Sorted() {}

    /** Sorts items by a value that isn't NaN, the smallest first; equal ones stay in their order. */
    static void by(int[] items, IntToDoubleFunction value) {
        int n = items.length;
        double[] values = new double[n];
        Arrays.setAll(values, i -> value.applyAsDouble(items[i]) + 0.0);
        int[] places = new int[n];
        Arrays.setAll(places, i -> i);
        int[] spare = new int[n];
        for (int run = 1; run > 0 && run < n; run *= 2) { // merge sort, from below
            for (int from = 0; from < n; from += 2 * run) {
                merge(values, places, spare, from, Math.min(from + run, n), (int) Math.min(from + 2L * run, n));
            }
            int[] swapped = places;
            places = spare;
            spare = swapped;
        }
        int[] before = items.clone();
        for (int i = 0; i < n; i++) {
            items[i] = before[places[i]];
        }
    }

    private static void merge(double[] values, int[] in, int[] out, int from, int middle, int to) {
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takeLeft = left < middle && (right >= to || values[in[left]] <= values[in[right]]);
            out[i] = takeLeft ? in[left++] : in[right++];
        }
    }
}
