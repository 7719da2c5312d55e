package org.latent4j.model.tokenizer.jinja;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/** Python's {@code text % values}, which is also Jinja2's filter {@code format}. One use for one text. */
final class Percent {
    private final Run run;
    private final String format;
    private final @Nullable Object given;
    private final List<@Nullable Object> values;
    private int at;
    private int used;

    private Percent(Run run, String format, @Nullable Object given) {
        this.run = run;
        this.format = format;
        this.given = given;
        this.values = given instanceof Listed listed && listed.form().isTuple()
                ? listed
                : Collections.singletonList(given);
    }

    static String formatted(Run run, String format, @Nullable Object given) {
        return new Percent(run, format, given).all();
    }

    private String all() {
        StringBuilder text = new StringBuilder();
        while (at < format.length()) {
            int next = format.indexOf('%', at);
            int end = next < 0 ? format.length() : next;
            text.append(format, at, end);
            at = end;
            if (at < format.length()) {
                at++;
                String one = one();
                run.text(one.length());
                text.append(one);
            }
        }
        boolean named = given instanceof Map || given instanceof Undefined || given instanceof List && values != given;
        if (used < values.size() && !named) {
            throw new TemplateException("not all arguments of a format are used");
        }
        return text.toString();
    }

    /** What one specifier writes: {@code %[(name)][flags][width][.precision]type}. */
    private String one() {
        Object named = null;
        boolean byName = format.startsWith("(", at);
        if (byName) {
            int end = format.indexOf(')', at);
            if (end < 0 || !(given instanceof Map<?, ?> map) || !map.containsKey(format.substring(at + 1, end))) {
                throw new TemplateException("a format asks for a name that isn't given");
            }
            named = map.get(format.substring(at + 1, end));
            at = end + 1;
        }
        int flags = at;
        while (at < format.length() && "#0- +".indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        String flag = format.substring(flags, at);
        int width = number(0);
        int precision = -1;
        if (format.startsWith(".", at)) {
            at++;
            precision = number(0);
        }
        if (at >= format.length()) {
            throw new TemplateException("a format ends within a specifier");
        }
        char type = format.charAt(at++);
        if (type == '%') {
            return "%";
        }
        return converted(byName ? named : next(), type, flag, width, precision);
    }

    private int number(int otherwise) {
        int from = at;
        while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
            at++;
        }
        if (format.startsWith("*", at)) {
            throw new TemplateException("a format's width by * isn't supported in a chat template");
        }
        return from == at ? otherwise : Layout.bounded(format.substring(from, at));
    }

    private @Nullable Object next() {
        if (used >= values.size()) {
            throw new TemplateException("a format has more specifiers than values");
        }
        return values.get(used++);
    }

    private String converted(@Nullable Object value, char type, String flags, int width, int precision) {
        char align = flags.contains("-") ? '<' : '>';
        boolean numeric = "diouxXeEfFgG".indexOf(type) >= 0;
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        boolean zero = numeric && flags.contains("0") && align == '>';
        Layout layout = new Layout(zero ? '0' : ' ', zero ? '=' : align, sign, flags.contains("#"), width, "", precision,
                type == 'i' || type == 'u' ? 'd' : type);
        return switch (type) {
            case 's' -> layout.padded(run, layout.cut(Value.text(run, value)));
            case 'r', 'a' -> layout.padded(run, layout.cut(Value.represented(run, value)));
            case 'd', 'i', 'u' -> layout.whole(run, value instanceof Double d ? Value.truncated(d) : Value.integer(value), false);
            case 'o', 'x', 'X' -> layout.whole(run, Value.integer(value), false);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> layout.real(run, Value.real(value));
            case 'c' -> layout.padded(run, character(value));
            default -> throw new TemplateException("a format asks for '%" + type + "', which isn't known");
        };
    }

    private static String character(@Nullable Object value) {
        String text = value instanceof Long n && Character.isValidCodePoint(Math.toIntExact(Math.clamp(n, -1, Integer.MAX_VALUE)))
                ? Character.toString(n.intValue())
                : Value.string(value);
        if (Text.length(text) != 1) {
            throw new TemplateException("%c needs one character");
        }
        return text;
    }
}
