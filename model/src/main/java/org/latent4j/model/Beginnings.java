package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Texts cut where they part from one another, so that what several of them begin with is run once: the first lines of a chat
 * template, an instruction before many sentences, the same text twice. A tree of segments, each behind the one that it goes on from.
 */
final class Beginnings {
    /** The segment before a text's first. */
    static final int NONE = -1;

    private final List<int[]> texts;
    private final List<Segment> segments = new ArrayList<>();

    /**
     * Tokens {@code from} to {@code to} of some texts, the same in all of them.
     *
     * @param before the number of the segment that they have in common before it, {@link #NONE} for none
     * @param texts their numbers
     */
    record Segment(int before, int from, int to, int[] texts) {
        int length() {
            return to - from;
        }
    }

    private Beginnings(List<int[]> texts) {
        this.texts = texts;
    }

    /** The numbers of texts in the order of their tokens: those with common beginnings stand side by side. */
    static List<Integer> sorted(List<int[]> texts, List<Integer> numbers) {
        return numbers.stream().sorted(Comparator.comparing(texts::get, Arrays::compare)).toList();
    }

    /** How many tokens two texts begin with in common. */
    static int common(int[] one, int[] other) {
        int mismatch = Arrays.mismatch(one, other);
        return mismatch < 0 ? one.length : mismatch;
    }

    /**
     * The segments of texts, none of them empty: each goes on from one before it.
     *
     * @param sorted numbers of texts in the order of {@link #sorted}
     */
    static List<Segment> segments(List<int[]> texts, List<Integer> sorted) {
        Beginnings beginnings = new Beginnings(texts);
        beginnings.grow(NONE, 0, sorted);
        return beginnings.segments;
    }

    /** Cuts texts that have their tokens below {@code from} in common, as far as the segment {@code before} reaches. */
    private void grow(int before, int from, List<Integer> numbers) {
        int common = common(texts.get(numbers.getFirst()), texts.get(numbers.getLast())); // of all: they are in order
        int trunk = before;
        if (common > from) {
            trunk = segments.size();
            segments.add(new Segment(before, from, common, numbers.stream().mapToInt(Integer::intValue).toArray()));
        }
        int first = 0;
        while (first < numbers.size() && texts.get(numbers.get(first)).length == common) {
            first++; // ends here
        }
        for (int end; first < numbers.size(); first = end) {
            int token = texts.get(numbers.get(first))[common];
            end = first + 1;
            while (end < numbers.size() && texts.get(numbers.get(end))[common] == token) {
                end++;
            }
            grow(trunk, common, numbers.subList(first, end));
        }
    }
}
