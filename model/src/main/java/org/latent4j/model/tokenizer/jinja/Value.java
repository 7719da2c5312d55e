package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/**
 * Python's rules for the values of a template: null (None), Boolean, Long, Double, String, List ({@link Listed} where it is
 * a tuple or another kind), Map, {@link Generated}, {@link Callable}, {@link Namespace}, {@link Thing} and {@link Undefined}.
 */
final class Value {
    private Value() {}

    /** Something that can be called. */
    interface Callable {
        @Nullable
        Object call(Run run, Arguments arguments);
    }

    /** What {@code namespace()} makes: the one thing a template can write into. */
    record Namespace(Map<String, @Nullable Object> entries) {}

    static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Undefined u -> false;
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** What {@code {{ value }}} prints. */
    static String text(Run run, @Nullable Object value) {
        return value instanceof String s ? s : value instanceof Undefined ? "" : shown(run, value, false);
    }

    /** Python's {@code repr} inside containers. */
    private static String shown(Run run, @Nullable Object value, boolean quoted) {
        run.enter();
        String shown = switch (value) {
            case null -> "None";
            case Boolean b -> b ? "True" : "False";
            case Long n -> n.toString();
            case Double d -> Json.number(d);
            case String s -> quoted ? Text.quoted(s) : s;
            case Range range -> range.shown();
            case List<?> list -> {
                List<String> items = new ArrayList<>();
                list.forEach(item -> items.add(shown(run, item, true)));
                yield bracketed(list, String.join(", ", items));
            }
            case Map<?, ?> map -> {
                List<String> items = new ArrayList<>();
                map.forEach((key, item) -> items.add(shown(run, key, true) + ": " + shown(run, item, true)));
                yield "{" + String.join(", ", items) + "}";
            }
            case Undefined u -> "Undefined";
            case Thing thing -> thing.shown();
            default -> "<" + kind(value) + ">";
        };
        run.leave();
        run.text(shown.length());
        return shown;
    }

    /** Python's {@code repr}. */
    static String represented(Run run, @Nullable Object value) {
        return shown(run, value, true);
    }

    private static String bracketed(List<?> list, String items) {
        Listed.Form form = Listed.formOf(list);
        if (form == null) {
            return "[" + items + "]";
        }
        return form.isTuple()
                ? "(" + items + (list.size() == 1 ? "," : "") + ")"
                : form.printed() + "([" + items + "])";
    }

    /** The name of a value's type for errors. */
    static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "None";
            case Undefined u -> "undefined";
            case Boolean b -> "a truth value";
            case Number n -> "a number";
            case String s -> "a string";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a dictionary";
            case Namespace n -> "a namespace";
            case Generated g -> "what a filter made";
            case Thing thing -> "an object of Jinja's";
            default -> "a function";
        };
    }

    /** Refuses what isn't defined. */
    static @Nullable Object defined(@Nullable Object value) {
        if (value instanceof Undefined(String name)) {
            throw new TemplateException("'" + name + "' is undefined");
        }
        return value;
    }

    /** What a loop goes through. */
    static List<@Nullable Object> items(Run run, @Nullable Object value) {
        List<@Nullable Object> items = new ArrayList<>();
        switch (value) {
            case Undefined u -> {
            }
            case List<?> list -> items.addAll(list);
            case Map<?, ?> map -> items.addAll(map.keySet());
            case Generated generated -> items.addAll(generated.all());
            case String s -> s.codePoints().forEach(c -> items.add(Character.toString(c)));
            case null, default -> throw new TemplateException(kind(value) + " can't be gone through");
        }
        run.text(items.size());
        return items;
    }

    static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (isNumber(a) && isNumber(b)) {
            return real(a) == real(b);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            Iterator<?> other = y.iterator();
            return Listed.alike(x, y) && x.size() == y.size() && x.stream().allMatch(item -> equal(item, other.next()));
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.size() == y.size()
                    && x.entrySet().stream()
                            .allMatch(entry -> y.containsKey(entry.getKey()) && equal(entry.getValue(), y.get(entry.getKey())));
        }
        return Objects.equals(a, b);
    }

    /** Order of numbers, strings or lists. */
    static int compare(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return x.compareTo(y);
        }
        if (isNumber(a) && isNumber(b)) {
            return Double.compare(real(a), real(b));
        }
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        if (a instanceof List<?> x && b instanceof List<?> y && Listed.alike(x, y)) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return compare(x.get(i), y.get(i));
                }
            }
            return Integer.compare(x.size(), y.size());
        }
        throw new TemplateException(kind(defined(a)) + " and " + kind(defined(b)) + " can't be compared");
    }

    /** Whether a container has an item. */
    static boolean contains(Run run, @Nullable Object container, @Nullable Object item) {
        return switch (container) {
            case String s when item instanceof String part -> s.contains(part);
            case Map<?, ?> map -> map.containsKey(key(item));
            case List<?> list -> {
                run.text(list.size());
                yield list.stream().anyMatch(each -> equal(each, item));
            }
            case Generated generated -> generated.comesPast(item);
            case Undefined u -> false;
            case null, default -> throw new TemplateException(kind(container) + " can't contain " + kind(item));
        };
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    /** Refuses what isn't a number. */
    static @Nullable Object number(@Nullable Object value) {
        if (!isNumber(value)) {
            throw new TemplateException(kind(defined(value)) + " isn't a number");
        }
        return value;
    }

    static double real(@Nullable Object value) {
        return switch (value) {
            case Long n -> n;
            case Double d -> d;
            case Boolean b -> b ? 1 : 0;
            case null, default -> throw new TemplateException(kind(defined(value)) + " isn't a number");
        };
    }

    static long integer(@Nullable Object value) {
        return switch (value) {
            case Long n -> n;
            case Boolean b -> b ? 1 : 0;
            case null, default -> throw new TemplateException(kind(defined(value)) + " isn't a whole number");
        };
    }

    /** A real number without what is behind its point. */
    static long truncated(double value) {
        if (!(Math.abs(value) < 0x1p63)) {
            throw new TemplateException("number " + value + " is out of range");
        }
        return (long) value;
    }

    static String string(@Nullable Object value) {
        if (value instanceof String s) {
            return s;
        }
        throw new TemplateException(kind(defined(value)) + " isn't a string");
    }

    /** What can be a key of a dictionary: neither a list nor a dictionary. */
    static @Nullable Object key(@Nullable Object value) {
        if (value instanceof Map || value instanceof List<?> list && !(list instanceof Listed)) {
            throw new TemplateException(kind(value) + " can't be a key");
        }
        return value;
    }

    /** {@code value.name}: methods come before entries, as in Jinja2. */
    static @Nullable Object attribute(@Nullable Object value, String name) {
        defined(value);
        Callable method = Methods.of(value, name);
        return method != null ? method : entry(value, name);
    }

    /** {@code value[key]}: entries come before methods. */
    static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
        defined(value);
        if (key instanceof String name) {
            Object entry = entry(value, name);
            Callable method = entry instanceof Undefined ? Methods.of(value, name) : null;
            return method != null ? method : entry;
        }
        if (value instanceof Map<?, ?> map) {
            return map.containsKey(key) ? map.get(key) : new Undefined(String.valueOf(key));
        }
        if (!(key instanceof Double) && isNumber(key) && hasPlaces(value)) {
            return place(Objects.requireNonNull(value), integer(key));
        }
        return new Undefined(String.valueOf(key));
    }

    /** A character or an item, from the end where {@code at} is negative. */
    private static @Nullable Object place(Object value, long at) {
        int size = value instanceof String s ? s.codePointCount(0, s.length()) : ((List<?>) value).size();
        long index = at < 0 ? at + size : at;
        if (index < 0 || index >= size) {
            return new Undefined("item " + at);
        }
        return value instanceof String s
                ? Character.toString(s.codePointAt(s.offsetByCodePoints(0, (int) index)))
                : ((List<?>) value).get((int) index);
    }

    /** Whether a value has items at places: text, lists, and of the kinds of lists all but looks into a dictionary. */
    static boolean hasPlaces(@Nullable Object value) {
        return value instanceof String || value instanceof List<?> && !(value instanceof Listed listed && listed.form().isView());
    }

    private static @Nullable Object entry(@Nullable Object value, String name) {
        return switch (value) {
            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
            case Namespace(var entries) when entries.containsKey(name) -> entries.get(name);
            case Thing thing -> thing.attribute(name);
            case Listed listed when listed.form() == Listed.Form.GROUP && (name.equals("grouper") || name.equals("list")) ->
                listed.get(name.equals("grouper") ? 0 : 1);
            case null, default -> new Undefined(name);
        };
    }

    /** {@code value[from:to:step]}. */
    static @Nullable Object slice(Run run, @Nullable Object value, @Nullable Object from, @Nullable Object to,
            @Nullable Object step) {
        long stride = step == null ? 1 : integer(step);
        if (stride == 0) {
            throw new TemplateException("a slice's step is 0");
        }
        if (!hasPlaces(defined(value))) {
            throw new TemplateException(kind(value) + " has no parts");
        }
        List<@Nullable Object> items = items(run, value);
        int size = items.size();
        long begin = from == null ? stride > 0 ? 0 : size - 1 : bound(integer(from), size, stride);
        long end = to == null ? stride > 0 ? size : -1 : bound(integer(to), size, stride);
        List<@Nullable Object> slice = new ArrayList<>();
        for (long i = begin; stride > 0 ? i < end : i > end; i += stride) {
            slice.add(items.get((int) i));
        }
        if (value instanceof String) {
            return String.join("", slice.stream().map(Object::toString).toList());
        }
        return switch (value) {
            case Range range -> range.part(begin, end, stride, slice);
            case Listed tuple -> new Listed(Listed.Form.TUPLE, slice);
            case null, default -> slice;
        };
    }

    private static long bound(long at, int size, long stride) {
        long index = at < 0 ? at + size : at;
        return stride > 0 ? Math.clamp(index, 0, size) : Math.clamp(index, -1, size - 1);
    }

    /** A copy of what Java gives: whole numbers become Long, real ones Double, containers are copied. */
    static @Nullable Object of(@Nullable Object java) {
        return switch (java) {
            case Integer n -> n.longValue();
            case Float f -> f.doubleValue();
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(item -> copy.add(of(item)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(Objects.requireNonNull(key), of(item)));
                yield copy;
            }
            case null -> null;
            default -> java;
        };
    }
}
