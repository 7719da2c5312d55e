package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts cut where they part from one another, so that what several of them begin with is run once: the first lines of a chat
 * template, an instruction before many sentences. A tree of segments, level by level.
 */
final class Beginnings {
    /** What a segment in common has to spare at least, in rows: a pass of its own costs about as much. */
    private static final int WORTH = 16;

    private final List<int[]> texts;
    private final List<List<Segment>> levels = new ArrayList<>();

    /**
     * Tokens {@code from} to {@code to} of some texts, the same in all of them.
     *
     * @param before what they have in common before it, null for nothing
     * @param texts their numbers
     */
    record Segment(@Nullable Segment before, int from, int to, int[] texts) {
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
     * The segments of texts, none of them empty: those of a level go on from those of the levels before it. Every text ends
     * with a segment of its own.
     *
     * @param sorted numbers of texts in the order of {@link #sorted}
     */
    static List<List<Segment>> levels(List<int[]> texts, List<Integer> sorted) {
        Beginnings beginnings = new Beginnings(texts);
        beginnings.grow(null, 0, 0, sorted);
        return beginnings.levels;
    }

    /** Texts that have their tokens below {@code from} in common, run by the levels before. */
    private void grow(@Nullable Segment before, int from, int level, List<Integer> numbers) {
        int common = common(numbers);
        if ((common - from) * (numbers.size() - 1) < WORTH) {
            part(before, from, level, common, numbers);
        } else {
            part(add(before, from, common, level, numbers), common, level + 1, common, numbers);
        }
    }

    /** Goes on with each group of texts that have token {@code at} in common; one that ends there is on its own. */
    private void part(@Nullable Segment before, int from, int level, int at, List<Integer> numbers) {
        for (int first = 0, end; first < numbers.size(); first = end) {
            int token = texts.get(numbers.get(first))[at];
            List<Integer> longer = new ArrayList<>();
            for (end = first; end < numbers.size() && texts.get(numbers.get(end))[at] == token; end++) {
                int number = numbers.get(end);
                if (texts.get(number).length == at + 1) {
                    add(before, from, at + 1, level, List.of(number));
                } else {
                    longer.add(number);
                }
            }
            if (longer.size() == 1) {
                add(before, from, texts.get(longer.getFirst()).length, level, longer);
            } else if (!longer.isEmpty()) {
                grow(before, from, level, longer);
            }
        }
    }

    /** How many tokens all begin with, at least the last of each left over. */
    private int common(List<Integer> numbers) {
        int length = common(texts.get(numbers.getFirst()), texts.get(numbers.getLast()));
        for (int number : numbers) {
            length = Math.min(length, texts.get(number).length - 1);
        }
        return length;
    }

    private Segment add(@Nullable Segment before, int from, int to, int level, List<Integer> numbers) {
        while (levels.size() <= level) {
            levels.add(new ArrayList<>());
        }
        Segment segment = new Segment(before, from, to, numbers.stream().mapToInt(Integer::intValue).toArray());
        levels.get(level).add(segment);
        return segment;
    }
}
