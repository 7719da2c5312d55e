package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import org.latent4j.model.tokenizer.jinja.Token.Kind;

/** The tokens of a template, read from first to last. */
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    /** The token after the next. */
    Token peekBehind() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    /** Where the next token stands, for {@link #names}. */
    int position() {
        return at;
    }

    /** Which of these names stand between a position and the next token. */
    List<String> names(int from, List<String> wanted) {
        return tokens.subList(from, at).stream()
                .filter(token -> token.kind() == Kind.NAME && wanted.contains(token.text()))
                .map(Token::text)
                .distinct()
                .toList();
    }

    int line() {
        return peek().line();
    }

    Token next() {
        Token next = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return next;
    }

    /** Takes the next token if it is this one. */
    boolean take(Kind kind, String text) {
        boolean is = peek().is(kind, text);
        if (is) {
            next();
        }
        return is;
    }

    void expect(Kind kind, String text) {
        if (!take(kind, text)) {
            throw unexpected("'" + text + "'");
        }
    }

    Token expectName() {
        if (peek().kind() != Kind.NAME) {
            throw unexpected("a name");
        }
        return next();
    }

    TemplateException unexpected(String expected) {
        Token token = peek();
        String found = token.kind() == Kind.END
                ? "the end of the template"
                : token.kind() == Kind.TEXT
                        ? "text"
                        : "'" + token.text() + "'";
        return new TemplateException(token.line(), "expected " + expected + " and found " + found);
    }
}
