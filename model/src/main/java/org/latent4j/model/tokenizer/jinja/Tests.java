package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** What can stand behind {@code is}. */
final class Tests {
    private static final Set<String> UNSUPPORTED = Set.of("escaped", "filter", "test");

    private Tests() {}

    static boolean holds(Run run, String name, @Nullable Object value, Arguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence" -> Value.hasPlaces(value) || value instanceof Map || value instanceof Undefined;
            case "iterable" -> value instanceof List || value instanceof String || value instanceof Map
                    || value instanceof Undefined || value instanceof Generated || value instanceof Loop;
            case "number" -> Value.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Callable || value instanceof Undefined; // which fails only when it is called
            case "odd" -> Value.real(Operators.apply(run, "%", Value.number(value), 2L)) == 1;
            case "even" -> Value.real(Operators.apply(run, "%", Value.number(value), 2L)) == 0;
            case "divisibleby" -> Value.real(Operators.apply(run, "%", Value.number(value), arguments.get(0, "num"))) == 0;
            case "lower" -> StringMethods.isLower(Value.text(run, value));
            case "upper" -> StringMethods.isUpper(Value.text(run, value));
            default -> compared(run, name, value, arguments.get(0, "other"));
        };
    }

    private static boolean compared(Run run, String name, @Nullable Object value, @Nullable Object other) {
        return switch (name) {
            case "in" -> Value.contains(run, other, value);
            case "eq", "equalto", "==" -> Value.equal(value, other);
            case "sameas" -> value == other || value instanceof Boolean && value.equals(other);
            case "ne", "!=" -> !Value.equal(value, other);
            case "lt", "lessthan", "<" -> Value.compare(value, other) < 0;
            case "gt", "greaterthan", ">" -> Value.compare(value, other) > 0;
            case "le", "<=" -> Value.compare(value, other) <= 0;
            case "ge", ">=" -> Value.compare(value, other) >= 0;
            default -> throw new TemplateException("test '" + name + "' isn't " + (UNSUPPORTED.contains(name)
                    ? "supported in a chat template"
                    : "known"));
        };
    }
}
