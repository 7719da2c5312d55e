package org.latent4j.store.search;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A condition on an item's fields. */
sealed interface Condition {
    /** Both or all hold. */
    record All(List<Condition> parts) implements Condition {}

    /** One at least holds. */
    record Any(List<Condition> parts) implements Condition {}

    /** It doesn't hold. */
    record Not(Condition part) implements Condition {}

    /**
     * A field compared with a value. A number among the fields is compared with the value's number, anything else with its text, by
     * code points. An item that lacks the field satisfies none.
     *
     * @param column where the field's name stands in what was written, from 1
     * @param text the value as it was written
     * @param number its number, where it is one
     */
    record Comparison(String field, int column, Operator operator, String text, OptionalDouble number) implements Condition {}

    /** How a field is compared. */
    enum Operator {
        EQUAL, LESS, AT_MOST, GREATER, AT_LEAST;

        boolean holds(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case LESS -> order < 0;
                case AT_MOST -> order <= 0;
                case GREATER -> order > 0;
                case AT_LEAST -> order >= 0;
            };
        }
    }

    /** Whether an item satisfies it. */
    default boolean holds(Map<String, Object> fields) {
        return switch (this) {
            case All(var parts) -> parts.stream().allMatch(part -> part.holds(fields));
            case Any(var parts) -> parts.stream().anyMatch(part -> part.holds(fields));
            case Not(var part) -> !part.holds(fields);
            case Comparison comparison -> compare(comparison, fields);
        };
    }

    private static boolean compare(Comparison comparison, Map<String, Object> fields) {
        return switch (fields.get(comparison.field)) {
            case null -> false;
            case Number number -> comparison.number.isPresent()
                    && comparison.operator.holds(Double.compare(number.doubleValue() + 0.0, comparison.number.getAsDouble() + 0.0));
            case Object value -> comparison.operator.holds(byCodePoints(value.toString(), comparison.text));
        };
    }

    /** As UTF-8 bytes compare, which is how an index sorts. */
    private static int byCodePoints(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            if (a.charAt(i) != b.charAt(i)) {
                return Character.isSurrogate(a.charAt(i)) == Character.isSurrogate(b.charAt(i))
                        ? Character.compare(a.charAt(i), b.charAt(i))
                        : Character.isSurrogate(a.charAt(i)) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
