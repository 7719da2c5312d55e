package org.latent4j.model.tokenizer.jinja;

import org.jspecify.annotations.Nullable;

/** Python's {@code text.format(values)}: fields in braces. One use for one text. */
final class Braces {
    private static final int DEEPEST = 2; // fields inside a field's specification, no deeper

    private final Run run;
    private final Arguments arguments;
    private int automatic;
    private boolean byNumber;

    private Braces(Run run, Arguments arguments) {
        this.run = run;
        this.arguments = arguments;
    }

    static String formatted(Run run, String format, Arguments arguments) {
        return new Braces(run, arguments).all(format, 1);
    }

    private String all(String format, int depth) {
        if (depth > DEEPEST) {
            throw new TemplateException("the fields of a format are nested more than " + DEEPEST + " deep");
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c != '{' && c != '}') {
                text.append(c);
                at++;
            } else if (format.startsWith(String.valueOf(c), at + 1)) {
                text.append(c);
                at += 2;
            } else if (c == '}') {
                throw new TemplateException("a format has a } that nothing opened");
            } else {
                int end = end(format, at);
                String field = field(format.substring(at + 1, end), depth);
                run.text(field.length());
                text.append(field);
                at = end + 1;
            }
        }
        return text.toString();
    }

    private static int end(String format, int open) {
        int depth = 0;
        for (int i = open; i < format.length(); i++) {
            depth += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new TemplateException("a format has a { that isn't closed");
    }

    /** One field: {@code name!conversion:specification}. */
    private String field(String field, int depth) {
        int colon = field.indexOf(':');
        String head = colon < 0 ? field : field.substring(0, colon);
        int mark = head.indexOf('!');
        Object value = value(mark < 0 ? head : head.substring(0, mark));
        Object converted = switch (mark < 0 ? "" : head.substring(mark + 1)) {
            case "" -> value;
            case "s" -> Value.text(run, value);
            case "r" -> Value.represented(run, value);
            default -> throw new TemplateException("a format's conversion '" + Text.shortened(head) + "' isn't known");
        };
        return Layout.formatted(run, converted, colon < 0 ? "" : all(field.substring(colon + 1), depth + 1));
    }

    /** The value of {@code name.attribute[item]}. */
    private @Nullable Object value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Object value = first(path.substring(0, end));
        while (end < path.length()) {
            boolean item = path.charAt(end) == '[';
            int from = end + 1;
            end = item ? path.indexOf(']', from) : from;
            while (!item && end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                end++;
            }
            if (end <= from) {
                throw new TemplateException("a format's field '" + Text.shortened(path) + "' isn't complete");
            }
            String name = path.substring(from, end);
            end += item ? 1 : 0;
            value = item
                    ? Value.item(value, name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name)
                    : Value.attribute(value, name);
        }
        return value;
    }

    private @Nullable Object first(String name) {
        boolean number = name.matches("\\d{1,9}");
        if (name.isEmpty() && byNumber || number && automatic > 0) {
            throw new TemplateException("a format has fields with numbers and without");
        }
        byNumber |= number;
        if (name.isEmpty() || number) {
            int place = name.isEmpty() ? automatic++ : Integer.parseInt(name);
            if (place >= arguments.positional().size()) {
                throw new TemplateException("a format asks for argument " + place + " of " + arguments.positional().size());
            }
            return arguments.positional().get(place);
        }
        if (!arguments.named().containsKey(name)) {
            throw new TemplateException("a format asks for '" + Text.shortened(name) + "', which isn't given");
        }
        return arguments.named().get(name);
    }
}
