package org.latent4j.workbench;

import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.LatentException;

/** Which column of a table holds the texts. */
final class Columns {
    private static final int SHOWN = 20;

    private Columns() {}

    /**
     * The wanted column; if none is wanted, {@code text}, or the only one there is.
     *
     * @param place the file, or its line
     * @throws LatentException if it isn't there, or none suggests itself; the message lists those there are
     */
    static String choose(String place, List<String> columns, Optional<String> wanted) {
        if (wanted.isPresent()) {
            String name = wanted.get();
            if (!columns.contains(name)) {
                throw new LatentException(
                        "%s has no column '%s'; its columns are %s".formatted(place, name, list(columns)));
            }
            return name;
        }
        if (columns.contains("text")) {
            return "text";
        }
        if (columns.size() == 1) {
            return columns.getFirst();
        }
        throw new LatentException(
                "%s: which column holds the texts? name it with --column; there are %s"
                        .formatted(place, list(columns)));
    }

    private static String list(List<String> columns) {
        if (columns.isEmpty()) {
            return "none";
        }
        String shown = String.join(", ", columns.subList(0, Math.min(SHOWN, columns.size())));
        return columns.size() <= SHOWN ? shown : shown + " and " + (columns.size() - SHOWN) + " more";
    }
}
