package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** Python's methods of strings. */
final class StringMethods {
    private StringMethods() {}

    /** A string's method; null when strings have none of that name. */
    static @Nullable Callable of(String s, String name) {
        return switch (name) {
            case "strip" -> (run, a) -> stripped(s, a, true, true);
            case "lstrip" -> (run, a) -> stripped(s, a, true, false);
            case "rstrip" -> (run, a) -> stripped(s, a, false, true);
            case "removeprefix" -> (run, a) -> s.startsWith(a.string(0, "prefix"))
                    ? s.substring(a.string(0, "prefix").length())
                    : s;
            case "removesuffix" -> (run, a) -> s.endsWith(a.string(0, "suffix"))
                    ? s.substring(0, s.length() - a.string(0, "suffix").length())
                    : s;
            case "replace" -> (run, a) -> replaced(run, s, a.string(0, "old"), a.string(1, "new"), a.integer(2, "count", -1));
            case "split" -> (run, a) -> split(run, s, a.get(0, "sep", null), a.integer(1, "maxsplit", -1), false);
            case "rsplit" -> (run, a) -> split(run, s, a.get(0, "sep", null), a.integer(1, "maxsplit", -1), true);
            case "splitlines" -> (run, a) -> {
                run.text(8L * s.length());
                return new ArrayList<@Nullable Object>(Text.lines(s, Value.isTrue(a.get(0, "keepends", false))));
            };
            case "partition" -> (run, a) -> parted(s, a.string(0, "sep"), s.indexOf(a.string(0, "sep")), false);
            case "rpartition" -> (run, a) -> parted(s, a.string(0, "sep"), s.lastIndexOf(a.string(0, "sep")), true);
            case "join" -> (run, a) -> joinedStrings(run, Value.items(run, a.get(0, "iterable")), s);
            case "format" -> (run, a) -> Braces.formatted(run, s, a);
            default -> written(s, name);
        };
    }

    private static @Nullable Callable written(String s, String name) {
        return switch (name) {
            case "upper" -> (run, a) -> s.toUpperCase(Locale.ROOT);
            case "lower" -> (run, a) -> s.toLowerCase(Locale.ROOT);
            case "title" -> (run, a) -> title(s);
            case "capitalize" -> (run, a) -> capitalized(s);
            case "swapcase" -> (run, a) -> swapped(s);
            case "center" -> (run, a) -> padded(run, s, a, 2);
            case "ljust" -> (run, a) -> padded(run, s, a, 0);
            case "rjust" -> (run, a) -> padded(run, s, a, 1);
            case "zfill" -> (run, a) -> zeroFilled(run, s, a.integer(0, "width", 0));
            default -> searched(s, name);
        };
    }

    private static @Nullable Callable searched(String s, String name) {
        return switch (name) {
            case "startswith" -> (run, a) -> anyOf(a.get(0, "prefix")).stream()
                    .anyMatch(prefix -> within(s, a, 1).startsWith(Value.string(prefix)));
            case "endswith" -> (run, a) -> anyOf(a.get(0, "suffix")).stream()
                    .anyMatch(suffix -> within(s, a, 1).endsWith(Value.string(suffix)));
            case "find" -> (run, a) -> found(s, a, false, false);
            case "rfind" -> (run, a) -> found(s, a, true, false);
            case "index" -> (run, a) -> found(s, a, false, true);
            case "rindex" -> (run, a) -> found(s, a, true, true);
            case "count" -> (run, a) -> count(within(s, a, 1), a.string(0, "sub"));
            default -> asked(s, name);
        };
    }

    private static @Nullable Callable asked(String s, String name) {
        return switch (name) {
            case "isdigit" -> all(s, StringMethods::isDigit);
            case "isdecimal" -> all(s, Character::isDigit);
            case "isalpha" -> all(s, Character::isLetter);
            case "isalnum" -> all(s, c -> Character.isLetter(c) || isDigit(c) || Character.getType(c) == Character.OTHER_NUMBER
                    || Character.getType(c) == Character.LETTER_NUMBER);
            case "isspace" -> (run, a) -> !s.isEmpty() && Text.strip(s).isEmpty();
            case "isascii" -> (run, a) -> s.codePoints().allMatch(c -> c < 128);
            case "isprintable" -> (run, a) -> s.codePoints().allMatch(Text::isPrintable);
            case "isupper" -> (run, a) -> isUpper(s);
            case "islower" -> (run, a) -> isLower(s);
            default -> null;
        };
    }

    private static Callable all(String s, IntPredicate kind) {
        return (run, a) -> !s.isEmpty() && s.codePoints().allMatch(kind);
    }

    /** Digits, those above and below the line and in circles as well. */
    private static boolean isDigit(int c) {
        int value = Character.getNumericValue(c);
        return Character.isDigit(c) || Character.getType(c) == Character.OTHER_NUMBER && value >= 0 && value <= 9;
    }

    static boolean isUpper(String s) {
        return s.codePoints().anyMatch(Character::isUpperCase)
                && s.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String s) {
        return s.codePoints().anyMatch(Character::isLowerCase)
                && s.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static List<? extends @Nullable Object> anyOf(@Nullable Object given) {
        return given instanceof Listed listed && listed.form().isTuple() ? listed : Collections.singletonList(given);
    }

    /** The part of a string that arguments name by start and end. */
    private static String within(String s, Arguments a, int place) {
        if (!a.has(place, "start") && !a.has(place + 1, "end")) {
            return s;
        }
        int size = Text.length(s);
        int from = bound(a.get(place, "start", null), size, 0);
        int to = bound(a.get(place + 1, "end", null), size, size);
        return from >= to ? "" : s.substring(s.offsetByCodePoints(0, from), s.offsetByCodePoints(0, to));
    }

    private static int bound(@Nullable Object given, int size, int otherwise) {
        if (given == null) {
            return otherwise;
        }
        long at = Value.integer(given);
        return (int) Math.clamp(at < 0 ? at + size : at, 0, size);
    }

    private static long found(String s, Arguments a, boolean last, boolean needed) {
        String part = a.string(0, "sub");
        String within = within(s, a, 1);
        int at = last ? within.lastIndexOf(part) : within.indexOf(part);
        if (at < 0 && needed) {
            throw new TemplateException("the string has no such part");
        }
        int from = a.has(1, "start") ? bound(a.get(1, "start", null), Text.length(s), 0) : 0;
        return at < 0 ? -1 : from + within.codePointCount(0, at);
    }

    private static long count(String s, String part) {
        if (part.isEmpty()) {
            return Text.length(s) + 1L;
        }
        long count = 0;
        for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String stripped(String s, Arguments arguments, boolean start, boolean end) {
        Object characters = arguments.get(0, "chars", null);
        if (characters != null) {
            return Text.strip(s, Value.string(characters), start, end);
        }
        String left = start ? Text.stripStart(s) : s;
        return end ? Text.stripEnd(left) : left;
    }

    /** Python's {@code str.replace}; the result's size is charged before it is made. */
    static String replaced(Run run, String s, String old, String by, long most) {
        long times = most < 0 ? count(s, old) : Math.min(most, count(s, old));
        run.text(s.length() + times * by.length());
        StringBuilder result = new StringBuilder();
        int from = 0;
        for (long i = 0; i < times; i++) {
            int at = old.isEmpty() ? i == 0 ? 0 : s.offsetByCodePoints(from, 1) : s.indexOf(old, from);
            result.append(s, from, at).append(by);
            from = at + old.length();
        }
        return result.append(s, from, s.length()).toString();
    }

    private static Listed parted(String s, String by, int at, boolean last) {
        if (by.isEmpty()) {
            throw new TemplateException("parts by an empty string");
        }
        List<@Nullable Object> parts = at < 0
                ? last ? List.of("", "", s) : List.of(s, "", "")
                : List.of(s.substring(0, at), by, s.substring(at + by.length()));
        return new Listed(Listed.Form.TUPLE, parts);
    }

    private static List<@Nullable Object> split(Run run, String s, @Nullable Object separator, long most,
            boolean fromEnd) {
        run.text(8L * s.length());
        if (separator == null) {
            return fromEnd && most >= 0 ? wordsFromEnd(s, most) : words(s, most);
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

    /** Words between white space; behind so many the rest is one, as it stands but for its start. */
    private static List<@Nullable Object> words(String s, long most) {
        List<@Nullable Object> words = new ArrayList<>();
        String rest = Text.stripStart(s);
        int from = 0;
        while (from < rest.length()) {
            int to = from;
            while (to < rest.length() && !Text.isSpace(rest.charAt(to))) {
                to++;
            }
            if (most >= 0 && words.size() == most) {
                to = rest.length();
            }
            words.add(rest.substring(from, to));
            from = to;
            while (from < rest.length() && Text.isSpace(rest.charAt(from))) {
                from++;
            }
        }
        return words;
    }

    private static List<@Nullable Object> wordsFromEnd(String s, long most) {
        List<@Nullable Object> words = new ArrayList<>();
        String rest = Text.stripEnd(s);
        while (!rest.isEmpty() && words.size() < most) {
            int from = rest.length();
            while (from > 0 && !Text.isSpace(rest.charAt(from - 1))) {
                from--;
            }
            words.add(rest.substring(from));
            rest = Text.stripEnd(rest.substring(0, from));
        }
        if (!Text.strip(rest).isEmpty()) {
            words.add(rest);
        }
        return words.reversed();
    }

    /** What is put together, each item as it prints. */
    static String joined(Run run, List<@Nullable Object> items, String by) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String item = Value.text(run, items.get(i));
            run.text(item.length() + by.length());
            joined.append(i > 0 ? by : "").append(item);
        }
        return joined.toString();
    }

    /** The same of strings only, as Python's {@code str.join} is. */
    private static String joinedStrings(Run run, List<@Nullable Object> items, String by) {
        items.forEach(Value::string);
        return joined(run, items, by);
    }

    static String capitalized(String s) {
        if (s.isEmpty()) {
            return s;
        }
        int first = s.codePointAt(0);
        return titled(first) + s.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    }

    /** A character as it begins a title: ß is Ss. */
    private static String titled(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        return Text.length(upper) == 1
                ? Character.toString(Character.toTitleCase(c))
                : Text.start(upper, 1) + upper.substring(Text.start(upper, 1).length()).toLowerCase(Locale.ROOT);
    }

    private static String title(String s) {
        StringBuilder title = new StringBuilder(s.length());
        boolean inside = false;
        for (int i = 0; i < s.length(); i += Character.charCount(s.codePointAt(i))) {
            int c = s.codePointAt(i);
            title.append(inside ? Character.toString(c).toLowerCase(Locale.ROOT) : titled(c));
            inside = Text.isCased(c);
        }
        return title.toString();
    }

    private static String swapped(String s) {
        StringBuilder swapped = new StringBuilder(s.length());
        s.codePoints().mapToObj(Character::toString).forEach(c -> swapped.append(
                Character.isUpperCase(c.codePointAt(0)) ? c.toLowerCase(Locale.ROOT) : c.toUpperCase(Locale.ROOT)));
        return swapped.toString();
    }

    /** At least so wide; {@code side} is 0 for the text at the left, 1 at the right, 2 in the middle. */
    private static String padded(Run run, String s, Arguments a, int side) {
        String fill = a.has(1, "fillchar") ? a.string(1, "fillchar") : " ";
        if (Text.length(fill) != 1) {
            throw new TemplateException("what pads a string is one character");
        }
        long width = a.integer(0, "width", 0);
        int missing = Math.toIntExact(Math.clamp(width - Text.length(s), 0, Integer.MAX_VALUE));
        run.text(missing);
        // Python's middle: an odd blank goes to the left where the width is odd
        int left = side == 2 ? missing / 2 + (missing & (int) width & 1) : side == 1 ? missing : 0;
        return fill.repeat(left) + s + fill.repeat(missing - left);
    }

    /** In the middle, with blanks. */
    static String centred(Run run, String s, long width) {
        return padded(run, s, new Arguments(List.of(width), Map.of()), 2);
    }

    private static String zeroFilled(Run run, String s, long width) {
        int missing = Math.toIntExact(Math.clamp(width - Text.length(s), 0, Integer.MAX_VALUE));
        run.text(missing);
        boolean signed = s.startsWith("-") || s.startsWith("+");
        return (signed ? s.substring(0, 1) : "") + "0".repeat(missing) + (signed ? s.substring(1) : s);
    }
}
