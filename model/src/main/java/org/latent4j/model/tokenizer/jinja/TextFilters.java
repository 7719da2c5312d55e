package org.latent4j.model.tokenizer.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters that make text of text. */
final class TextFilters {
    private static final Set<String> NAMES = Set.of("string", "trim", "upper", "lower", "title", "capitalize", "replace", "center",
            "wordcount", "format");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern UNRESERVED = Pattern.compile("[A-Za-z0-9_.~-]");

    private TextFilters() {}

    static boolean knows(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object apply(Run run, String name, String text, Arguments a) {
        return switch (name) {
            case "trim" -> a.get(0, "chars", null) == null ? Text.strip(text) : Text.strip(text, a.string(0, "chars"), true, true);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "capitalize" -> StringMethods.capitalized(text);
            case "replace" -> StringMethods.replaced(run, text, Value.text(run, Value.defined(a.get(0, "old"))),
                    Value.text(run, Value.defined(a.get(1, "new"))),
                    a.get(2, "count", null) == null ? -1 : a.integer(2, "count", -1));
            case "center" -> StringMethods.centred(run, text, a.integer(0, "width", 80));
            case "wordcount" -> WORD.matcher(text).results().count();
            case "format" -> formatted(run, text, a);
            default -> text;
        };
    }

    private static String formatted(Run run, String text, Arguments a) {
        if (!a.named().isEmpty() && !a.positional().isEmpty()) {
            throw new TemplateException("a format takes values by place or by name, not both");
        }
        return Percent.formatted(run, text, a.named().isEmpty() ? new Listed(Listed.Form.TUPLE, a.positional()) : a.named());
    }

    /** Every word with a capital; not Python's {@code str.title}, for which an apostrophe begins a word. */
    private static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        int from = 0;
        for (MatchResult between : BETWEEN_WORDS.matcher(text).results().toList()) {
            title.append(word(text.substring(from, between.start()))).append(between.group());
            from = between.end();
        }
        return title.append(word(text.substring(from))).toString();
    }

    private static String word(String word) {
        String first = Text.start(word, 1);
        return first.toUpperCase(Locale.ROOT) + word.substring(first.length()).toLowerCase(Locale.ROOT);
    }

    static String indented(Run run, String text, Arguments a) {
        Object width = a.get(0, "width", 4L);
        String by = width instanceof String s ? s : " ".repeat((int) Math.clamp(Value.integer(width), 0, 10_000));
        boolean blank = Value.isTrue(a.get(2, "blank", false));
        List<String> lines = Text.lines(text + "\n", false);
        run.text(text.length() + (long) lines.size() * by.length());
        StringBuilder indented = new StringBuilder(Value.isTrue(a.get(1, "first", false)) ? by : "");
        for (int i = 0; i < lines.size(); i++) {
            boolean indent = i > 0 && (blank || !lines.get(i).isEmpty());
            indented.append(i > 0 ? "\n" : "").append(indent ? by : "").append(lines.get(i));
        }
        return indented.toString();
    }

    /** Text with an end that says that more was there; lists pass where they are short enough. */
    static Object truncated(@Nullable Object value, Arguments a) {
        int length = Math.toIntExact(Math.clamp(a.integer(0, "length", 255), -1, Integer.MAX_VALUE / 2));
        String end = Value.string(a.get(2, "end", "..."));
        Object given = a.get(3, "leeway", null);
        long leeway = given == null ? 5 : Value.integer(given);
        if (length < Text.length(end) || leeway < 0) {
            throw new TemplateException("truncate to " + length + " characters leaves no place for what ends the text");
        }
        long size = ListFilters.length(value);
        if (size <= length + leeway) {
            return Objects.requireNonNull(value); // what has a length isn't none
        }
        String text = Value.string(value);
        String start = Text.start(text, length - Text.length(end));
        int blank = start.lastIndexOf(' ');
        return (Value.isTrue(a.get(1, "killwords", false)) || blank < 0 ? start : start.substring(0, blank)) + end;
    }

    static String json(Run run, @Nullable Object value, Arguments a) {
        Object indent = a.get(1, "indent", null);
        String by = indent == null || indent instanceof String
                ? (String) indent
                : " ".repeat((int) Math.clamp(Value.integer(indent), 0, 1_000));
        Object separators = a.get(2, "separators", null);
        List<?> said = separators instanceof List<?> list && list.size() == 2 ? list : List.of(by == null ? ", " : ",", ": ");
        return new Json(Value.isTrue(a.get(0, "ensure_ascii", false)), by, Value.string(said.get(0)), Value.string(said.get(1)),
                Value.isTrue(a.get(3, "sort_keys", false))).write(run, value);
    }

    /** A path as it stands in an address, or the pairs of a query. */
    static String address(Run run, @Nullable Object value) {
        if (value instanceof Map<?, ?> || value instanceof List<?> || value instanceof Generated) {
            List<@Nullable Object> pairs = value instanceof Map<?, ?> map ? Methods.pairs(map) : Value.items(run, value);
            List<String> written = new ArrayList<>();
            for (Object pair : pairs) {
                List<@Nullable Object> two = Value.items(run, pair);
                if (two.size() != 2) {
                    throw new TemplateException("urlencode needs pairs");
                }
                written.add(escaped(run, two.get(0), true) + "=" + escaped(run, two.get(1), true));
            }
            return String.join("&", written);
        }
        return escaped(run, value, false);
    }

    private static String escaped(Run run, @Nullable Object value, boolean query) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : Value.text(run, value).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean kept = UNRESERVED.matcher(String.valueOf(c)).matches() || c == '/' && !query;
            escaped.append(kept ? String.valueOf(c) : query && c == ' ' ? "+" : "%%%02X".formatted((int) c));
        }
        run.text(escaped.length());
        return escaped.toString();
    }
}
