package org.latent4j.store;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the tokens of a text lie in it, found by what each says: one after the other, and those that say no whole characters ({@code
 * U+FFFD}) together over what is left between the others. So an emoji of four tokens is still shown as one.
 */
final class TokenPlaces {
    private static final char HALF = '\uFFFD';

    private TokenPlaces() {}

    /**
     * The places of the first tokens, as many as the text has; of a text that was cut the last ones have none.
     *
     * @param said what each token says
     * @return first character and one behind the last of each; empty where the tokens aren't those of the text, as when a tokenizer writes
     *     small letters or a prompt has more than the text
     */
    static Optional<int[][]> of(String text, List<String> said) {
        int[][] places = new int[said.size()][];
        int at = 0;
        for (int token = 0; token < places.length && at < text.length();) {
            int next = token;
            while (next < places.length && said.get(next).indexOf(HALF) >= 0) {
                next++;
            }
            if (next == token) {
                if (!text.startsWith(said.get(token), at)) {
                    boolean cut = text.endsWith("…") && said.get(token).startsWith(text.substring(at, text.length() - 1));
                    return cut ? Optional.of(Arrays.copyOf(places, token)) : Optional.empty();
                }
                places[token] = new int[]{at, at + said.get(token).length()};
                at = places[token][1];
                token++;
            } else {
                int end = next == places.length ? text.length() : text.indexOf(said.get(next), at + 1);
                if (end < 0) {
                    return Optional.empty();
                }
                for (; token < next; token++) {
                    places[token] = new int[]{at, end};
                }
                at = end;
            }
        }
        int known = 0;
        while (known < places.length && places[known] != null) {
            known++;
        }
        return Optional.of(Arrays.copyOf(places, known));
    }
}
