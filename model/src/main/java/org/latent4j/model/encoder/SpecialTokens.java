package org.latent4j.model.encoder;

import java.util.Arrays;
import org.latent4j.model.tokenizer.Tokenizer;

/**
 * The tokens that a tokenizer sets around a text, so that a text can be cut between them: BERT's {@code [CLS]} and {@code [SEP]},
 * Qwen 3's last one, nothing.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SpecialTokens(int[] before, int[] behind) {
    private static final String ANY = "a";

    /** Finds them by what is around the tokens of a text. */
    static SpecialTokens of(Tokenizer tokenizer) {
        int[] alone = tokenizer.encode(ANY);
        int[] around = tokenizer.encodeWithSpecial(ANY);
        for (int at = 0; at + alone.length <= around.length; at++) {
            if (Arrays.equals(alone, 0, alone.length, around, at, at + alone.length)) {
                return new SpecialTokens(Arrays.copyOf(around, at), Arrays.copyOfRange(around, at + alone.length, around.length));
            }
        }
        return new SpecialTokens(new int[0], new int[0]);
    }

    int count() {
        return before.length + behind.length;
    }

    /** So many of a text's tokens, with these around them. */
    int[] around(int[] ids, int count) {
        int[] all = Arrays.copyOf(before, before.length + count + behind.length);
        System.arraycopy(ids, 0, all, before.length, count);
        System.arraycopy(behind, 0, all, before.length + count, behind.length);
        return all;
    }
}
