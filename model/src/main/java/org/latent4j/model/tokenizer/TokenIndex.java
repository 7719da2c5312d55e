package org.latent4j.model.tokenizer;

import java.util.List;

/**
 * Id by token. Tokens are looked up as parts of other strings too, so that reading fifty thousand merges in a cold JVM
 * makes no string: that is most of what opening a tokenizer costs. Of a token that stands there twice the last counts,
 * as in llama.cpp. Immutable and safe for threads.
 */
final class TokenIndex {
    /** What is found where there is no such token. */
    static final int NONE = -1;

    private final List<String> tokens;
    private final int[] slots; // open addressing: id + 1, 0 is free

    TokenIndex(List<String> tokens) {
        this.tokens = tokens;
        slots = new int[Integer.highestOneBit(Math.max(8, tokens.size()) - 1) * 4]; // half full at most
        for (int id = 0; id < tokens.size(); id++) {
            put(tokens.get(id), id);
        }
    }

    private void put(String token, int id) {
        int slot = slot(token.hashCode());
        while (slots[slot] != 0 && !tokens.get(slots[slot] - 1).equals(token)) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = id + 1;
    }

    /** The id of a token, or {@link #NONE}. */
    int id(String token) {
        return id(token.hashCode(), token, 0, token.length());
    }

    /** The id of the token that these characters of a text are, or {@link #NONE}. */
    int id(String text, int from, int to) {
        return id(hash(0, text, from, to), text, from, to);
    }

    /**
     * The id of the token that a text is when the character at {@code gap} is taken out, or {@link #NONE}. Looks at
     * {@code likely} first.
     */
    int idWithout(String text, int gap, int likely) {
        if (likely > NONE && likely < tokens.size() && isWithout(tokens.get(likely), text, gap)) {
            return likely;
        }
        int hash = hash(hash(0, text, 0, gap), text, gap + 1, text.length());
        for (int slot = slot(hash); slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            if (isWithout(tokens.get(slots[slot] - 1), text, gap)) {
                return slots[slot] - 1;
            }
        }
        return NONE;
    }

    private static boolean isWithout(String token, String text, int gap) {
        return token.length() == text.length() - 1 && token.regionMatches(0, text, 0, gap)
                && token.regionMatches(gap, text, gap + 1, token.length() - gap);
    }

    private int id(int hash, String text, int from, int to) {
        for (int slot = slot(hash); slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            String token = tokens.get(slots[slot] - 1);
            if (token.length() == to - from && token.regionMatches(0, text, from, to - from)) {
                return slots[slot] - 1;
            }
        }
        return NONE;
    }

    /** That of {@link String#hashCode()}, continued. */
    private static int hash(int before, String text, int from, int to) {
        int hash = before;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    private int slot(int hash) {
        int mixed = hash * 0x9E3779B9; // 2^32 over the golden ratio: Knuth's multiplicative hashing
        return (mixed ^ mixed >>> 15) & slots.length - 1;
    }
}
