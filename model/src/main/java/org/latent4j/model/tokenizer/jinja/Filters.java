package org.latent4j.model.tokenizer.jinja;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/**
 * What can stand behind {@code |}: the filters of Jinja2, but for those whose result is chance or belongs on a web page.
 */
final class Filters {
    private static final Set<String> UNSUPPORTED = Set.of("filesizeformat", "pprint", "random", "striptags", "urlize", "wordwrap",
            "xmlattr");

    private Filters() {}

    /** A filter's result; the value may be marked as safe, and so may the result. */
    static @Nullable Object apply(Run run, String name, @Nullable Object value, Arguments a) {
        Object plain = Markup.plain(value);
        return switch (name) {
            case "default", "d" -> plain instanceof Undefined
                    || Value.isTrue(a.get(1, "boolean", false)) && !Value.isTrue(plain)
                            ? a.get(0, "default_value", "")
                            : value;
            case "safe" -> value instanceof Markup ? value : new Markup(Value.text(run, value));
            case "escape", "e" -> Markup.escaped(run, value);
            case "forceescape" -> Markup.escaped(run, plain);
            case "tojson" -> TextFilters.json(run, plain, a);
            case "indent" -> TextFilters.indented(run, Value.string(plain), a);
            case "truncate" -> TextFilters.truncated(plain, a);
            case "attr" -> attribute(plain, a.string(0, "name"));
            case "int", "float", "abs", "round" -> NumberFilters.apply(name, plain, a);
            default -> TextFilters.knows(name)
                    ? TextFilters.apply(run, name, Value.text(run, plain), a)
                    : ListFilters.apply(run, name, plain, a);
        };
    }

    /** Attributes only, where {@code value.name} would look for an item as well. */
    private static @Nullable Object attribute(@Nullable Object value, String name) {
        return value instanceof Map && Methods.of(value, name) == null ? new Undefined(name) : Value.attribute(value, name);
    }

    /** What is said of a filter that isn't here. */
    static TemplateException unknown(String name) {
        return new TemplateException("filter '" + name + (UNSUPPORTED.contains(name)
                ? "' isn't supported in a chat template"
                : "' isn't known"));
    }
}
