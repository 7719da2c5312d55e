package org.latent4j.space;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * What is known of the points of a space besides their vectors: each has a name of its own and fields by name. A field's value is a
 * {@code String}, {@code Long}, {@code Double} or {@code Boolean}; an item need not have every field. Safe for use from several threads.
 */
public interface Items {
    /** How many there are. */
    int size();

    /**
     * An item's name.
     *
     * @throws LatentException if what it is read from is damaged
     */
    String name(int item);

    /** The item of a name as it is written, or -1. */
    int find(String name);

    /**
     * An item's fields, in their order; its name isn't among them.
     *
     * @throws LatentException if what they are read from is damaged
     */
    Map<String, Object> fields(int item);

    /** The names of all fields that some item has; looks at every item. */
    default Set<String> fieldNames() {
        Set<String> names = new TreeSet<>();
        for (int item = 0; item < size(); item++) {
            names.addAll(fields(item).keySet());
        }
        return names;
    }

    /** A field of every item, null where an item doesn't have it. */
    default List<@Nullable Object> column(String field) {
        List<@Nullable Object> column = new ArrayList<>(size());
        for (int item = 0; item < size(); item++) {
            column.add(fields(item).get(field));
        }
        return column;
    }

    /**
     * Names alone.
     *
     * @throws LatentException if one is there twice
     */
    static Items of(List<String> names) {
        return of(names, Map.of());
    }

    /**
     * Names and columns of fields, each as long as the names.
     *
     * @throws LatentException if a name is there twice or a column has another length
     */
    static Items of(List<String> names, Map<String, ? extends List<? extends @Nullable Object>> columns) {
        return new InMemory(List.copyOf(names), columns);
    }

    /** Items held in memory. */
    final class InMemory implements Items {
        private final List<String> names;
        private final Map<String, Integer> byName;
        private final Map<String, List<? extends @Nullable Object>> columns = new LinkedHashMap<>();

        private InMemory(List<String> names, Map<String, ? extends List<? extends @Nullable Object>> columns) {
            this.names = names;
            this.byName = HashMap.newHashMap(names.size());
            for (int item = 0; item < names.size(); item++) {
                Integer before = byName.putIfAbsent(names.get(item), item);
                if (before != null) {
                    throw new LatentException("the name '%s' is there twice, at items %d and %d; names must differ"
                            .formatted(names.get(item), before, item));
                }
            }
            columns.forEach((name, values) -> {
                if (values.size() != names.size()) {
                    throw new LatentException(
                            "the field '%s' has %d values for %d points; one for each is needed".formatted(name, values.size(),
                                    names.size()));
                }
                this.columns.put(name, values);
            });
        }

        @Override
        public int size() {
            return names.size();
        }

        @Override
        public String name(int item) {
            return names.get(item);
        }

        @Override
        public int find(String name) {
            return byName.getOrDefault(name, -1);
        }

        @Override
        public Map<String, Object> fields(int item) {
            Map<String, Object> fields = new LinkedHashMap<>();
            columns.forEach((name, values) -> {
                Object value = values.get(item);
                if (value != null) {
                    fields.put(name, value);
                }
            });
            return fields;
        }
    }
}
