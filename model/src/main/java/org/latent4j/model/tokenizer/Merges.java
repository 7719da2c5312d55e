package org.latent4j.model.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.latent4j.kernel.LatentException;

/**
 * The learned merges of a BPE vocabulary and the work of merging: of all neighbouring pairs the most urgent is merged
 * first, the leftmost of equals, until none is left. Immutable and safe for threads.
 *
 * <p>Short words are scanned again after each merge; long ones use a heap, so that a word of ten million letters takes
 * n log n steps.
 */
final class Merges {
    private static final long FREE = -1;
    /** Up to here a scan costs less than a heap. */
    private static final int SHORT_WORD = 32;

    private final long[] pairs; // open addressing: left id << 32 | right id
    private final int[] ranks; // beside pairs
    private final int[] merged; // by rank: the id that the pair becomes

    /**
     * Reads the merges.
     *
     * @param merges {@code left right}, the most urgent first
     * @param ids id by token
     * @param source where they come from, for errors
     */
    Merges(List<String> merges, TokenIndex ids, String source) {
        int capacity = Integer.highestOneBit(Math.max(8, merges.size()) - 1) * 4; // half full at most
        pairs = new long[capacity];
        ranks = new int[capacity];
        merged = new int[merges.size()];
        Arrays.fill(pairs, FREE);
        for (int rank = 0; rank < merged.length; rank++) {
            read(merges.get(rank), rank, ids, source);
        }
    }

    private void read(String merge, int rank, TokenIndex ids, String source) {
        int space = merge.indexOf(' ', 1);
        int left = space < 0 ? TokenIndex.NONE : ids.id(merge, 0, space);
        int right = space < 0 ? TokenIndex.NONE : ids.id(merge, space + 1, merge.length());
        // Vocabularies list tokens as they were learned.
        int likely = rank == 0 ? TokenIndex.NONE : merged[rank - 1] + 1;
        int both = space < 0 ? TokenIndex.NONE : ids.idWithout(merge, space, likely);
        if (left == TokenIndex.NONE || right == TokenIndex.NONE || both == TokenIndex.NONE) {
            throw new LatentException(String.format(Locale.ROOT,
                    "merge %d of %s, \"%s\", names a token that isn't in the vocabulary; the file is damaged",
                    rank, source, Names.shown(merge)));
        }
        merged[rank] = both;
        put(pair(left, right), rank);
    }

    /** Merges the first {@code length} ids of a word in place and returns how many remain. */
    int apply(int[] word, int length) {
        return length <= SHORT_WORD ? scan(word, length) : heap(word, length);
    }

    /** The plain algorithm: looks at every pair before each merge. */
    int scan(int[] word, int length) {
        int remaining = length;
        while (remaining > 1) {
            int best = Integer.MAX_VALUE;
            int at = -1;
            for (int i = 0; i + 1 < remaining; i++) {
                int rank = rank(word[i], word[i + 1]);
                if (rank < best) {
                    best = rank;
                    at = i;
                }
            }
            if (at < 0) {
                break;
            }
            word[at] = merged[best];
            System.arraycopy(word, at + 2, word, at + 1, remaining - at - 2);
            remaining--;
        }
        return remaining;
    }

    /**
     * The same order of merges from a heap of pairs. An entry is {@code rank << 32 | position} and is void when the
     * pair at its position has another rank by now.
     */
    int heap(int[] word, int length) {
        int[] next = new int[length];
        int[] before = new int[length];
        LongHeap heap = new LongHeap(length);
        for (int i = 0; i < length; i++) {
            next[i] = i + 1;
            before[i] = i - 1;
            if (i + 1 < length) {
                push(heap, word, i, i + 1);
            }
        }
        while (!heap.isEmpty()) {
            long entry = heap.pop();
            int at = (int) entry;
            int after = word[at] < 0 ? length : next[at];
            int rank = (int) (entry >>> Integer.SIZE);
            if (after == length || rank(word[at], word[after]) != rank) {
                continue;
            }
            word[at] = merged[rank];
            word[after] = -1; // swallowed
            next[at] = next[after];
            if (next[at] < length) {
                before[next[at]] = at;
                push(heap, word, at, next[at]);
            }
            if (before[at] >= 0) {
                push(heap, word, before[at], at);
            }
        }
        int remaining = 0;
        for (int i = 0; i < length; i = next[i]) {
            word[remaining++] = word[i];
        }
        return remaining;
    }

    private void push(LongHeap heap, int[] word, int left, int right) {
        int rank = rank(word[left], word[right]);
        if (rank != Integer.MAX_VALUE) {
            heap.push((long) rank << Integer.SIZE | left);
        }
    }

    private int rank(int left, int right) {
        long pair = pair(left, right);
        for (int slot = slot(pair);; slot = slot + 1 & pairs.length - 1) {
            if (pairs[slot] == pair) {
                return ranks[slot];
            }
            if (pairs[slot] == FREE) {
                return Integer.MAX_VALUE;
            }
        }
    }

    private void put(long pair, int rank) {
        int slot = slot(pair);
        while (pairs[slot] != FREE) {
            if (pairs[slot] == pair) {
                return; // said twice: the more urgent holds
            }
            slot = slot + 1 & pairs.length - 1;
        }
        pairs[slot] = pair;
        ranks[slot] = rank;
    }

    private int slot(long pair) {
        long mixed = pair * 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio: Knuth's multiplicative hashing
        return (int) (mixed >>> Integer.SIZE) & pairs.length - 1;
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }
}
