package org.latent4j.model.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.RandomAccess;
import java.util.Set;
import org.latent4j.files.MappedFile;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.GgufValue.Array;
import org.latent4j.model.format.GgufValue.Scalar;
import org.latent4j.model.format.GgufValue.Text;
import org.latent4j.model.format.GgufValue.Type;

/** The metadata of one GGUF file: checked and indexed at once, decoded when asked for. */
final class GgufMetadata {
    private static final int MOST_KEYS = 100_000;
    private static final int LONGEST_KEY = 1024;
    private static final int DEEPEST = 8;
    private static final int MOST_ELEMENTS = 1 << 24;
    private static final int LONGEST_TEXT = 1 << 28;

    private final MappedFile file;
    private final Map<String, GgufValue> values = new LinkedHashMap<>();

    /** Reads {@code count} keys with their values. */
    GgufMetadata(Cursor in, long count) {
        this.file = in.file();
        if (count < 0 || count > MOST_KEYS) {
            throw file.broken(
                    "says that it has %s metadata keys, at most %d are allowed",
                    Long.toUnsignedString(count), MOST_KEYS);
        }
        for (int i = 0; i < count; i++) {
            String key = in.string(LONGEST_KEY, "a metadata key");
            if (values.putIfAbsent(key, value(in, key)) != null) {
                throw file.broken("has the metadata key '%s' twice", key);
            }
        }
    }

    private GgufValue value(Cursor in, String key) {
        Type type = type(in, key);
        return switch (type) {
            case STRING -> text(in, key);
            case ARRAY -> array(in, key, 1);
            default -> new Scalar(type, type.scalar(in));
        };
    }

    private Type type(Cursor in, String key) {
        int number = in.i32();
        Type type = Type.of(number);
        if (type == null) {
            throw file.broken(
                    "metadata '%s' is of type %s, which GGUF doesn't have", key, Integer.toUnsignedString(number));
        }
        return type;
    }

    private static Text text(Cursor in, String key) {
        long length = in.count(1, "bytes in metadata '" + key + "'");
        Text text = new Text(in.position(), length);
        in.skip(length);
        return text;
    }

    private Array array(Cursor in, String key, int depth) {
        if (depth > DEEPEST) {
            throw file.broken("metadata '%s' nests arrays more than %d deep", key, DEEPEST);
        }
        Type element = type(in, key);
        long count = in.count(element.leastBytes(), "values in metadata '" + key + "'");
        long at = in.position();
        switch (element) {
            case STRING -> {
                for (long i = 0; i < count; i++) {
                    in.skip(in.i64());
                }
            }
            case ARRAY -> {
                for (long i = 0; i < count; i++) {
                    array(in, key, depth + 1);
                }
            }
            default -> in.skip(count * element.size);
        }
        return new Array(element, count, at, in.position());
    }

    Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    Optional<String> string(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Text text -> Optional.of(decode(key, text));
            case GgufValue other -> throw wrong(key, other, "a string");
        };
    }

    OptionalLong integer(String key) {
        return switch (values.get(key)) {
            case null -> OptionalLong.empty();
            case Scalar(Type _, Long value) -> OptionalLong.of(value);
            case GgufValue other -> throw wrong(key, other, "an integer");
        };
    }

    OptionalDouble number(String key) {
        return switch (values.get(key)) {
            case null -> OptionalDouble.empty();
            case Scalar(Type _, Number value) -> OptionalDouble.of(value.doubleValue());
            case GgufValue other -> throw wrong(key, other, "a number");
        };
    }

    Optional<Boolean> bool(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Scalar(Type _, Boolean value) -> Optional.of(value);
            case GgufValue other -> throw wrong(key, other, "true or false");
        };
    }

    Optional<List<String>> strings(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Array array when array.element() == Type.STRING || array.count() == 0 -> Optional.of(decode(key, array));
            case GgufValue other -> throw wrong(key, other, "an array of strings");
        };
    }

    Optional<float[]> floats(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Array array when array.element().size > 0 && array.element() != Type.BOOL || array.count() == 0 -> {
                float[] decoded = new float[elements(key, array)];
                Cursor in = from(array.at());
                for (int i = 0; i < decoded.length; i++) {
                    decoded[i] = ((Number) array.element().scalar(in)).floatValue();
                }
                yield Optional.of(decoded);
            }
            case GgufValue other -> throw wrong(key, other, "an array of numbers");
        };
    }

    Optional<int[]> integers(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Array array when array.element().size > 0 && array.element() != Type.BOOL || array.count() == 0 -> {
                int[] decoded = new int[elements(key, array)];
                Cursor in = from(array.at());
                for (int i = 0; i < decoded.length; i++) {
                    decoded[i] = int32(key, array.element().scalar(in));
                }
                yield Optional.of(decoded);
            }
            case GgufValue other -> throw wrong(key, other, "an array of integers");
        };
    }

    private int int32(String key, Object value) {
        if (value instanceof Long number && number == (int) (long) number) {
            return (int) (long) number;
        }
        throw file.broken("metadata '%s' holds %s where a 32-bit integer is needed", key, value);
    }

    /** Whatever stands there: a Long, BigInteger, Double, Boolean, String, or a List of these and of lists. */
    Optional<Object> any(String key) {
        GgufValue value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(any(key, value));
    }

    private Object any(String key, GgufValue value) {
        return switch (value) {
            case Scalar scalar -> scalar.value();
            case Text text -> decode(key, text);
            case Array array when array.element() == Type.STRING -> decode(key, array);
            case Array array -> {
                List<Object> list = new ArrayList<>(elements(key, array));
                Cursor in = from(array.at());
                for (long i = 0; i < array.count(); i++) {
                    list.add(
                            array.element() == Type.ARRAY
                                    ? any(key, array(in, key, 1))
                                    : array.element().scalar(in));
                }
                yield list;
            }
        };
    }

    /** Strings side by side in one array of bytes; a string is made when it is asked for. */
    private List<String> decode(String key, Array array) {
        int[] starts = new int[elements(key, array) + 1];
        byte[] bytes = bytes(key, array.at(), array.end() - array.at());
        Cursor in = from(array.at());
        for (int i = 0; i < array.count(); i++) {
            starts[i] = (int) (in.position() - array.at()) + Long.BYTES;
            in.skip(in.i64());
        }
        starts[starts.length - 1] = bytes.length + Long.BYTES;
        return new Strings(bytes, starts);
    }

    private static final class Strings extends AbstractList<String> implements RandomAccess {
        private final byte[] bytes;
        private final int[] starts;

        Strings(byte[] bytes, int[] starts) {
            this.bytes = bytes;
            this.starts = starts;
        }

        @Override
        public String get(int index) {
            int start = starts[Objects.checkIndex(index, size())];
            return new String(bytes, start, starts[index + 1] - Long.BYTES - start, StandardCharsets.UTF_8);
        }

        @Override
        public int size() {
            return starts.length - 1;
        }
    }

    private String decode(String key, Text text) {
        return new String(bytes(key, text.at(), text.length()), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String key, long at, long length) {
        if (length > LONGEST_TEXT) {
            throw file.broken("metadata '%s' has %d bytes of text, at most %d are allowed", key, length, LONGEST_TEXT);
        }
        byte[] bytes = new byte[(int) length];
        MemorySegment.copy(file.data(), ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
        return bytes;
    }

    private int elements(String key, Array array) {
        if (array.count() > MOST_ELEMENTS) {
            throw file.broken("metadata '%s' has %d values, at most %d are allowed", key, array.count(), MOST_ELEMENTS);
        }
        return (int) array.count();
    }

    private Cursor from(long at) {
        Cursor in = new Cursor(file);
        in.skip(at);
        return in;
    }

    private LatentException wrong(String key, GgufValue value, String wanted) {
        return file.broken("metadata '%s' is %s where %s is needed", key, value.described(), wanted);
    }
}
