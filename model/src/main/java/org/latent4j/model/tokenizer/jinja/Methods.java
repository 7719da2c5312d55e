package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** Python's methods of strings, lists and dictionaries; none of them changes its object, and there are no others. */
final class Methods {
    private Methods() {}

    /** A value's method; null when it has none of that name. */
    static @Nullable Callable of(@Nullable Object value, String name) {
        return switch (value) {
            case String s -> ofString(s, name);
            case Map<?, ?> map -> ofMap(map, name);
            case List<?> list -> ofList(list, name);
            case null, default -> null;
        };
    }

    private static @Nullable Callable ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (run, a) -> pairs(map);
            case "keys" -> (run, a) -> new ArrayList<Object>(map.keySet());
            case "values" -> (run, a) -> new ArrayList<@Nullable Object>(map.values());
            case "copy" -> (run, a) -> map;
            case "get" -> (run, a) -> map.containsKey(a.get(0, "key"))
                    ? map.get(a.get(0, "key"))
                    : a.get(1, "default", null);
            default -> null;
        };
    }

    /** The entries of a dictionary as lists of two. */
    static List<@Nullable Object> pairs(Map<?, ?> map) {
        List<@Nullable Object> pairs = new ArrayList<>();
        map.forEach((key, item) -> {
            List<@Nullable Object> pair = new ArrayList<>();
            Collections.addAll(pair, key, item);
            pairs.add(pair);
        });
        return pairs;
    }

    private static @Nullable Callable ofList(List<?> list, String name) {
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
            default -> null;
        };
    }

    private static @Nullable Callable ofString(String s, String name) {
        return switch (name) {
            case "strip" -> (run, a) -> stripped(s, a, true, true);
            case "lstrip" -> (run, a) -> stripped(s, a, true, false);
            case "rstrip" -> (run, a) -> stripped(s, a, false, true);
            case "upper" -> (run, a) -> s.toUpperCase(Locale.ROOT);
            case "lower" -> (run, a) -> s.toLowerCase(Locale.ROOT);
            case "title" -> (run, a) -> title(s);
            case "capitalize" -> (run, a) -> capitalized(s);
            case "startswith" -> (run, a) -> anyOf(a.get(0, "prefix")).stream()
                    .anyMatch(prefix -> s.startsWith(Value.string(prefix)));
            case "endswith" -> (run, a) -> anyOf(a.get(0, "suffix")).stream()
                    .anyMatch(suffix -> s.endsWith(Value.string(suffix)));
            case "removeprefix" -> (run, a) -> s.startsWith(a.string(0, "prefix"))
                    ? s.substring(a.string(0, "prefix").length())
                    : s;
            case "removesuffix" -> (run, a) -> s.endsWith(a.string(0, "suffix"))
                    ? s.substring(0, s.length() - a.string(0, "suffix").length())
                    : s;
            case "replace" -> (run, a) -> replaced(run, s, a.string(0, "old"), a.string(1, "new"), a.integer(2, "count", -1));
            case "split" -> (run, a) -> split(run, s, a.get(0, "sep", null), a.integer(1, "maxsplit", -1), false);
            case "rsplit" -> (run, a) -> split(run, s, a.get(0, "sep", null), a.integer(1, "maxsplit", -1), true);
            case "splitlines" -> (run, a) -> new ArrayList<Object>(s.lines().toList());
            case "join" -> (run, a) -> joined(run, Value.items(run, a.get(0, "iterable")), s);
            case "find" -> (run, a) -> codePoints(s, s.indexOf(a.string(0, "sub")));
            case "rfind" -> (run, a) -> codePoints(s, s.lastIndexOf(a.string(0, "sub")));
            case "count" -> (run, a) -> count(s, a.string(0, "sub"));
            case "isdigit" -> (run, a) -> !s.isEmpty() && s.codePoints().allMatch(Character::isDigit);
            case "isalpha" -> (run, a) -> !s.isEmpty() && s.codePoints().allMatch(Character::isLetter);
            case "isalnum" -> (run, a) -> !s.isEmpty() && s.codePoints().allMatch(Character::isLetterOrDigit);
            case "isspace" -> (run, a) -> !s.isEmpty() && Text.strip(s).isEmpty();
            case "isupper" -> (run, a) -> !s.equals(s.toLowerCase(Locale.ROOT)) && s.equals(s.toUpperCase(Locale.ROOT));
            case "islower" -> (run, a) -> !s.equals(s.toUpperCase(Locale.ROOT)) && s.equals(s.toLowerCase(Locale.ROOT));
            default -> null;
        };
    }

    private static List<? extends @Nullable Object> anyOf(@Nullable Object given) {
        return given instanceof List<?> list ? list : Collections.singletonList(given);
    }

    private static String stripped(String s, Arguments arguments, boolean start, boolean end) {
        Object characters = arguments.get(0, "chars", null);
        if (characters != null) {
            return Text.strip(s, Value.string(characters), start, end);
        }
        String left = start ? Text.stripStart(s) : s;
        return end ? Text.stripEnd(left) : left;
    }

    private static long codePoints(String s, int index) {
        return index < 0 ? -1 : s.codePointCount(0, index);
    }

    private static long count(String s, String part) {
        if (part.isEmpty()) {
            return s.codePointCount(0, s.length()) + 1L;
        }
        long count = 0;
        for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** Python's {@code str.replace}; the result's size is charged before it is made. */
    static String replaced(Run run, String s, String old, String by, long most) {
        if (old.isEmpty()) {
            throw new TemplateException("replace of an empty string isn't supported");
        }
        long times = most < 0 ? count(s, old) : Math.min(most, count(s, old));
        run.text(s.length() + times * by.length());
        StringBuilder result = new StringBuilder();
        int from = 0;
        for (long i = 0; i < times; i++) {
            int at = s.indexOf(old, from);
            result.append(s, from, at).append(by);
            from = at + old.length();
        }
        return result.append(s, from, s.length()).toString();
    }

    private static List<@Nullable Object> split(Run run, String s, @Nullable Object separator, long most,
            boolean fromEnd) {
        run.text(8L * s.length());
        if (separator == null) {
            if (most >= 0) {
                throw new TemplateException("split at white space with a limit isn't supported");
            }
            return words(s);
        }
        String by = Value.string(separator);
        if (by.isEmpty()) {
            throw new TemplateException("split by an empty string");
        }
        return fromEnd && most >= 0 ? splitFromEnd(s, by, most) : splitFromStart(s, by, most);
    }

    private static List<@Nullable Object> splitFromStart(String s, String by, long most) {
        List<@Nullable Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = s.indexOf(by); at >= 0 && (most < 0 || parts.size() < most); at = s.indexOf(by, from)) {
            parts.add(s.substring(from, at));
            from = at + by.length();
        }
        parts.add(s.substring(from));
        return parts;
    }

    private static List<@Nullable Object> splitFromEnd(String s, String by, long most) {
        List<@Nullable Object> parts = new ArrayList<>();
        int to = s.length();
        for (int at = s.lastIndexOf(by); at >= 0 && parts.size() < most; at = s.lastIndexOf(by, to - by.length())) {
            parts.add(s.substring(at + by.length(), to));
            to = at;
        }
        parts.add(s.substring(0, to));
        return parts.reversed();
    }

    private static List<@Nullable Object> words(String s) {
        List<@Nullable Object> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= s.length(); i++) {
            if (i == s.length() || Text.isSpace(s.charAt(i))) {
                if (i > from) {
                    words.add(s.substring(from, i));
                }
                from = i + 1;
            }
        }
        return words;
    }

    static String joined(Run run, List<@Nullable Object> items, String by) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String item = Value.text(run, items.get(i));
            run.text(item.length() + by.length());
            joined.append(i > 0 ? by : "").append(item);
        }
        return joined.toString();
    }

    static String capitalized(String s) {
        return s.isEmpty() ? s : s.substring(0, 1).toUpperCase(Locale.ROOT) + s.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String s) {
        StringBuilder title = new StringBuilder(s.length());
        boolean inside = false;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            title.append(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inside = Character.isLetter(c);
        }
        return title.toString();
    }
}
