package org.latent4j.workbench;

/** Words that a stranger wrote, fit for one line of a terminal. */
final class PlainLine {
    private PlainLine() {}

    /** The text with whatever would steer a terminal, break the line or turn its direction shown as U+FFFD. */
    static String of(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(steers(c) ? 0xfffd : c));
        return plain.toString();
    }

    private static boolean steers(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
