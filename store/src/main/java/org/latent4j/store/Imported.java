package org.latent4j.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Origin;

/**
 * What a file held.
 *
 * @param vectors {@code [points, width]}
 * @param names one for each point, or empty where the file names none
 * @param columns what becomes fields, one value for each point
 */
record Imported(Matrix vectors, Optional<List<String>> names, Map<String, List<Object>> columns, Origin origin) {
    static Imported of(Path file, Matrix vectors) {
        return new Imported(vectors, Optional.empty(), Map.of(), Origin.of(file.toString()));
    }

    static Imported of(Path file, Matrix vectors, List<String> names) {
        return new Imported(vectors, Optional.of(names), Map.of(), Origin.of(file.toString()));
    }

    static Imported of(Path file, Gathered gathered) {
        return new Imported(
                gathered.matrix(), gathered.names.isEmpty() ? Optional.empty() : Optional.of(gathered.names), gathered.columns,
                Origin.of(file.toString()));
    }

    Imported with(List<String> newNames) {
        return new Imported(vectors, Optional.of(newNames), columns, origin);
    }

    Imported withColumns(Map<String, List<Object>> newColumns) {
        return new Imported(vectors, names, newColumns, origin);
    }
}
