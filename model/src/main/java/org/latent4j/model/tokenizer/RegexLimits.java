package org.latent4j.model.tokenizer;

import java.io.IOException;

/**
 * Keeps from Hugging Face's library regular expressions that may go back and forth without end: after ten million steps of one match
 * the library ends the process. Those of the models in use need not be kept from it: in each alternative they have two open ends at
 * most ({@code \s*[\r\n]+}), nothing that must follow the second, and no repetition of what is itself repeated.
 */
final class RegexLimits {
    private static final int LONGEST = 10_000;
    private static final int DEEPEST = 50;
    private static final int MANY = 16; // times that count as without end
    private static final int OPEN_ENDS = 2;

    private final String regex;
    private int at;

    private RegexLimits(String regex) {
        this.regex = regex;
    }

    /** Refuses an expression that may take too many steps. */
    static void check(String regex) throws IOException {
        if (regex.length() > LONGEST) {
            throw new IOException("it has a regular expression of " + regex.length() + " characters");
        }
        RegexLimits limits = new RegexLimits(regex);
        while (limits.at < regex.length()) {
            limits.alternatives(0);
            limits.at++; // a bracket too many, which the library refuses
        }
    }

    /** What stands between brackets: the most open ends of an alternative, and whether there are several. */
    private record Group(int openEnds, boolean choice) {}

    private Group alternatives(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw refused();
        }
        int most = 0;
        int openEnds = 0;
        boolean choice = false;
        while (at < regex.length() && regex.charAt(at) != ')') {
            if (regex.charAt(at) == '|') {
                choice = true;
                openEnds = 0;
                at++;
                continue;
            }
            Group atom = atom(depth);
            boolean optional = at < regex.length() && (regex.charAt(at) == '?' || regex.charAt(at) == '*' || regex.startsWith("{0", at));
            boolean repeated = repeated();
            if (repeated && (atom.openEnds > 0 || atom.choice) || !optional && !repeated && openEnds >= OPEN_ENDS) {
                throw refused();
            }
            openEnds += atom.openEnds + (repeated ? 1 : 0);
            most = Math.max(most, openEnds);
            if (openEnds > OPEN_ENDS) {
                throw refused();
            }
        }
        return new Group(most, choice);
    }

    /** A character, a class or a group. */
    private Group atom(int depth) throws IOException {
        switch (regex.charAt(at++)) {
            case '(' -> {
                skipKind();
                Group group = alternatives(depth + 1);
                at++;
                return group;
            }
            case '[' -> skipClass();
            case '\\' -> skipEscape();
            default -> {
            }
        }
        return new Group(0, false);
    }

    /** The {@code ?:}, {@code ?i:}, {@code ?!} or the like of a group. */
    private void skipKind() {
        if (!regex.startsWith("?", at)) {
            return;
        }
        at++;
        if (regex.startsWith("<=", at) || regex.startsWith("<!", at)) {
            at += 2;
            return;
        }
        char last = regex.startsWith("<", at) ? '>' : ':'; // a name, or letters that switch something
        while (at < regex.length() && (Character.isLetterOrDigit(regex.charAt(at)) || "<-_".indexOf(regex.charAt(at)) >= 0)) {
            at++;
        }
        if (at < regex.length() && (regex.charAt(at) == last || "=!>".indexOf(regex.charAt(at)) >= 0)) {
            at++;
        }
    }

    private void skipClass() {
        for (int open = 1; open > 0 && at < regex.length(); at++) {
            switch (regex.charAt(at)) {
                case '[' -> open++;
                case ']' -> open--;
                case '\\' -> at++;
                default -> {
                }
            }
        }
    }

    private void skipEscape() {
        boolean braces = at + 1 < regex.length() && "pPx".indexOf(regex.charAt(at)) >= 0 && regex.charAt(at + 1) == '{';
        int end = braces ? regex.indexOf('}', at) : at;
        at = end < 0 ? regex.length() : end + 1;
    }

    /** Goes over what says how often; whether that is without end, or near enough. */
    private boolean repeated() {
        boolean open = false;
        for (; at < regex.length(); at++) {
            char c = regex.charAt(at);
            if (c == '*' || c == '+') {
                open = true;
            } else if (c == '{') {
                int end = regex.indexOf('}', at);
                String times = end < 0 ? "" : regex.substring(at + 1, end);
                if (!times.matches("\\d{0,9},?\\d{0,9}") || times.isEmpty() || times.equals(",")) {
                    return open; // a brace as it stands
                }
                open |= times.endsWith(",") || Integer.parseInt(times.substring(times.indexOf(',') + 1)) > MANY;
                at = end;
            } else if (c != '?') {
                return open;
            }
        }
        return open;
    }

    private static IOException refused() {
        return new IOException("it has a regular expression that may take too many steps");
    }
}
