package org.latent4j.workbench;

import java.util.Map;
import java.util.Optional;

/**
 * A text of a file with what stands beside it.
 *
 * @param origin where it came from, for messages: {@code packages.tsv line 7}
 * @param name what it is called, if a column says so
 * @param columns the other columns by name, in the file's order: strings, and in JSON numbers and truth values
 */
record TextRow(String origin, String text, Optional<String> name, Map<String, Object> columns) {
    TextRow {
        text = new Prompt.Text(origin, text).text(); // sees that it is Unicode
    }
}
