package org.latent4j.model.tokenizer;

/** Names and texts out of files as an error can show them: one line, bounded. */
final class Names {
    private static final int LONGEST = 60;

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
}
