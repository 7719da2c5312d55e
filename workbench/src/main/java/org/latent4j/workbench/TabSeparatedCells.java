package org.latent4j.workbench;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cells with tabs between them; quotes and backslashes are text. */
final class TabSeparatedCells implements TextRows.Cells {
    private final LineTexts lines;

    TabSeparatedCells(Utf8Reader in) {
        lines = new LineTexts(in);
    }

    @Override
    public @Nullable List<String> next() throws IOException {
        String line = lines.nextLine();
        return line == null ? null : List.of(line.split("\t", -1));
    }

    @Override
    public String origin() {
        return lines.origin();
    }
}
