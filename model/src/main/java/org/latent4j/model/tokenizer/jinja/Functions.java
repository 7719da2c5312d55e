package org.latent4j.model.tokenizer.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;
import org.latent4j.model.tokenizer.jinja.Value.Namespace;

/** The functions that every template has: Jinja2's and those that transformers adds. */
final class Functions {
    private static final int LONGEST_RANGE = 100_000; // Jinja2's sandbox

    private Functions() {}

    static Map<String, Callable> all() {
        return Map.of(
                "range", (run, a) -> range(run, a),
                "dict", (run, a) -> dictionary(run, a),
                "namespace", (run, a) -> namespace(run, a),
                "cycler", (run, a) -> new Cycler(a.positional()),
                "joiner", (run, a) -> joiner(a.get(0, "sep", ", ")),
                "raise_exception", (run, a) -> {
                    throw new TemplateException("it refuses these messages: " + Value.text(run, a.get(0, "message")));
                },
                "strftime_now", (run, a) -> formatted(ZonedDateTime.now(run.clock()), a.string(0, "format")));
    }

    /** From a dictionary or pairs, and what is given by name. */
    private static Map<@Nullable Object, @Nullable Object> dictionary(Run run, Arguments a) {
        Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
        Object first = a.has(0, "") ? a.get(0, "") : Map.of();
        for (Object pair : first instanceof Map<?, ?> map ? Methods.pairs(map) : Value.items(run, first)) {
            List<@Nullable Object> two = Value.items(run, pair);
            if (two.size() != 2) {
                throw new TemplateException("a dictionary is made of pairs");
            }
            entries.put(Value.key(two.get(0)), two.get(1));
        }
        entries.putAll(a.named());
        return entries;
    }

    private static Namespace namespace(Run run, Arguments a) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        dictionary(run, a).forEach((key, value) -> entries.put(Value.text(run, key), value));
        return new Namespace(entries);
    }

    /** Nothing the first time it is called, the separator from then on. */
    private static Callable joiner(@Nullable Object separator) {
        boolean[] used = new boolean[1];
        return (run, a) -> {
            boolean first = !used[0];
            used[0] = true;
            return first ? "" : separator;
        };
    }

    private static Listed range(Run run, Arguments a) {
        boolean one = a.positional().size() == 1;
        long from = one ? 0 : a.integer(0, "start", 0);
        long to = one ? a.integer(0, "stop", 0) : a.integer(1, "stop", 0);
        long step = a.integer(2, "step", 1);
        if (step == 0) {
            throw new TemplateException("a range's step is 0");
        }
        List<@Nullable Object> range = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            run.step();
            range.add(i);
            if (range.size() > LONGEST_RANGE) {
                throw new TemplateException("a range has more than " + LONGEST_RANGE + " numbers");
            }
        }
        return new Range(from, to, step, range);
    }

    /** Python's {@code strftime}. */
    private static String formatted(ZonedDateTime now, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String part = part(now, format.charAt(i));
            text.append(unpadded ? part.replaceFirst("^0+(?=\\d)", "") : part);
        }
        return text.toString();
    }

    private static String part(ZonedDateTime now, char directive) {
        String pattern = switch (directive) {
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'm' -> "MM";
            case 'B' -> "MMMM";
            case 'b', 'h' -> "MMM";
            case 'd' -> "dd";
            case 'j' -> "DDD";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'Z' -> "zzz";
            case 'z' -> "xx";
            case 'F' -> "yyyy-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'D' -> "MM/dd/yy";
            case 'R' -> "HH:mm";
            case 'r' -> "hh:mm:ss a";
            case 'c' -> "EEE MMM ppd HH:mm:ss yyyy";
            case 'x' -> "MM/dd/yy";
            case 'X' -> "HH:mm:ss";
            case 'e' -> "ppd";
            case 'k' -> "ppH";
            case 'l' -> "pph";
            case 'f' -> "SSSSSS";
            case 'u' -> "e";
            case '%' -> "'%'";
            case 'n' -> "'\n'";
            case 't' -> "'\t'";
            default -> throw new TemplateException("date format %" + directive + " isn't known");
        };
        return DateTimeFormatter.ofPattern(pattern, directive == 'u' ? Locale.UK : Locale.US).format(now);
    }
}
