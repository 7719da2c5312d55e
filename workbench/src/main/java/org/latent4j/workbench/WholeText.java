package org.latent4j.workbench;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** A file that is one text, every character of it, line ends too. */
final class WholeText implements FileReader.Prompts {
    private final Utf8Reader in;
    private boolean read;

    WholeText(Utf8Reader in) {
        this.in = in;
    }

    @Override
    public @Nullable Prompt next() throws IOException {
        if (read) {
            return null;
        }
        read = true;
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[1 << 13];
        for (int count = in.read(buffer, 0, buffer.length); count > 0; count = in.read(buffer, 0, buffer.length)) {
            text.append(buffer, 0, count);
            if (text.length() > TextInput.LONGEST_TEXT) {
                throw new LatentException(
                        ("%s is longer than %s characters; if it holds several texts, --texts reads one a "
                                + "line")
                                .formatted(in.name(), Amounts.count(TextInput.LONGEST_TEXT)));
            }
        }
        return new Prompt.Text(in.name(), text.toString());
    }
}
