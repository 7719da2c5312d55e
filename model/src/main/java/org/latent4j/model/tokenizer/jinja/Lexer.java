package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.model.tokenizer.jinja.Token.Kind;

/**
 * Cuts a template into tokens. White space as with {@code trim_blocks} and {@code lstrip_blocks}: the line break after
 * a block or comment goes, and so do blanks before one that begins its line; {@code -} takes all white space on its
 * side, {@code +} keeps it. One line break at the template's end goes, as Jinja2 has it by default.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of("==", "!=", "<=", ">=", "//", "**",
            "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".", ":", ",", "|");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStarting = true;

    private Lexer(String source) {
        String unix = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        while (lexer.at < lexer.source.length()) {
            lexer.text();
        }
        lexer.add(Kind.END, "");
        return lexer.tokens;
    }

    /** Text up to the next tag, then that tag. */
    private void text() {
        int open = nextOpening();
        if (open < 0) {
            add(Kind.TEXT, source.substring(at));
            advance(source.length());
            return;
        }
        char kind = source.charAt(open + 1);
        char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
        String text = source.substring(at, open);
        if (sign == '-') {
            text = Text.stripEnd(text);
        } else if (sign != '+' && kind != '{') {
            text = withoutIndent(text);
        }
        if (!text.isEmpty()) {
            add(Kind.TEXT, text);
        }
        advance(open + (sign == '-' || sign == '+' ? 3 : 2));
        switch (kind) {
            case '#' -> comment();
            case '{' -> print();
            default -> block();
        }
    }

    private int nextOpening() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private String withoutIndent(String text) {
        int begin = text.lastIndexOf('\n') + 1;
        return (begin > 0 || lineStarting) && Text.strip(text.substring(begin)).isEmpty() ? text.substring(0, begin) : text;
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException(line, "a comment doesn't end");
        }
        boolean strip = end > at && source.charAt(end - 1) == '-';
        boolean keep = end > at && source.charAt(end - 1) == '+';
        advance(end + 2);
        afterTag(strip, !keep);
    }

    private void print() {
        add(Kind.PRINT_BEGIN, "{{");
        afterTag(expression("}}", Kind.PRINT_END) == '-', false);
    }

    private void block() {
        add(Kind.BLOCK_BEGIN, "{%");
        int name = tokens.size();
        char sign = expression("%}", Kind.BLOCK_END);
        boolean raw = tokens.size() == name + 2 && tokens.get(name).is(Kind.NAME, "raw");
        afterTag(sign == '-', sign != '+');
        if (raw) {
            tokens.subList(name - 1, tokens.size()).clear();
            raw();
        }
    }

    /** All up to {@code endraw} as text. */
    private void raw() {
        int open = at;
        while (true) {
            open = source.indexOf("{%", open);
            if (open < 0) {
                throw new TemplateException(line, "a raw block doesn't end");
            }
            int name = open + 2 + (source.startsWith("-", open + 2) || source.startsWith("+", open + 2) ? 1 : 0);
            if (source.substring(name).stripLeading().startsWith("endraw")) {
                break;
            }
            open = name;
        }
        boolean strip = source.startsWith("-", open + 2);
        String text = source.substring(at, open);
        add(Kind.TEXT, strip ? Text.stripEnd(text) : source.startsWith("+", open + 2) ? text : withoutIndent(text));
        advance(open + 2 + (strip || source.startsWith("+", open + 2) ? 1 : 0));
        int first = tokens.size();
        char sign = expression("%}", Kind.BLOCK_END);
        tokens.subList(first, tokens.size()).clear();
        afterTag(sign == '-', sign != '+');
    }

    /** White space behind a tag that is to go. */
    private void afterTag(boolean strip, boolean trim) {
        int end = at;
        if (strip) {
            while (end < source.length() && Text.isSpace(source.charAt(end))) {
                end++;
            }
        } else if (trim && source.startsWith("\n", at)) {
            end++;
        }
        advance(end);
        lineStarting = at > 0 && source.charAt(at - 1) == '\n';
    }

    /** The tokens of an expression up to its closing tag; returns the sign before that, or a blank. */
    private char expression(String close, Kind kind) {
        int begin = line;
        List<Character> open = new ArrayList<>();
        while (true) {
            while (at < source.length() && Text.isSpace(source.charAt(at))) {
                advance(at + 1);
            }
            if (at >= source.length()) {
                throw new TemplateException(begin, "a tag doesn't end with " + close);
            }
            char sign = source.charAt(at);
            int closing = sign == '-' || sign == '+' ? at + 1 : at;
            if (open.isEmpty() && source.startsWith(close, closing)) {
                boolean signed = closing > at;
                add(kind, close);
                advance(closing + 2);
                return signed ? sign : ' ';
            }
            token(open);
        }
    }

    private void token(List<Character> open) {
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (isDigit(c)) {
            number();
        } else if (c == '_' || Character.isLetter(c)) {
            int end = at;
            while (end < source.length()
                    && (source.charAt(end) == '_' || Character.isLetterOrDigit(source.charAt(end)))) {
                end++;
            }
            addTo(Kind.NAME, end);
        } else {
            operator(open);
        }
    }

    private void operator(List<Character> open) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                char c = operator.charAt(0);
                if ("([{".indexOf(c) >= 0) {
                    open.add(c);
                } else if (")]}".indexOf(c) >= 0 && !open.isEmpty()) {
                    open.removeLast();
                }
                addTo(Kind.OPERATOR, at + operator.length());
                return;
            }
        }
        throw new TemplateException(line, "unexpected character '" + source.charAt(at) + "'");
    }

    private void number() {
        int end = digits(at);
        int whole = end;
        if (at > 0 && source.charAt(at - 1) == '.') { // value.0.name: an item
            add(Kind.INTEGER, source.substring(at, end).replace("_", ""));
            advance(end);
            return;
        }
        if (source.substring(at, Math.min(at + 3, source.length())).matches("0[xX]_?[0-9a-fA-F]|0[oO]_?[0-7]|0[bB]_?[01]")) {
            based();
            return;
        }
        if (end + 1 < source.length() && source.charAt(end) == '.' && isDigit(source.charAt(end + 1))) {
            end = digits(end + 1);
        }
        if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
            int sign = source.startsWith("+", end + 1) || source.startsWith("-", end + 1) ? 1 : 0;
            int exponent = digits(end + 1 + sign);
            end = exponent > end + 1 + sign ? exponent : end;
        }
        add(end > whole ? Kind.FLOAT : Kind.INTEGER, source.substring(at, end).replace("_", ""));
        advance(end);
    }

    /** A whole number to base 16, 8 or 2. */
    private void based() {
        int end = at + 2;
        while (end < source.length() && (source.charAt(end) == '_' || Character.digit(source.charAt(end), 16) >= 0)) {
            end++;
        }
        Long value = Numbers.whole(source.substring(at, end), 0);
        if (value == null) {
            throw new TemplateException(line, "number " + Text.shortened(source.substring(at, end)) + " can't be read");
        }
        add(Kind.INTEGER, value.toString());
        advance(end);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private int digits(int from) {
        int end = from;
        while (end < source.length() && (isDigit(source.charAt(end)) || source.charAt(end) == '_')) {
            end++;
        }
        return end;
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            if (source.charAt(i) == '\\' && i + 1 < source.length()) {
                i = escape(i + 1, value);
            } else {
                value.append(source.charAt(i++));
            }
        }
        if (i >= source.length()) {
            throw new TemplateException(line, "a string doesn't end");
        }
        add(Kind.STRING, value.toString());
        advance(i + 1);
    }

    /** Python's escapes; returns where the string goes on. */
    private int escape(int i, StringBuilder value) {
        char c = source.charAt(i);
        int simple = "abfnrtv\\'\"".indexOf(c);
        if (simple >= 0) {
            value.append("\u0007\b\f\n\r\t\u000B\\'\"".charAt(simple));
            return i + 1;
        }
        int digits = switch (c) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
        };
        if (digits > 0) {
            try {
                value.appendCodePoint(Integer.parseInt(source.substring(i + 1, i + 1 + digits), 16));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new TemplateException(line, "a string has a broken escape \\" + c);
            }
            return i + 1 + digits;
        }
        if (c == '\n') {
            return i + 1;
        }
        if (c >= '0' && c <= '7') {
            int end = i;
            while (end < Math.min(i + 3, source.length()) && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
                end++;
            }
            value.appendCodePoint(Integer.parseInt(source.substring(i, end), 8));
            return end;
        }
        value.append('\\').append(c); // Python leaves what it doesn't know as it is
        return i + 1;
    }

    private void addTo(Kind kind, int end) {
        add(kind, source.substring(at, end));
        advance(end);
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void advance(int to) {
        for (int i = at; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = to;
    }
}
