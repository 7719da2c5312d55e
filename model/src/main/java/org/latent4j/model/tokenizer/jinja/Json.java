package org.latent4j.model.tokenizer.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values as {@code json.dumps(value)} writes them, which is what transformers' {@code tojson} does.
 *
 * @param ascii whether all but ASCII is escaped
 * @param indent what leads a line, once a level; null for one line
 * @param itemSeparator between items
 * @param keySeparator between a key and its value
 * @param sorted whether keys are sorted
 */
record Json(boolean ascii, @Nullable String indent, String itemSeparator, String keySeparator, boolean sorted) {

    String write(Run run, @Nullable Object value) {
        StringBuilder json = new StringBuilder();
        write(run, value, 0, json);
        return json.toString();
    }

    private void write(Run run, @Nullable Object value, int depth, StringBuilder json) {
        run.enter();
        int before = json.length();
        switch (value) {
            case null -> json.append("null");
            case Boolean b -> json.append(b);
            case Long n -> json.append(n);
            case Double d -> json.append(Double.isNaN(d) ? "NaN" : Double.isInfinite(d) ? d > 0 ? "Infinity" : "-Infinity" : number(d));
            case String s -> string(s, json);
            case Listed listed when !listed.form().isTuple() -> throw new TemplateException(listed.form().printed()
                    + " can't be written as JSON");
            case List<?> list -> list(run, list, depth, json);
            case Map<?, ?> map -> map(run, sorted ? inOrder(map) : map, depth, json);
            default -> throw new TemplateException(Value.kind(Value.defined(value)) + " can't be written as JSON");
        }
        run.text(json.length() - before);
        run.leave();
    }

    private void list(Run run, List<?> list, int depth, StringBuilder json) {
        json.append('[');
        int i = 0;
        for (Object item : list) {
            lead(i++, depth + 1, json);
            write(run, item, depth + 1, json);
        }
        close(i, depth, json);
        json.append(']');
    }

    private void map(Run run, Map<?, ?> map, int depth, StringBuilder json) {
        json.append('{');
        int i = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            lead(i++, depth + 1, json);
            string(key(run, entry.getKey()), json);
            json.append(keySeparator);
            write(run, entry.getValue(), depth + 1, json);
        }
        close(i, depth, json);
        json.append('}');
    }

    private static Map<?, ?> inOrder(Map<?, ?> map) {
        Map<@Nullable Object, @Nullable Object> inOrder = new TreeMap<>(Value::compare);
        inOrder.putAll(map);
        return inOrder;
    }

    private static String key(Run run, @Nullable Object key) {
        return switch (key) {
            case null -> "null";
            case Boolean b -> b.toString();
            case String s -> s;
            default -> Value.text(run, key);
        };
    }

    private void lead(int index, int depth, StringBuilder json) {
        if (index > 0) {
            json.append(itemSeparator);
        }
        newLine(depth, json);
    }

    private void close(int items, int depth, StringBuilder json) {
        if (items > 0) {
            newLine(depth, json);
        }
    }

    private void newLine(int depth, StringBuilder json) {
        if (indent != null) {
            json.append('\n').repeat(indent, depth);
        }
    }

    private void string(String s, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            int simple = "\"\\\n\r\t\f\b".indexOf(c);
            if (simple >= 0) {
                json.append('\\').append("\"\\nrtfb".charAt(simple));
            } else if (c < ' ' || ascii && c > 126) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    /** A real number as Python writes it: {@code 1.0}, {@code 1e+16}, {@code 0.5}. */
    static String number(double d) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            return Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
        }
        String java = Double.toString(d);
        int e = java.indexOf('E');
        if (e < 0) {
            return java;
        }
        int exponent = Integer.parseInt(java.substring(e + 1));
        if (exponent >= -4 && exponent < 16) {
            String plain = new BigDecimal(java).stripTrailingZeros().toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String mantissa = java.substring(0, e).replaceAll("\\.0$", "");
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + String.format("%02d", Math.abs(exponent));
    }
}
