package org.latent4j.store.search;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.latent4j.kernel.LatentException;
import org.latent4j.store.search.Condition.Comparison;
import org.latent4j.store.search.Condition.Operator;

/** Reads a condition by recursive descent; what it refuses it points to by the column, from 1. */
final class WhereParser {
    private static final int LONGEST = 10_000;
    /** Longer values aren't told apart by an index. */
    private static final int LONGEST_VALUE = 4_000;
    private static final int DEEPEST = 100;

    private enum Kind {
        WORD, QUOTED, SIGN, END
    }

    private record Token(Kind kind, String text, int column) {
        boolean is(String word) {
            return kind != Kind.QUOTED && kind != Kind.END && text.equalsIgnoreCase(word);
        }
    }

    private final String written;
    private final List<Token> tokens = new ArrayList<>();
    private int next;
    private int depth;

    WhereParser(String written) {
        this.written = written;
        if (written.length() > LONGEST) {
            throw new LatentException("--where has %d characters, at most %d are allowed".formatted(written.length(), LONGEST));
        }
    }

    Condition parse() {
        split();
        Condition condition = any();
        if (peek().kind != Kind.END) {
            throw wrong(peek(), "'and' or 'or' was expected, not '%s'%s".formatted(peek().text,
                    peek().kind == Kind.WORD ? "; a value with spaces needs quotes" : ""));
        }
        return condition;
    }

    private void split() {
        int at = 0;
        while (at < written.length()) {
            char c = written.charAt(at);
            int begin = at;
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '\'' || c == '"') {
                at = quoted(begin, c);
            } else if ("(),=".indexOf(c) >= 0) {
                tokens.add(new Token(Kind.SIGN, String.valueOf(c), ++at));
            } else if ("<>!".indexOf(c) >= 0) {
                at += at + 1 < written.length() && written.charAt(at + 1) == '=' ? 2 : 1;
                tokens.add(new Token(Kind.SIGN, written.substring(begin, at), begin + 1));
            } else {
                while (at < written.length() && !Character.isWhitespace(written.charAt(at))
                        && "(),=<>!'\"".indexOf(written.charAt(at)) < 0) {
                    at++;
                }
                tokens.add(new Token(Kind.WORD, written.substring(begin, at), begin + 1));
            }
        }
        tokens.add(new Token(Kind.END, "", written.length() + 1));
    }

    /** A quote within quotes is written twice. */
    private int quoted(int begin, char quote) {
        StringBuilder text = new StringBuilder();
        for (int at = begin + 1; at < written.length(); at++) {
            char c = written.charAt(at);
            boolean twice = c == quote && at + 1 < written.length() && written.charAt(at + 1) == quote;
            if (c == quote && !twice) {
                tokens.add(new Token(Kind.QUOTED, text.toString(), begin + 1));
                return at + 1;
            }
            text.append(c);
            at += twice ? 1 : 0;
        }
        throw wrong(new Token(Kind.QUOTED, "", begin + 1), "the quote isn't closed");
    }

    private Token peek() {
        return tokens.get(next);
    }

    private boolean take(String word) {
        if (!peek().is(word)) {
            return false;
        }
        next++;
        return true;
    }

    private Condition any() {
        List<Condition> parts = new ArrayList<>(List.of(all()));
        while (take("or")) {
            parts.add(all());
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.Any(parts);
    }

    private Condition all() {
        List<Condition> parts = new ArrayList<>(List.of(one()));
        while (take("and")) {
            parts.add(one());
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.All(parts);
    }

    private Condition one() {
        Token first = peek();
        if (++depth > DEEPEST) {
            throw wrong(first, "it is nested deeper than %d".formatted(DEEPEST));
        }
        try {
            if (first.is("not") && !isField(next)) {
                next++;
                return new Condition.Not(one());
            }
            if (take("(")) {
                Condition inner = any();
                if (!take(")")) {
                    throw wrong(peek(), "')' was expected%s".formatted(found()));
                }
                return inner;
            }
            return comparison();
        } finally {
            depth--;
        }
    }

    /** Whether the word at a place is a field: an operator follows. */
    private boolean isField(int place) {
        Token after = tokens.get(Math.min(place + 1, tokens.size() - 1));
        return after.kind == Kind.SIGN && "=!=<=>=".contains(after.text);
    }

    private Condition comparison() {
        Token field = peek();
        if (field.kind == Kind.SIGN || field.kind == Kind.END) {
            throw wrong(field, "the name of a field was expected%s".formatted(found()));
        }
        next++;
        Token sign = peek();
        if (sign.is("not") && tokens.get(next + 1).is("in")) {
            next += 2;
            return new Condition.Not(in(field));
        }
        if (take("in")) {
            return in(field);
        }
        if (sign.kind == Kind.SIGN && !sign.text.equals("(") && !sign.text.equals(")") && !sign.text.equals(",")
                && !sign.text.equals("!")) {
            next++;
            return switch (sign.text) {
                case "=" -> compared(field, Operator.EQUAL);
                case "!=" -> new Condition.Not(compared(field, Operator.EQUAL));
                case "<" -> compared(field, Operator.LESS);
                case "<=" -> compared(field, Operator.AT_MOST);
                case ">" -> compared(field, Operator.GREATER);
                default -> compared(field, Operator.AT_LEAST);
            };
        }
        throw wrong(sign, "=, !=, <, <=, >, >= or 'in' was expected behind '%s'%s".formatted(field.text, found()));
    }

    private Condition in(Token field) {
        if (!take("(")) {
            throw wrong(peek(), "'(' was expected behind 'in'%s".formatted(found()));
        }
        List<Condition> values = new ArrayList<>();
        do {
            values.add(compared(field, Operator.EQUAL));
        } while (take(","));
        if (!take(")")) {
            throw wrong(peek(), "',' or ')' was expected%s".formatted(found()));
        }
        return new Condition.Any(values);
    }

    private Comparison compared(Token field, Operator operator) {
        Token value = peek();
        if (value.kind != Kind.WORD && value.kind != Kind.QUOTED) {
            throw wrong(value, "a value was expected%s".formatted(found()));
        }
        if (value.text.length() > LONGEST_VALUE) {
            throw wrong(value, "the value has %d characters, at most %d are allowed".formatted(value.text.length(), LONGEST_VALUE));
        }
        next++;
        return new Comparison(field.text, field.column, operator, value.text, number(value.text));
    }

    private static OptionalDouble number(String text) {
        try {
            double number = Double.parseDouble(text);
            return Double.isNaN(number) || !text.matches("[-+0-9.eE]+") ? OptionalDouble.empty() : OptionalDouble.of(number);
        } catch (NumberFormatException _) {
            return OptionalDouble.empty();
        }
    }

    private String found() {
        Token token = peek();
        return token.kind == Kind.END ? ", but it ends there" : ", not '%s'".formatted(token.text);
    }

    private LatentException wrong(Token token, String what) {
        return new LatentException("--where %s: column %d: %s; write it like: section = science and size > 10".formatted(written,
                token.column, what));
    }
}
