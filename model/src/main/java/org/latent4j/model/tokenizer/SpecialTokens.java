package org.latent4j.model.tokenizer;

import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * Finds tokens that are written out in a text ({@code <|im_start|>}): the leftmost, and of those that begin at one
 * place the longest, as the reference does. A lookup costs at most the logarithm of the number of tokens for each
 * character, so many tokens with one beginning can't make it slow.
 */
final class SpecialTokens {
    private final String[] texts; // sorted
    private final int[] ids;
    private final BitSet beginnings = new BitSet();

    /** Of the given ids those with a text; {@code tokens} holds the texts of all. */
    SpecialTokens(int[] special, List<String> tokens) {
        TreeMap<String, Integer> sorted = new TreeMap<>();
        for (int id : special) {
            String token = tokens.get(id);
            if (!token.isEmpty()) {
                sorted.put(token, id);
                beginnings.set(token.charAt(0));
            }
        }
        texts = sorted.keySet().toArray(new String[0]);
        ids = new int[texts.length];
        int at = 0;
        for (int id : sorted.values()) {
            ids[at++] = id;
        }
    }

    /** What was found: where it begins, where it ends, and which token it is. */
    record Found(int from, int to, int id) {}

    /** The first token written at or after {@code from}; begins and ends at the text's end when there is none. */
    Found next(String text, int from) {
        int length = text.length();
        if (texts.length > 0) {
            for (int at = from; at < length; at++) {
                if (beginnings.get(text.charAt(at))) {
                    int found = longest(text, at);
                    if (found >= 0) {
                        return new Found(at, at + texts[found].length(), ids[found]);
                    }
                }
            }
        }
        return new Found(length, length, -1);
    }

    /** Index of the longest token that the text has at this place, or -1: narrows the sorted texts letter by letter. */
    private int longest(String text, int at) {
        int low = 0;
        int high = texts.length;
        int longest = -1;
        for (int depth = 0; low < high && at + depth < text.length(); depth++) {
            char letter = text.charAt(at + depth);
            low = lowerBound(low, high, depth, letter);
            high = lowerBound(low, high, depth, letter + 1);
            if (low < high && texts[low].length() == depth + 1) {
                longest = low;
            }
        }
        return longest;
    }

    /** First index in the range whose letter at this depth is at least {@code letter}; shorter texts come first. */
    private int lowerBound(int low, int high, int depth, int letter) {
        int from = low;
        int to = high;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int here = texts[middle].length() > depth ? texts[middle].charAt(depth) : -1;
            if (here < letter) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
