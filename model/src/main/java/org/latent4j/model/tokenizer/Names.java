package org.latent4j.model.tokenizer;

/** Names and texts out of files as an error can show them: one line, bounded. */
final class Names {
    private static final int LONGEST = 60;
    private static final int LONGEST_LINE = 300;

    private Names() {}

    /** The text with control characters as {@code ?}, cut after 60 characters. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), LONGEST); i++) {
            char c = name.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return name.length() > LONGEST ? shown + "…" : shown.toString();
    }

    /** What a reader or a template says of a file, which may quote it: one line without control characters, of some 300 characters. */
    static String line(String message) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(message.length(), LONGEST_LINE); i++) {
            char c = message.charAt(i);
            line.append(c == '\n' ? ' ' : Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return message.length() > LONGEST_LINE ? line + "…" : line.toString();
    }
}
