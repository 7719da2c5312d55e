package org.latent4j.model.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Small JSON documents (RFC 8259), read strictly and written. On the way to a cached model Jackson would cost 70 ms of a cold start, more
 * than all else there; this costs one. Objects are maps, arrays lists, whole numbers {@code Long}, others {@code Double}; a null is
 * an absent member, and left out of arrays.
 */
final class Json {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** A JSON object with typed members: a member that is absent or of another type is empty, never an error. */
    record Members(Map<String, Object> map) {
        Optional<String> string(String name) {
            return map.get(name) instanceof String value ? Optional.of(value) : Optional.empty();
        }

        OptionalLong integer(String name) {
            return map.get(name) instanceof Long value ? OptionalLong.of(value) : OptionalLong.empty();
        }

        Optional<Members> members(String name) {
            return asMembers(map.get(name));
        }

        List<Members> list(String name) {
            return elements(name).stream().flatMap(e -> asMembers(e).stream()).toList();
        }

        List<String> strings(String name) {
            return elements(name).stream().filter(String.class::isInstance).map(String.class::cast).toList();
        }

        private List<?> elements(String name) {
            return map.get(name) instanceof List<?> list ? list : List.of();
        }

        private static Optional<Members> asMembers(@Nullable Object value) {
            if (!(value instanceof Map<?, ?> object)) {
                return Optional.empty();
            }
            Map<String, Object> members = new LinkedHashMap<>();
            object.forEach((name, member) -> members.put((String) Objects.requireNonNull(name), Objects.requireNonNull(member)));
            return Optional.of(new Members(members));
        }
    }

    /** A file that isn't JSON, or not an object. */
    static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /**
     * Reads a file that holds one object.
     *
     * @param largest how many bytes the file may have; beyond it nothing is read
     * @throws IOException if the file can't be read, is larger, not UTF-8, or no JSON object
     */
    static Members read(Path file, int largest) throws IOException {
        long size = Files.size(file);
        if (size > largest) {
            throw new MalformedException("%s has %d bytes, more than the %d allowed".formatted(file, size, largest));
        }
        return parse(Files.readAllBytes(file));
    }

    /** The object that UTF-8 bytes hold. */
    static Members parse(byte[] utf8) throws MalformedException {
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8");
        }
    }

    /** The object that a text holds. */
    static Members parse(String text) throws MalformedException {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at != text.length()) {
            throw json.malformed("something follows the end");
        }
        return Members.asMembers(value).orElseThrow(() -> new MalformedException("not a JSON object"));
    }

    private @Nullable Object value(int depth) throws MalformedException {
        if (depth > DEEPEST) {
            throw malformed("nested more than %d deep".formatted(DEEPEST));
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws MalformedException {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (taken('}')) {
            return members;
        }
        do {
            skipSpace();
            if (peek() != '"') {
                throw malformed("a member's name is missing");
            }
            String name = string();
            skipSpace();
            if (!taken(':')) {
                throw malformed("':' is missing");
            }
            Object member = value(depth + 1);
            if (member != null) {
                members.put(name, member);
            }
            skipSpace();
        } while (taken(','));
        if (!taken('}')) {
            throw malformed("',' or '}' is missing");
        }
        return members;
    }

    private List<Object> array(int depth) throws MalformedException {
        List<Object> elements = new ArrayList<>();
        at++;
        skipSpace();
        if (taken(']')) {
            return elements;
        }
        do {
            Object element = value(depth + 1);
            if (element != null) {
                elements.add(element);
            }
            skipSpace();
        } while (taken(','));
        if (!taken(']')) {
            throw malformed("',' or ']' is missing");
        }
        return elements;
    }

    private String string() throws MalformedException {
        StringBuilder value = new StringBuilder();
        at++;
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return value.toString();
            } else if (c < ' ') {
                throw malformed("a string holds a control character");
            }
            value.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws MalformedException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw malformed("'\\%c' is no escape".formatted(c));
        };
    }

    private char hexadecimal() throws MalformedException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw malformed("\\u wants four hexadecimal digits");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private Object number() throws MalformedException {
        int start = at;
        taken('-');
        int whole = at;
        int digits = digits();
        boolean integer = true;
        if (digits == 0 || digits > 1 && text.charAt(whole) == '0') {
            throw malformed("no value");
        }
        if (taken('.')) {
            integer = false;
            digits = digits();
        }
        if (digits > 0 && (taken('e') || taken('E'))) {
            integer = false;
            if (!taken('+')) {
                taken('-');
            }
            digits = digits();
        }
        if (digits == 0 || at - start > 400) {
            throw malformed("no number");
        }
        String written = text.substring(start, at);
        if (integer && written.length() <= 18) { // surely fits
            return Long.valueOf(written);
        }
        return Double.valueOf(written);
    }

    private int digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - start;
    }

    private @Nullable Object word(String word, @Nullable Object meaning) throws MalformedException {
        if (!text.startsWith(word, at)) {
            throw malformed("no value");
        }
        at += word.length();
        return meaning;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws MalformedException {
        if (at >= text.length()) {
            throw malformed("it ends too early");
        }
        return text.charAt(at);
    }

    private boolean taken(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private MalformedException malformed(String why) {
        return new MalformedException("not JSON: %s (character %d)".formatted(why, at + 1));
    }

    /** Writes maps, collections, strings, numbers and booleans, indented by two spaces, with a line feed at the end. */
    static String write(Map<String, ?> object) {
        StringBuilder out = new StringBuilder();
        write(object, "\n", out);
        return out.append('\n').toString();
    }

    private static void write(Object value, String lineStart, StringBuilder out) {
        switch (value) {
            case Map<?, ?> object -> {
                String separator = "{";
                for (Map.Entry<?, ?> member : object.entrySet()) {
                    out.append(separator).append(lineStart).append("  ");
                    quote(String.valueOf(member.getKey()), out);
                    out.append(": ");
                    write(Objects.requireNonNull(member.getValue()), lineStart + "  ", out);
                    separator = ",";
                }
                out.append(object.isEmpty() ? "{" : lineStart).append('}');
            }
            case Collection<?> array -> {
                String separator = "[";
                for (Object element : array) {
                    out.append(separator).append(lineStart).append("  ");
                    write(Objects.requireNonNull(element), lineStart + "  ", out);
                    separator = ",";
                }
                out.append(array.isEmpty() ? "[" : lineStart).append(']');
            }
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> quote(String.valueOf(value), out);
        }
    }

    private static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c) || c == 0x7f) { // half a surrogate pair isn't UTF-8
                out.append("\\u").append(Character.forDigit(c >> 12, 16)).append(Character.forDigit(c >> 8 & 15, 16));
                out.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
