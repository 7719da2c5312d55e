package org.latent4j.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A drawing of lines, boxes and words, whose colours are those of a page's style: part of a page, or a picture of its own.
 *
 * @param label what it shows, for those who can't see it
 * @param content SVG elements
 */
record Drawing(int width, int height, String label, String content) {
    /** As part of a page. */
    String inPage() {
        return format("<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"%s\">\n", width, height, width,
                Html.escaped(label)) + content + "</svg>";
    }

    /** This one above another, left edge to left edge. */
    Drawing above(Drawing below) {
        return new Drawing(Math.max(width, below.width), height + below.height, label,
                content + format("<g transform=\"translate(0,%d)\">\n", height) + below.content + "</g>\n");
    }

    /** With a line of words above it and one below. */
    Drawing titled(String title, String caption) {
        String above = format("<text class=\"title\" x=\"10\" y=\"24\">%s</text>\n", Html.escaped(title));
        String below = format("<text class=\"soft\" x=\"10\" y=\"18\">%s</text>\n", Html.escaped(caption));
        return new Drawing(width, 38, label, above).above(this).above(new Drawing(width, 28, label, below));
    }

    /** As a picture that needs nothing else: light, or dark where its reader's system is. */
    void write(Writer out) throws IOException {
        out.write(format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
                + "aria-label=\"%s\">\n<style>%s</style>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n", width, height, width,
                height, Html.escaped(label), style()));
        out.write(content);
        out.write("</svg>\n");
    }

    /** The rules of the pages' style that are about drawings. */
    private static String style() {
        try {
            return Html.style().lines().filter(l -> l.startsWith(":root") || l.startsWith("@media") || l.startsWith("svg"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
