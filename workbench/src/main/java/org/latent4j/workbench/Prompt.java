package org.latent4j.workbench;

import org.latent4j.kernel.LatentException;

/** What a model is given to read: a text, or token ids. Its number is its place in the input, from 0. */
sealed interface Prompt {
    /** Where it came from, for messages: {@code texts.txt line 7}, {@code --text 2}. */
    String origin();

    /** Whether there is nothing in it. */
    boolean isEmpty();

    /** A text. */
    record Text(String origin, String text) implements Prompt {
        /**
         * Checks that the text is Unicode.
         *
         * @throws LatentException if it holds half of a surrogate pair, as the JSON escape {@code \ud83d} alone does
         */
        public Text {
            int at = loneSurrogate(text);
            if (at >= 0) {
                throw new LatentException(
                        ("%s: character %d is \\u%04x, half of a surrogate pair, which is no Unicode text; "
                                + "write both halves or U+FFFD")
                                .formatted(origin, text.codePointCount(0, at), (int) text.charAt(at)));
            }
        }

        @Override
        public boolean isEmpty() {
            return text.isEmpty();
        }

        private static int loneSurrogate(String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (Character.isSurrogate(c)) {
                    boolean last = i + 1 == text.length();
                    if (last || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                        return i;
                    }
                    i++;
                }
            }
            return -1;
        }
    }

    /** Token ids, not yet compared with a vocabulary. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Ids(String origin, int[] ids) implements Prompt {
        @Override
        public boolean isEmpty() {
            return ids.length == 0;
        }
    }
}
