package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/** What can stand behind {@code |}: the filters of Jinja2 that chat templates use. */
final class Filters {
    private Filters() {}

    static @Nullable Object apply(Run run, String name, @Nullable Object value, Arguments a) {
        return switch (name) {
            case "default", "d" -> value instanceof Undefined
                    || Value.isTrue(a.get(1, "boolean", false)) && !Value.isTrue(value)
                            ? a.get(0, "default_value", "")
                            : value;
            case "tojson" -> toJson(run, value, a);
            case "string" -> Value.text(run, value);
            case "safe" -> value;
            case "trim" -> a.has(0, "chars")
                    ? Text.strip(Value.text(run, value), a.string(0, "chars"), true, true)
                    : Text.strip(Value.text(run, value));
            case "upper" -> Value.text(run, value).toUpperCase(Locale.ROOT);
            case "lower" -> Value.text(run, value).toLowerCase(Locale.ROOT);
            case "title" -> Methods.title(Value.text(run, value));
            case "capitalize" -> Methods.capitalized(Value.text(run, value));
            case "replace" -> Methods.replaced(run, Value.text(run, value), a.string(0, "old"), a.string(1, "new"),
                    a.integer(2, "count", -1));
            case "indent" -> indented(run, Value.text(run, value), a);
            case "int" -> toInteger(value, a.get(0, "default", 0L));
            case "float" -> toReal(value, a.get(0, "default", 0.0));
            case "abs" -> value instanceof Double d
                    ? (Object) Math.abs(d)
                    : (Object) Math.absExact(Value.integer(value));
            case "round" -> rounded(Value.real(value), a.integer(0, "precision", 0));
            default -> ofContainer(run, name, value, a);
        };
    }

    private static @Nullable Object ofContainer(Run run, String name, @Nullable Object value, Arguments a) {
        return switch (name) {
            case "length", "count" -> length(run, value);
            case "items" -> value instanceof Map<?, ?> map ? Methods.pairs(map) : Value.items(run, value);
            case "list" -> Value.items(run, value);
            case "first" -> edge(Value.items(run, value), true);
            case "last" -> edge(Value.items(run, value), false);
            case "reverse" -> value instanceof String s
                    ? new StringBuilder(s).reverse().toString()
                    : Value.items(run, value).reversed();
            case "join" -> Methods.joined(run, a.has(1, "attribute")
                    ? mapped(Value.items(run, value), a.get(1, "attribute"))
                    : Value.items(run, value),
                    Value.text(run, a.get(0, "d", "")));
            case "sum" -> {
                Object sum = a.get(1, "start", 0L);
                for (Object item : Value.items(run, value)) {
                    sum = Operators.apply(run, "+", sum, item);
                }
                yield sum;
            }
            case "unique" -> unique(run, Value.items(run, value));
            case "sort" -> sorted(Value.items(run, value), a);
            case "dictsort" -> {
                List<@Nullable Object> pairs = value instanceof Map<?, ?> map ? Methods.pairs(map) : List.of();
                yield sorted(pairs, new Arguments(List.of(false, false, 0L), Map.of()));
            }
            case "min", "max" -> edge(sorted(Value.items(run, value), new Arguments(List.of(), Map.of())),
                    name.equals("min"));
            case "map" -> a.named().containsKey("attribute")
                    ? attributes(Value.items(run, value), a.named())
                    : each(run, Value.items(run, value), a);
            case "select", "reject", "selectattr", "rejectattr" -> selected(run, name, Value.items(run, value), a);
            default -> throw new TemplateException("filter '" + name + "' isn't known");
        };
    }

    private static String toJson(Run run, @Nullable Object value, Arguments a) {
        Object indent = a.get(1, "indent", null);
        int width = indent == null ? -1 : Math.toIntExact(Math.clamp(Value.integer(indent), 0, 16));
        Object separators = a.get(2, "separators", null);
        List<?> said = separators instanceof List<?> list && list.size() == 2 ? list : List.of(", ", ": ");
        return new Json(width, Value.string(said.get(0)), Value.string(said.get(1)),
                Value.isTrue(a.get(3, "sort_keys", false))).write(run, value);
    }

    private static long length(Run run, @Nullable Object value) {
        return switch (value) {
            case String s -> s.codePointCount(0, s.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            case null, default -> throw new TemplateException(Value.kind(value) + " has no length");
        };
    }

    private static @Nullable Object edge(List<@Nullable Object> items, boolean first) {
        return items.isEmpty() ? new Undefined("an item of nothing") : first ? items.getFirst() : items.getLast();
    }

    private static List<@Nullable Object> unique(Run run, List<@Nullable Object> items) {
        List<@Nullable Object> unique = new ArrayList<>();
        for (Object item : items) {
            if (!Value.contains(run, unique, item)) {
                unique.add(item);
            }
        }
        return unique;
    }

    /** By an attribute or index where one is given; strings without regard to case, as Jinja2 has it by default. */
    private static List<@Nullable Object> sorted(List<@Nullable Object> items, Arguments a) {
        Object by = a.get(2, "attribute", null);
        boolean exact = Value.isTrue(a.get(1, "case_sensitive", false));
        Comparator<@Nullable Object> order = (x, y) -> Value.compare(key(x, by, exact), key(y, by, exact));
        List<@Nullable Object> sorted = new ArrayList<>(items);
        sorted.sort(Value.isTrue(a.get(0, "reverse", false)) ? order.reversed() : order);
        return sorted;
    }

    private static @Nullable Object key(@Nullable Object item, @Nullable Object by, boolean exact) {
        Object key = by == null ? item : lookedUp(item, by);
        return key instanceof String s && !exact ? s.toLowerCase(Locale.ROOT) : key;
    }

    /** An attribute by a path: {@code function.name}. */
    private static @Nullable Object lookedUp(@Nullable Object item, @Nullable Object path) {
        if (!(path instanceof String names)) {
            return Value.item(item, path);
        }
        Object value = item;
        for (String name : names.split("\\.", -1)) {
            value = Value.item(value, name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name);
        }
        return value;
    }

    private static List<@Nullable Object> mapped(List<@Nullable Object> items, @Nullable Object attribute) {
        List<@Nullable Object> mapped = new ArrayList<>();
        items.forEach(item -> mapped.add(lookedUp(item, attribute)));
        return mapped;
    }

    private static List<@Nullable Object> attributes(
            List<@Nullable Object> items, Map<String, @Nullable Object> named) {
        List<@Nullable Object> attributes = mapped(items, named.get("attribute"));
        if (named.containsKey("default")) {
            attributes.replaceAll(value -> value instanceof Undefined ? named.get("default") : value);
        }
        return attributes;
    }

    private static List<@Nullable Object> each(Run run, List<@Nullable Object> items, Arguments a) {
        Arguments rest = new Arguments(a.positional().subList(Math.min(1, a.positional().size()), a.positional().size()), a.named());
        List<@Nullable Object> mapped = new ArrayList<>();
        for (Object item : items) {
            run.step();
            mapped.add(apply(run, a.string(0, "filter"), item, rest));
        }
        return mapped;
    }

    private static List<@Nullable Object> selected(Run run, String name, List<@Nullable Object> items, Arguments a) {
        boolean byAttribute = name.endsWith("attr");
        int test = byAttribute ? 1 : 0;
        List<@Nullable Object> rest = a.positional().size() > test + 1
                ? a.positional().subList(test + 1, a.positional().size())
                : List.of();
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object item : items) {
            run.step();
            Object subject = byAttribute ? lookedUp(item, a.get(0, "attribute")) : item;
            boolean holds = a.has(test, "test")
                    ? Tests.holds(run, a.string(test, "test"), subject, new Arguments(rest, Map.of()))
                    : Value.isTrue(subject);
            if (holds == name.startsWith("select")) {
                selected.add(item);
            }
        }
        return selected;
    }

    private static String indented(Run run, String text, Arguments a) {
        Object width = a.get(0, "width", 4L);
        String by = width instanceof String s ? s : " ".repeat((int) Math.clamp(Value.integer(width), 0, 64));
        boolean first = Value.isTrue(a.get(1, "first", false));
        boolean blank = Value.isTrue(a.get(2, "blank", false));
        String[] lines = text.split("\n", -1);
        run.text(text.length() + (long) lines.length * by.length());
        StringBuilder indented = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            boolean indent = i == 0 ? first : blank || !lines[i].isEmpty();
            indented.append(i > 0 ? "\n" : "").append(indent ? by : "").append(lines[i]);
        }
        return indented.toString();
    }

    private static @Nullable Object toInteger(@Nullable Object value, @Nullable Object otherwise) {
        try {
            return switch (value) {
                case String s -> (Object) (s.contains(".")
                        ? (long) Double.parseDouble(s)
                        : Long.parseLong(Text.strip(s)));
                case Double d -> d.longValue();
                case null, default -> Value.isNumber(value) ? Value.integer(value) : otherwise;
            };
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static @Nullable Object toReal(@Nullable Object value, @Nullable Object otherwise) {
        try {
            return value instanceof String s
                    ? (Object) Double.parseDouble(s)
                    : Value.isNumber(value) ? (Object) Value.real(value) : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static double rounded(double value, long precision) {
        double scale = Math.pow(10, precision);
        return Math.rint(value * scale) / scale;
    }
}
