package org.latent4j.model.tokenizer.jinja;

import org.jspecify.annotations.Nullable;

/** Text marked as safe: it escapes what is added to it with {@code +}. Everywhere else it is a string. */
record Markup(String text) {
    /** The text of a value, escaped unless it is marked already. */
    static Markup escaped(Run run, @Nullable Object value) {
        if (value instanceof Markup marked) {
            return marked;
        }
        String text = Value.text(run, value);
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '\'' -> escaped.append("&#39;");
                case '"' -> escaped.append("&#34;");
                default -> escaped.append(c);
            }
        }
        run.text(escaped.length());
        return new Markup(escaped.toString());
    }

    /** Both, where at least one is marked and the other a string. */
    static Markup sum(Run run, @Nullable Object left, @Nullable Object right) {
        String both = escaped(run, left).text().concat(escaped(run, right).text());
        run.text(both.length());
        return new Markup(both);
    }

    /** The string it is. */
    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Markup(String text) ? text : value;
    }
}
