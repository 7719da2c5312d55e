package org.latent4j.workbench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A text, or a piece of one that is cut into several.
 *
 * @param text the text's number in the input, from 0
 * @param number which piece of it, from 0
 * @param pieces how many there are of it
 * @param content the piece itself
 */
record TextPiece(int text, int number, int pieces, TextRow row, String content) {
    /** What a piece of a text of this name is called; the text itself where it is in one piece. */
    static String called(String name, int number) {
        return name + "#" + (number + 1);
    }

    /** What the point is called whose text is called so. */
    String called(String name) {
        return pieces > 1 ? called(name, number) : name;
    }

    /** The fields of the point whose text is called so: its content, the columns beside it, and of a piece which it is. */
    Map<String, Object> fields(String name) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", content);
        row.columns().forEach((column, value) -> fields.put(fields.containsKey(column) ? column + " (column)" : column, value));
        if (pieces > 1) {
            fields.put("document", name);
            fields.put("piece", (long) number + 1);
        }
        return fields;
    }
}
