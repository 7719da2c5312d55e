package org.latent4j.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * An opened safetensors file, memory-mapped: named tensors and text metadata. The tensors must cover the file without a
 * hole or an overlap, as the format demands (huggingface/safetensors, {@code README.md}, "Format").
 *
 * <p>Safe for use from several threads. After {@link #close} the tensors may not be used any more.
 */
public final class Safetensors implements AutoCloseable {
    /** The most bytes that the reference implementation reads as a header. */
    static final long LONGEST_HEADER = 100_000_000;

    private static final int MOST_TENSORS = 1_000_000;
    private static final int MOST_DIMENSIONS = 32;
    private static final String METADATA = "__metadata__";

    private final MappedFile file;
    private final @Nullable Arena own;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors;

    private Safetensors(MappedFile file, @Nullable Arena own) {
        this.file = file;
        this.own = own;
        int header = headerLength(file);
        byte[] json = file.data().asSlice(8, header).toArray(ValueLayout.JAVA_BYTE);
        List<Entry> entries = Json.parse(file.path(), json, this::entries);
        this.tensors = tensors(entries, 8L + header);
    }

    /**
     * Opens a file.
     *
     * @throws LatentException if it isn't there, isn't a safetensors file or is broken; the message says how
     */
    public static Safetensors open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            return new Safetensors(MappedFile.open(path, arena), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Opens a file that stays mapped as long as an arena lives. */
    public static Safetensors open(Path path, Arena arena) {
        return new Safetensors(MappedFile.open(path, arena), null);
    }

    /** The file. */
    public Path file() {
        return file.path();
    }

    /** The file as it is mapped. */
    public MappedFile mapped() {
        return file;
    }

    /** The bytes of the file. */
    public long bytes() {
        return file.size();
    }

    /** The text metadata, in the order of the file. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The tensors by name, in the order of their bytes in the file. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** A tensor by name. */
    public Optional<Tensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** Unmaps the file; doing so again has no effect. */
    @Override
    public void close() {
        if (own != null && own.scope().isAlive()) {
            own.close();
        }
    }

    private static int headerLength(MappedFile file) {
        if (file.size() < 10 || file.data().get(ValueLayout.JAVA_BYTE, 8) != '{') {
            throw FileKind.of(file).refusal(file);
        }
        long length = file.data().get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > LONGEST_HEADER) {
            throw file.broken(
                    "says that its header has %s bytes, at most %d are allowed",
                    Long.toUnsignedString(length), LONGEST_HEADER);
        }
        if (length > file.size() - 8) {
            throw file.broken(
                    "has a header of %d bytes, the file has %d; is the download complete?", length, file.size());
        }
        return (int) length;
    }

    /** What the header says of a tensor; its bytes count from the end of the header. */
    private record Entry(String name, Dtype type, long[] shape, long begin, long end) {}

    private List<Entry> entries(JsonParser json) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw file.broken("has a header whose '%s' is no object", name);
            }
            if (name.equals(METADATA)) {
                readMetadata(json);
            } else {
                entries.add(entry(json, name));
            }
            if (entries.size() > MOST_TENSORS) {
                throw file.broken("has more than the %d tensors that are allowed", MOST_TENSORS);
            }
        }
        return entries;
    }

    private void readMetadata(JsonParser json) throws IOException {
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw file.broken("has metadata '%s' that is no string", key);
            }
            metadata.put(key, json.getText());
        }
    }

    private Entry entry(JsonParser json, String name) throws IOException {
        String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            json.nextToken();
            switch (key) {
                case "dtype" -> dtype = json.getValueAsString();
                case "shape" -> shape = longs(json, name, key);
                case "data_offsets" -> offsets = longs(json, name, key);
                default -> json.skipChildren();
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw broken(name, "has no dtype, shape or pair of data_offsets in the header");
        }
        return checked(new Entry(name, Dtype.of(dtype, file, name), shape, offsets[0], offsets[1]));
    }

    private long[] longs(JsonParser json, String name, String key) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw broken(name, "has a %s that is no array", key);
        }
        long[] values = new long[MOST_DIMENSIONS];
        int length = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || length == MOST_DIMENSIONS) {
                throw broken(name, "has a %s that isn't an array of at most %d integers", key, MOST_DIMENSIONS);
            }
            values[length] = json.getLongValue();
            if (values[length++] < 0) {
                throw broken(name, "has a %s with a negative number", key);
            }
        }
        return Arrays.copyOf(values, length);
    }

    private Entry checked(Entry entry) {
        long bits;
        try {
            bits = entry.type.bits;
            for (long size : entry.shape) {
                bits = Math.multiplyExact(bits, size);
            }
        } catch (ArithmeticException e) {
            throw Broken.because(e, file.path(), "tensor '%s' has more values than can be counted", entry.name);
        }
        if (entry.begin > entry.end) {
            throw broken(entry.name, "ends at byte %d, before it begins at %d", entry.end, entry.begin);
        }
        if (bits % 8 != 0 || bits / 8 != entry.end - entry.begin) {
            throw broken(
                    entry.name,
                    "has %d bytes between its data_offsets, its type %s and shape %s need %s",
                    entry.end - entry.begin,
                    entry.type,
                    Arrays.toString(entry.shape),
                    bits % 8 == 0 ? String.valueOf(bits / 8) : bits + " bits");
        }
        return entry;
    }

    private Map<String, Tensor> tensors(List<Entry> entries, long start) {
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Map<String, Tensor> result = LinkedHashMap.newLinkedHashMap(entries.size());
        long size = file.size() - start;
        long covered = 0;
        for (Entry entry : entries) {
            if (entry.begin < covered) {
                throw broken(
                        entry.name,
                        "begins at byte %d of the data, within the tensor before it, which ends at %d",
                        entry.begin,
                        covered);
            }
            if (entry.begin > covered) {
                throw broken(
                        entry.name,
                        "begins at byte %d of the data, but the tensor before it ends at %d: there is a hole",
                        entry.begin,
                        covered);
            }
            if (entry.end > size) {
                throw broken(
                        entry.name,
                        "ends at byte %s, the file has %d; is the download complete?",
                        Long.toUnsignedString(start + entry.end),
                        file.size());
            }
            covered = entry.end;
            result.put(
                    entry.name,
                    new Tensor(
                            entry.name,
                            entry.type.name(),
                            entry.shape,
                            file.data().asSlice(start + entry.begin, entry.end - entry.begin),
                            file.path()));
        }
        if (covered != size) {
            throw file.broken("has %d bytes of data, but its tensors end at %d", size, covered);
        }
        return Collections.unmodifiableMap(result);
    }

    private LatentException broken(String tensor, String what, Object... values) {
        return file.broken("tensor '%s' %s", tensor, String.format(Locale.ROOT, what, values));
    }

    /** The types of the format, with the bits that a value takes. More can be listed than can be computed with. */
    private enum Dtype {
        BOOL(8), U8(8), I8(8), U16(16), I16(16), U32(32), I32(32), U64(64), I64(64), F64(64), F32(32), F16(16), BF16(16), F8_E4M3(
                8), F8_E5M2(8), F8_E8M0(8), F8_E4M3FNUZ(8), F8_E5M2FNUZ(8), F6_E2M3(6), F6_E3M2(6), F4(4), C64(64);

        final int bits;

        Dtype(int bits) {
            this.bits = bits;
        }

        static Dtype of(String name, MappedFile file, String tensor) {
            for (Dtype type : values()) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
            throw file.broken("tensor '%s' has the type '%s', which safetensors doesn't know", tensor, name);
        }
    }
}
