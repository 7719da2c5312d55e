package org.latent4j.workbench;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/**
 * A page without scripts: one style, everything else markup, light and dark as the reader's system is. Its Content-Security-Policy
 * allows that style by its hash and nothing else.
 */
final class Html {
    private final StringBuilder body = new StringBuilder();
    private final String title;

    Html(String title) {
        this.title = title;
    }

    /** Markup as it is. */
    Html add(String markup) {
        body.append(markup);
        return this;
    }

    /** An element around a text. */
    Html text(String element, String text) {
        body.append('<').append(element).append('>').append(escaped(text)).append("</").append(element.split(" ")[0]).append(">\n");
        return this;
    }

    /** A text that can't be mistaken for markup. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        PlainLine.of(text.replace('\n', '⏎').replace('\t', ' ')).codePoints().forEach(c -> {
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    void write(Writer out) throws IOException {
        String style = style();
        String hash = Base64.getEncoder().encodeToString(HashedFile.newSha256().digest(style.getBytes(StandardCharsets.UTF_8)));
        out.write(
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                        + "style-src 'sha256-" + hash
                        + "'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                        + escaped(title) + "</title>\n<style>" + style + "</style></head>\n<body><main>\n");
        out.write(body.toString());
        out.write("</main></body></html>\n");
    }

    /** The style of all such pages. */
    static String style() throws IOException {
        try (InputStream in = Objects.requireNonNull(Html.class.getResourceAsStream("figures.css"), "figures.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
