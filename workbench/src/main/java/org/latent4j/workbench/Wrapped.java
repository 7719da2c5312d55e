package org.latent4j.workbench;

/** Prose wrapped to a width. */
final class Wrapped {
    private Wrapped() {}

    /**
     * Appends a text, broken at spaces so that no line is wider than {@code width} (words longer than a line stay
     * whole), with a line feed at the end.
     *
     * @param from the column at which the caller stands and the text begins
     * @param indent spaces before every further line
     */
    static void append(StringBuilder out, String text, int from, int indent, int width) {
        int column = from;
        int lineStart = from;
        for (int start = 0; start < text.length();) {
            int end = text.indexOf(' ', start);
            if (end < 0) {
                end = text.length();
            }
            int word = end - start;
            if (column > lineStart && column + 1 + word > width) {
                out.append('\n');
                for (int i = 0; i < indent; i++) {
                    out.append(' ');
                }
                column = indent;
                lineStart = indent;
            } else if (column > lineStart) {
                out.append(' ');
                column++;
            }
            out.append(text, start, end);
            column += word;
            start = end + 1;
        }
        out.append('\n');
    }
}
