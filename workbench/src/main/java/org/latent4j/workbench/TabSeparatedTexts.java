package org.latent4j.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * One column of a table with tabs between columns and their names in the first line. Quotes and backslashes are text.
 */
final class TabSeparatedTexts implements FileReader.Prompts {
    private final String name;
    private final LineTexts lines;
    private final Optional<String> wanted;
    private int columns;
    private int column = -1;

    TabSeparatedTexts(Utf8Reader in, Optional<String> wanted) {
        this.name = in.name();
        this.lines = new LineTexts(in);
        this.wanted = wanted;
    }

    @Override
    public @Nullable Prompt next() throws IOException {
        if (column < 0) {
            readNames();
        }
        String line = lines.nextLine();
        if (line == null) {
            return null;
        }
        List<String> cells = cells(line);
        if (cells.size() != columns) {
            throw new LatentException(
                    "%s has %d columns, the first line of the file has %d"
                            .formatted(lines.origin(), cells.size(), columns));
        }
        return new Prompt.Text(lines.origin(), cells.get(column));
    }

    private void readNames() throws IOException {
        String line = lines.nextLine();
        if (line == null) {
            throw new LatentException("%s is empty; its first line should name the columns".formatted(name));
        }
        List<String> names = cells(line);
        columns = names.size();
        column = names.indexOf(Columns.choose(name, names, wanted));
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        int from = 0;
        for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', from)) {
            cells.add(line.substring(from, tab));
            from = tab + 1;
        }
        cells.add(line.substring(from));
        return cells;
    }
}
