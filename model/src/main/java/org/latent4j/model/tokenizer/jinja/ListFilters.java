package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/** The filters that take lists, dictionaries and what else can be gone through. */
final class ListFilters {
    private ListFilters() {}

    static @Nullable Object apply(Run run, String name, @Nullable Object value, Arguments a) {
        return switch (name) {
            case "length", "count" -> length(value);
            case "items" -> new Generated(() -> entries(value));
            case "list" -> Value.items(run, value);
            case "first" -> value instanceof Generated generated ? generated.next() : edge(Value.items(run, value), true);
            case "last" -> edge(reversible(run, value), false);
            case "reverse" -> value instanceof String s
                    ? new StringBuilder(s).reverse().toString()
                    : reversed(run, value);
            case "join" -> StringMethods.joined(run, attributes(Value.items(run, value), a.get(1, "attribute", null)),
                    Value.text(run, a.get(0, "d", "")));
            case "sum" -> sum(run, attributes(Value.items(run, value), a.get(0, "attribute", null)), a.get(1, "start", 0L));
            case "urlencode" -> TextFilters.address(run, value);
            case "batch" -> new Generated(() -> batches(run, Value.items(run, value), a));
            case "slice" -> new Generated(() -> slices(run, Value.items(run, value), a));
            default -> ordered(run, name, value, a);
        };
    }

    private static @Nullable Object ordered(Run run, String name, @Nullable Object value, Arguments a) {
        return switch (name) {
            case "unique" -> new Generated(() -> unique(run, Value.items(run, value), a));
            case "sort" -> sorted(Value.items(run, value), a.get(2, "attribute", null), isTrue(a, 1, "case_sensitive"),
                    isTrue(a, 0, "reverse"));
            case "dictsort" -> dictionarySorted(value, a);
            case "min", "max" -> extreme(Value.items(run, value), name.equals("min"), a);
            case "groupby" -> groups(run, Value.items(run, value), a);
            case "map" -> new Generated(() -> a.positional().isEmpty() && a.named().containsKey("attribute")
                    ? named(something(run, value), a.named())
                    : each(run, something(run, value), a));
            case "select", "reject", "selectattr", "rejectattr" ->
                new Generated(() -> selected(run, name, something(run, value), a));
            default -> throw Filters.unknown(name);
        };
    }

    /** The items of what is true; what isn't, none among it, has none. */
    private static List<@Nullable Object> something(Run run, @Nullable Object value) {
        return Value.isTrue(value) ? Value.items(run, value) : List.of();
    }

    private static Generated reversed(Run run, @Nullable Object value) {
        List<@Nullable Object> reversed = Value.items(run, value).reversed();
        return new Generated(() -> reversed);
    }

    private static boolean isTrue(Arguments a, int place, String name) {
        return Value.isTrue(a.get(place, name, false));
    }

    static long length(@Nullable Object value) {
        return switch (value) {
            case String s -> Text.length(s);
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            case null, default -> throw new TemplateException(Value.kind(value) + " has no length");
        };
    }

    private static List<@Nullable Object> entries(@Nullable Object value) {
        return switch (value) {
            case Undefined u -> List.of();
            case Map<?, ?> map -> Methods.pairs(map);
            case null, default -> throw new TemplateException("only a dictionary has items, " + Value.kind(value) + " hasn't");
        };
    }

    private static List<@Nullable Object> reversible(Run run, @Nullable Object value) {
        if (value instanceof Generated) {
            throw new TemplateException("the last of " + Value.kind(value) + " isn't known before all is gone through");
        }
        return Value.items(run, value);
    }

    private static @Nullable Object edge(List<@Nullable Object> items, boolean first) {
        return items.isEmpty() ? new Undefined("an item of nothing") : first ? items.getFirst() : items.getLast();
    }

    private static @Nullable Object sum(Run run, List<@Nullable Object> items, @Nullable Object start) {
        Object sum = start;
        for (Object item : items) {
            sum = Operators.apply(run, "+", sum, item);
        }
        return sum;
    }

    private static List<@Nullable Object> batches(Run run, List<@Nullable Object> items, Arguments a) {
        long size = a.integer(0, "linecount", 0);
        Object filling = a.get(1, "fill_with", null);
        List<@Nullable Object> batches = new ArrayList<>();
        List<@Nullable Object> batch = new ArrayList<>();
        for (Object item : items) {
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        for (long i = batch.size(); filling != null && !batch.isEmpty() && i < size; i++) {
            run.text(16);
            batch.add(filling);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** So many lists of nearly one length, the longer ones first. */
    private static List<@Nullable Object> slices(Run run, List<@Nullable Object> items, Arguments a) {
        long count = a.integer(0, "slices", 0);
        Object filling = a.get(1, "fill_with", null);
        if (count == 0) {
            throw new TemplateException("division by zero");
        }
        long size = items.size() / Math.max(1, count);
        long longer = items.size() % Math.max(1, count);
        List<@Nullable Object> slices = new ArrayList<>();
        int from = 0;
        for (long i = 0; i < count; i++) {
            run.text(16);
            int to = from + Math.toIntExact(size + (i < longer ? 1 : 0));
            List<@Nullable Object> slice = new ArrayList<>(items.subList(from, to));
            if (filling != null && i >= longer) {
                slice.add(filling);
            }
            slices.add(slice);
            from = to;
        }
        return slices;
    }

    private static List<@Nullable Object> unique(Run run, List<@Nullable Object> items, Arguments a) {
        Object by = a.get(1, "attribute", null);
        boolean exact = isTrue(a, 0, "case_sensitive");
        List<@Nullable Object> keys = new ArrayList<>();
        List<@Nullable Object> unique = new ArrayList<>();
        for (Object item : items) {
            Object key = Value.key(key(item, by, exact));
            if (!Value.contains(run, keys, key)) {
                keys.add(key);
                unique.add(item);
            }
        }
        return unique;
    }

    /** By an attribute, an index or several with commas between; strings without regard to case unless asked. */
    private static List<@Nullable Object> sorted(List<@Nullable Object> items, @Nullable Object by, boolean exact, boolean reverse) {
        List<@Nullable Object> keys = new ArrayList<>();
        for (String part : by instanceof String names ? names.split(",", -1) : new String[0]) {
            keys.add(part);
        }
        if (keys.isEmpty()) {
            keys.add(by);
        }
        Comparator<@Nullable Object> order = (x, y) -> {
            for (Object key : keys) {
                Object left = key(x, key, exact);
                Object right = key(y, key, exact);
                if (!Value.equal(left, right)) {
                    return Value.compare(left, right);
                }
            }
            return 0;
        };
        List<@Nullable Object> sorted = new ArrayList<>(items);
        try {
            sorted.sort(reverse ? order.reversed() : order);
        } catch (IllegalArgumentException e) { // numbers that aren't numbers have no order
            throw new TemplateException("what is to be sorted has no order");
        }
        return sorted;
    }

    private static List<@Nullable Object> dictionarySorted(@Nullable Object value, Arguments a) {
        String by = Value.string(a.get(1, "by", "key"));
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateException("dictsort is by key or by value, not by '" + Text.shortened(by) + "'");
        }
        if (!(Value.defined(value) instanceof Map<?, ?> map)) {
            throw new TemplateException("only a dictionary can be sorted by dictsort, " + Value.kind(value) + " can't");
        }
        return sorted(Methods.pairs(map), by.equals("key") ? 0L : 1L, isTrue(a, 0, "case_sensitive"), isTrue(a, 2, "reverse"));
    }

    /** The first of those that are least or greatest. */
    private static @Nullable Object extreme(List<@Nullable Object> items, boolean least, Arguments a) {
        Object by = a.get(1, "attribute", null);
        boolean exact = isTrue(a, 0, "case_sensitive");
        Object extreme = edge(items, true);
        for (Object item : items) {
            int order = item == extreme ? 0 : Value.compare(key(item, by, exact), key(extreme, by, exact));
            if (least ? order < 0 : order > 0) {
                extreme = item;
            }
        }
        return extreme;
    }

    private static List<@Nullable Object> groups(Run run, List<@Nullable Object> items, Arguments a) {
        Object by = a.get(0, "attribute");
        Object otherwise = a.get(1, "default", null);
        boolean exact = isTrue(a, 2, "case_sensitive");
        List<@Nullable Object> pairs = new ArrayList<>();
        for (Object item : items) {
            Object key = items.size() > 1 && !a.has(1, "default") ? Value.defined(lookedUp(item, by)) : lookedUp(item, by);
            pairs.add(Listed.pair(key instanceof Undefined && a.has(1, "default") ? otherwise : key, item));
        }
        List<@Nullable Object> groups = new ArrayList<>();
        List<@Nullable Object> group = new ArrayList<>();
        Object last = null;
        for (Object pair : sorted(pairs, 0L, exact, false)) {
            run.step();
            Object key = Value.item(pair, 0L);
            if (group.isEmpty() || !Value.equal(key(key, null, exact), key(last, null, exact))) {
                group = new ArrayList<>();
                List<@Nullable Object> named = Listed.pair(key, group);
                groups.add(new Listed(Listed.Form.GROUP, named));
                last = key;
            }
            group.add(Value.item(pair, 1L));
        }
        return groups;
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

    private static List<@Nullable Object> attributes(List<@Nullable Object> items, @Nullable Object attribute) {
        if (attribute == null) {
            return items;
        }
        List<@Nullable Object> attributes = new ArrayList<>();
        items.forEach(item -> attributes.add(lookedUp(item, attribute)));
        return attributes;
    }

    private static List<@Nullable Object> named(List<@Nullable Object> items, Map<String, @Nullable Object> named) {
        List<@Nullable Object> attributes = new ArrayList<>(attributes(items, named.get("attribute")));
        Object otherwise = named.get("default");
        if (otherwise != null) {
            attributes.replaceAll(value -> value instanceof Undefined ? otherwise : value);
        }
        return attributes;
    }

    private static List<@Nullable Object> each(Run run, List<@Nullable Object> items, Arguments a) {
        Arguments rest = new Arguments(a.positional().subList(Math.min(1, a.positional().size()), a.positional().size()), a.named());
        List<@Nullable Object> mapped = new ArrayList<>();
        String filter = a.string(0, "filter");
        for (Object item : items) {
            run.step();
            mapped.add(Markup.plain(Filters.apply(run, filter, item, rest)));
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
}
