package org.latent4j.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * A JSON object of a file from a stranger: bounded in size and depth, a name given twice is an error, a value of the
 * wrong type is an error that names it. A value that is {@code null} counts as absent, as it does in transformers'
 * configurations.
 *
 * <p>Jackson's streaming parser alone is used: binding to objects would cost more to start than a whole header to read.
 */
public final class Json {
    private static final int DEEPEST = 64;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN and Infinity
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(1 << 24)
                    .maxNameLength(1 << 16)
                    .maxNumberLength(400)
                    .build())
            .build();

    private final Path file;
    private final String at;
    private final Map<String, @Nullable Object> values;

    private Json(Path file, String at, Map<String, @Nullable Object> values) {
        this.file = file;
        this.at = at;
        this.values = values;
    }

    /** Something that reads tokens. */
    interface Reading<T> {
        T read(JsonParser json) throws IOException;
    }

    /**
     * Reads the object that a file consists of, of at most {@code limit} bytes.
     *
     * @throws LatentException if it can't be read, is longer or is no JSON object
     */
    public static Json read(Path path, int limit) {
        try (Arena arena = Arena.ofConfined()) {
            MappedFile file = MappedFile.open(path, arena);
            if (file.size() > limit) {
                throw file.broken("has %d bytes, at most %d are allowed in such a file", file.size(), limit);
            }
            byte[] bytes = file.data().toArray(ValueLayout.JAVA_BYTE);
            return new Json(path, "", parse(path, bytes, Json::object));
        }
    }

    /**
     * Reads an object of a file.
     *
     * @throws LatentException if the bytes aren't one JSON object; the message names the file
     */
    public static Json of(Path file, byte[] bytes) {
        return new Json(file, "", parse(file, bytes, Json::object));
    }

    /**
     * Parses an object and sees that nothing follows it. The parser stands behind the opening brace when it is handed
     * over.
     */
    static <T> T parse(Path file, byte[] bytes, Reading<T> reading) {
        try (JsonParser json = FACTORY.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Broken.file(file, "doesn't begin with a JSON object");
            }
            T result = reading.read(json);
            if (json.nextToken() != null) {
                throw Broken.file(file, "has something behind its JSON object");
            }
            return result;
        } catch (JsonProcessingException e) {
            throw Broken.because(
                    e,
                    file,
                    "is no valid JSON: %s (line %d, column %d)",
                    e.getOriginalMessage(),
                    e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                    e.getLocation() == null ? 0 : e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw Broken.because(e, file, "is no valid JSON: %s", e.getMessage());
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser json) throws IOException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            values.put(name, value(json));
        }
        return values;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT ->
                json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) json.getBigIntegerValue()
                        : json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> null;
        };
    }

    /** The file that it was read from. */
    public Path file() {
        return file;
    }

    /** Whether there is a value other than null. */
    public boolean has(String key) {
        return values.get(key) != null;
    }

    /** The members that are texts, numbers or truth values, in their order. */
    public Map<String, Object> scalars() {
        Map<String, Object> scalars = new LinkedHashMap<>();
        for (String key : values.keySet()) {
            scalar(key).ifPresent(value -> scalars.put(key, value));
        }
        return scalars;
    }

    /** Whether the key is there, be it with {@code null}. */
    public boolean mentions(String key) {
        return values.containsKey(key);
    }

    /** The keys, in their order. */
    public Iterable<String> keys() {
        return values.keySet();
    }

    /** A text, if it is there. */
    public Optional<String> text(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            case Object other -> throw wrong(key, other, "a string");
        };
    }

    /** An integer, if it is there. */
    public OptionalLong integer(String key) {
        return switch (values.get(key)) {
            case null -> OptionalLong.empty();
            case Long number -> OptionalLong.of(number);
            case Object other -> throw wrong(key, other, "an integer");
        };
    }

    /** A number, if it is there. */
    public OptionalDouble number(String key) {
        return switch (values.get(key)) {
            case null -> OptionalDouble.empty();
            case Number number -> OptionalDouble.of(number.doubleValue());
            case Object other -> throw wrong(key, other, "a number");
        };
    }

    /** A truth value, if it is there. */
    public Optional<Boolean> flag(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Boolean flag -> Optional.of(flag);
            case Object other -> throw wrong(key, other, "true or false");
        };
    }

    /** The texts of an array of strings. */
    public Optional<List<String>> texts(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(key, value, "an array of strings");
        }
        List<String> texts = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw wrong(key, value, "an array of strings");
            }
            texts.add(text);
        }
        return Optional.of(texts);
    }

    /** The numbers of an array of numbers. */
    public Optional<List<Double>> numbers(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(key, value, "an array of numbers");
        }
        List<Double> numbers = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof Number number)) {
                throw wrong(key, value, "an array of numbers");
            }
            numbers.add(number.doubleValue());
        }
        return Optional.of(numbers);
    }

    /** A text, number or truth value, if it is there. */
    public Optional<Object> scalar(String key) {
        Object value = values.get(key);
        return value instanceof String || value instanceof Number || value instanceof Boolean ? Optional.of(value) : Optional.empty();
    }

    /** An object within this one. */
    @SuppressWarnings("unchecked") // every map here was made by object()
    public Optional<Json> object(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Map<?, ?> map -> Optional.of(new Json(file, at + key + ".", (Map<String, @Nullable Object>) map));
            case Object other -> throw wrong(key, other, "an object");
        };
    }

    /** Whether there is an object at this key. */
    public boolean isObject(String key) {
        return values.get(key) instanceof Map<?, ?>;
    }

    /** The key as it is called in messages, with the objects around it. */
    public String named(String key) {
        return at + key;
    }

    private LatentException wrong(String key, Object value, String wanted) {
        return Broken.file(file, "'%s' is %s, %s is needed", named(key), value, wanted);
    }
}
