package org.latent4j.workbench;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** One text a line. A line ends with LF or CRLF; a lone CR belongs to the text. */
final class LineTexts implements FileReader.Prompts {
    private final Utf8Reader in;
    private final char[] buffer = new char[1 << 13];
    private int from;
    private int to;
    private long number;

    LineTexts(Utf8Reader in) {
        this.in = in;
    }

    @Override
    public @Nullable Prompt next() throws IOException {
        String line = nextLine();
        return line == null ? null : new Prompt.Text(origin(), line);
    }

    /** The line handed out last, for messages: {@code texts.txt line 7}. */
    String origin() {
        return in.name() + " line " + number;
    }

    /** The next line without its end, or null after the last. */
    @Nullable
    String nextLine() throws IOException {
        if (from == to && !fill()) {
            return null;
        }
        number++;
        StringBuilder line = new StringBuilder();
        do {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line.append(buffer, from, end - from);
            from = end;
            if (end < to) {
                from++;
                return withoutCarriageReturn(line);
            }
            if (line.length() > TextInput.LONGEST_TEXT) {
                throw new LatentException("%s is longer than %s characters; is it a text file with line ends?"
                        .formatted(origin(), Amounts.count(TextInput.LONGEST_TEXT)));
            }
        } while (fill());
        return line.toString();
    }

    private static String withoutCarriageReturn(StringBuilder line) {
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, in.read(buffer, 0, buffer.length));
        return to > 0;
    }
}
