package org.latent4j.workbench;

import java.util.Locale;

/**
 * Tokens as a terminal may show them. Tokens hold anything: line feeds, escape sequences, half characters, text that
 * runs from right to left. Here they become one line of known width in which every character that can't be seen
 * stands as one that can: a space as {@code ␣}, a line feed as {@code ⏎}, a tab as {@code ⇥}, other control
 * characters as their pictures ({@code ␛}), and what has no picture, or a width that terminals disagree about, as
 * {@code <200D>}.
 */
final class TokenText {
    /** Left-to-right mark, of no width: keeps neighbours of right-to-left text where they are. */
    private static final char LEFT_TO_RIGHT = '\u200E';
    /** Marks piled on one character may cover the lines above; no script needs more. */
    private static final int MOST_MARKS = 4;

    private TokenText() {}

    /** The token with all its characters visible and none that moves the cursor. */
    static String visible(String token) {
        if (isPlain(token)) {
            return token;
        }
        StringBuilder seen = new StringBuilder(token.length() + 8);
        int marks = 0;
        for (int i = 0; i < token.length();) {
            int codePoint = token.codePointAt(i);
            if (isHidden(codePoint)) {
                appendPicture(seen, codePoint);
                marks = MOST_MARKS; // a mark must not sit on a picture
            } else if (!DisplayWidth.isMark(codePoint)) {
                seen.appendCodePoint(codePoint);
                marks = 0;
            } else if (i == 0 || marks == MOST_MARKS) {
                seen.append('◌').appendCodePoint(codePoint);
                marks = 1;
            } else {
                seen.appendCodePoint(codePoint);
                marks++;
            }
            i += Character.charCount(codePoint);
        }
        return seen.toString();
    }

    /** The same text with U+FFFD for every half of a surrogate pair, so that it can be written as UTF-8. */
    static String wellFormed(String text) {
        StringBuilder whole = new StringBuilder(text.length());
        boolean same = true;
        for (int i = 0; i < text.length();) {
            int codePoint = text.codePointAt(i);
            boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            whole.appendCodePoint(half ? 0xFFFD : codePoint);
            same &= !half;
            i += Character.charCount(codePoint);
        }
        return same ? text : whole.toString();
    }

    /** The text, or where there is nothing to be seen of it, a word in brackets that says so. */
    static String orSaidBlank(String text) {
        if (!text.isBlank()) {
            return text;
        }
        return text.isEmpty() ? "(no text)" : "(only white space)";
    }

    private static boolean isPlain(String token) {
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c <= ' ' || c >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHidden(int codePoint) {
        if (codePoint <= ' ' || (codePoint >= 0x7F && codePoint <= 0xA0)) {
            return true;
        }
        if ((codePoint >= 0xFE00 && codePoint <= 0xFE0F) // variation selectors: change a width on some terminals
                || (codePoint >= 0xE0100 && codePoint <= 0xE01EF)
                || (codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF) // letters of flags: one column or two or half of two
                || (codePoint >= 0x1F3FB && codePoint <= 0x1F3FF) // skin tones: two columns or none
                || codePoint == 0x115F || codePoint == 0x1160 // fillers
                || codePoint == 0x3164 || codePoint == 0xFFA0) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> false;
        };
    }

    private static void appendPicture(StringBuilder seen, int codePoint) {
        switch (codePoint) {
            case ' ' -> seen.append('␣');
            case '\n' -> seen.append('⏎');
            case '\t' -> seen.append('⇥');
            case 0x7F -> seen.append('␡');
            default -> {
                if (codePoint < ' ') {
                    seen.append((char) (0x2400 + codePoint)); // the block Control Pictures
                } else {
                    seen.append('<').append(Integer.toHexString(codePoint).toUpperCase(Locale.ROOT)).append('>');
                }
            }
        }
    }

    /** Appends a visible text in exactly so many columns: cut with {@code …} or filled with spaces. */
    static void appendFitted(StringBuilder out, String visible, int columns) {
        int width = appendCut(out, visible, columns);
        for (int i = width; i < columns; i++) {
            out.append(' ');
        }
    }

    /** Appends a visible text in at most so many columns, cut with {@code …}; returns the columns taken. */
    static int appendCut(StringBuilder out, String visible, int columns) {
        int whole = DisplayWidth.of(visible);
        boolean cut = whole > columns;
        int room = cut ? columns - 1 : columns;
        boolean rightToLeft = isRightToLeft(visible);
        if (rightToLeft) {
            out.append(LEFT_TO_RIGHT);
        }
        int width = 0;
        for (int i = 0; i < visible.length();) {
            int codePoint = visible.codePointAt(i);
            int its = DisplayWidth.of(codePoint);
            if (width + its > room) {
                break;
            }
            out.appendCodePoint(codePoint);
            width += its;
            i += Character.charCount(codePoint);
        }
        if (rightToLeft) {
            out.append(LEFT_TO_RIGHT);
        }
        if (cut && columns > 0) {
            out.append('…');
            width++;
        }
        return width;
    }

    private static boolean isRightToLeft(String text) {
        for (int i = 0; i < text.length();) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= 0x590) {
                switch (Character.getDirectionality(codePoint)) {
                    case Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
                            Character.DIRECTIONALITY_ARABIC_NUMBER -> {
                        return true;
                    }
                    default -> {
                    }
                }
            }
            i += Character.charCount(codePoint);
        }
        return false;
    }
}
