package org.latent4j.workbench;

import java.util.regex.Pattern;

/** Words that a stranger wrote, fit for one line of a terminal. */
final class PlainLine {
    private static final Pattern BLANKS = Pattern.compile("[\\s\\u0085\\u2028\\u2029]+");
    /** Persian and the scripts of India are written with it. */
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    /** Makes one emoji of several. */
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    /** Tags that make a flag of England, Scotland or Wales of a black one. */
    private static final int FIRST_OF_FLAGS = 0xE0020;
    private static final int LAST_OF_FLAGS = 0xE007F;

    private PlainLine() {}

    /** The text with whatever would steer a terminal, break the line or turn its direction shown as U+FFFD. */
    static String of(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(steers(c) ? 0xfffd : c));
        return plain.toString();
    }

    /**
     * As much of a text as fits in so many columns, in one line: white space of any kind is a space, an end that is cut off is {@code …},
     * and text from right to left leaves what stands beside it where it is.
     */
    static String cut(String text, int columns) {
        StringBuilder line = new StringBuilder();
        TokenText.appendCut(line, of(BLANKS.matcher(text).replaceAll(" ").strip()), columns);
        return line.toString();
    }

    private static boolean steers(int codePoint) {
        if (codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER
                || codePoint >= FIRST_OF_FLAGS && codePoint <= LAST_OF_FLAGS) {
            return false;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
