package org.latent4j.insight.probe;

import java.util.List;

/**
 * Texts, and what is to be read off states in them.
 *
 * @param texts the texts
 * @param items what has a label: words or spans of texts, or whole texts
 */
public record ProbeData(List<String> texts, List<Item> items) {
    /** Copies the lists. */
    public ProbeData {
        texts = List.copyOf(texts);
        items = List.copyOf(items);
    }

    /**
     * Something with a label.
     *
     * @param text which text, from 0
     * @param from its first character (UTF-16), or -1 for the whole text
     * @param to one more than its last
     * @param label its class, or a number
     * @param type what it is regardless of its place: the word in small letters, or the text
     * @param group what isn't divided between parts: the sentence, or a column's value
     */
    public record Item(int text, int from, int to, String label, String type, String group) {
        /** A whole text. */
        public static Item ofText(int text, String label, String type, String group) {
            return new Item(text, -1, -1, label, type, group);
        }

        boolean wholeText() {
            return from < 0;
        }
    }

    /** Whether items are words or spans, not whole texts. */
    public boolean words() {
        return items.stream().anyMatch(item -> !item.wholeText());
    }
}
