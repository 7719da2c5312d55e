package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** Python's methods of strings, lists and dictionaries; none of them changes its object, and there are no others. */
final class Methods {
    private Methods() {}

    /** A value's method; null when it has none of that name. */
    static @Nullable Callable of(@Nullable Object value, String name) {
        return switch (value) {
            case String s -> StringMethods.of(s, name);
            case Map<?, ?> map -> ofMap(map, name);
            case List<?> list -> ofList(list, name);
            case null, default -> null;
        };
    }

    private static @Nullable Callable ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (run, a) -> new Listed(Listed.Form.ITEMS, pairs(map));
            case "keys" -> (run, a) -> new Listed(Listed.Form.KEYS, new ArrayList<>(map.keySet()));
            case "values" -> (run, a) -> new Listed(Listed.Form.VALUES, new ArrayList<>(map.values()));
            case "copy" -> (run, a) -> map;
            case "get" -> (run, a) -> map.containsKey(a.get(0, "key"))
                    ? map.get(a.get(0, "key"))
                    : a.get(1, "default", null);
            default -> null;
        };
    }

    /** The entries of a dictionary as tuples of two. */
    static List<@Nullable Object> pairs(Map<?, ?> map) {
        List<@Nullable Object> pairs = new ArrayList<>();
        map.forEach((key, item) -> pairs.add(Listed.pair(key, item)));
        return pairs;
    }

    private static @Nullable Callable ofList(List<?> list, String name) {
        if (list instanceof Listed listed && listed.form().isView()) {
            return null;
        }
        return switch (name) {
            case "count" -> (run, a) -> list.stream().filter(item -> Value.equal(item, a.get(0, "value"))).count();
            case "index" -> (run, a) -> {
                for (int i = 0; i < list.size(); i++) {
                    if (Value.equal(list.get(i), a.get(0, "value"))) {
                        return (long) i;
                    }
                }
                throw new TemplateException("the list has no such item");
            };
            case "copy" -> Listed.formOf(list) == null ? (run, a) -> new ArrayList<@Nullable Object>(list) : null;
            default -> null;
        };
    }
}
