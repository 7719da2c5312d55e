package org.latent4j.insight.probe;

import java.util.List;
import org.latent4j.model.tokenizer.Tokenizer.Span;

/** Finds the tokens of a span of characters. */
final class Alignment {
    private Alignment() {}

    /**
     * The first and the last token that hold a character of a span, counted from 0; null if none does. White space alone at a token's
     * beginning doesn't count: " word" begins at its w.
     *
     * @param spans of the text's tokens, in order
     */
    static int @org.jspecify.annotations.Nullable [] tokens(List<Span> spans, String text, int from, int to) {
        int first = -1;
        int last = -1;
        for (int t = 0; t < spans.size(); t++) {
            int begin = spans.get(t).from();
            int end = Math.min(spans.get(t).to(), text.length());
            while (begin < end && Character.isWhitespace(text.charAt(begin))) {
                begin++;
            }
            if (begin < end && begin < to && end > from) {
                first = first < 0 ? t : first;
                last = t;
            }
        }
        return first < 0 ? null : new int[]{first, last};
    }
}
