package org.latent4j.workbench.map;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;

/**
 * What is known of the points of a map. The lists aren't copied and may read what they hold when they are asked.
 *
 * @param names one for each point
 * @param texts one for each point, or none at all
 * @param columns what it can be coloured by, in the order in which they are offered
 */
public record MapPoints(List<String> names, List<String> texts, List<MapColumn> columns) {
    /**
     * Checks that each point has one of everything.
     *
     * @throws LatentException if not, or if two columns have one name
     */
    public MapPoints {
        columns = List.copyOf(columns);
        if (!texts.isEmpty() && texts.size() != names.size()) {
            throw new LatentException("%d texts for %d points; one for each is needed, or none".formatted(texts.size(), names.size()));
        }
        Set<String> seen = new HashSet<>();
        for (MapColumn column : columns) {
            if (column.size() != names.size()) {
                throw new LatentException("the column '%s' has %d values for %d points; one for each is needed"
                        .formatted(column.name(), column.size(), names.size()));
            }
            if (!seen.add(column.name())) {
                throw new LatentException("two columns are called '%s'; rename one".formatted(column.name()));
            }
        }
    }

    /** The same points with more columns behind their own. */
    public MapPoints with(List<MapColumn> more) {
        return new MapPoints(names, texts, Stream.concat(columns.stream(), more.stream()).toList());
    }
}
