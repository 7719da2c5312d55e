package org.latent4j.workbench;

/** Command lines as a POSIX shell reads them. */
final class Shell {
    private static final String PLAIN = "-_./,:=+@%";
    private static final int LONGEST = 1000;

    private Shell() {}

    /** An argument that a shell reads back as it is; a very long one is cut, which three dots tell. */
    static String quote(String argument) {
        String shown = argument;
        if (argument.length() > LONGEST) {
            int end = Character.isHighSurrogate(argument.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
            shown = argument.substring(0, end) + "...";
        }
        return isPlain(shown) ? shown : "'" + shown.replace("'", "'\\''") + "'";
    }

    private static boolean isPlain(String argument) {
        for (int i = 0; i < argument.length(); i++) {
            char c = argument.charAt(i);
            boolean letterOrDigit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!letterOrDigit && PLAIN.indexOf(c) < 0) {
                return false;
            }
        }
        return !argument.isEmpty();
    }
}
