package org.latent4j.workbench.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Something known of every point of a map, which it is coloured by and which is told of a selection. */
public sealed interface MapColumn {
    /** What it is called; columns of one map have different names. */
    String name();

    /** How many points it knows of. */
    int size();

    /**
     * A column of words: section, language, cluster.
     *
     * @param values one for each point, null where it isn't known
     */
    record Labels(String name, List<? extends @Nullable String> values) implements MapColumn {
        @Override
        public int size() {
            return values.size();
        }
    }

    /**
     * A column of numbers: year, norm, outlier score.
     *
     * @param values one for each point, not a copy; not finite where it isn't known
     */
    record Numbers(String name, float[] values) implements MapColumn {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Numbers that && name.equals(that.name) && java.util.Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, java.util.Arrays.hashCode(values));
        }
    }

    /** A column of whatever values: of numbers if all that are known are numbers, else of their texts. */
    static MapColumn of(String name, List<? extends @Nullable Object> values) {
        boolean numbers = values.stream().allMatch(value -> value == null || value instanceof Number)
                && values.stream().anyMatch(Objects::nonNull);
        if (numbers) {
            float[] floats = new float[values.size()];
            for (int point = 0; point < floats.length; point++) {
                floats[point] = values.get(point) instanceof Number number ? number.floatValue() : Float.NaN;
            }
            return new Numbers(name, floats);
        }
        List<@Nullable String> labels = new ArrayList<>(values.size());
        for (Object value : values) {
            labels.add(value == null ? null : value.toString());
        }
        return new Labels(name, labels);
    }
}
