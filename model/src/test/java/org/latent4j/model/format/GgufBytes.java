package org.latent4j.model.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.latent4j.kernel.Packing;
import org.latent4j.model.format.GgufValue.Type;

/** Writes GGUF files for tests, right ones and wrong ones. */
final class GgufBytes {
    private int version = 3;
    private int alignment = 32;
    private long claimedKeys = -1;
    private long claimedTensors = -1;
    private final Bytes metadata = new Bytes();
    private int keys;
    private final List<TensorBytes> tensors = new ArrayList<>();

    private record TensorBytes(String name, int type, long[] shape, long offset, byte[] data) {}

    /** Little-endian bytes. */
    static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes u8(int value) {
            out.write(value);
            return this;
        }

        Bytes u16(int value) {
            return u8(value).u8(value >> 8);
        }

        Bytes i32(int value) {
            return u16(value).u16(value >> 16);
        }

        Bytes i64(long value) {
            return i32((int) value).i32((int) (value >> 32));
        }

        Bytes f32(float value) {
            return i32(Float.floatToRawIntBits(value));
        }

        Bytes string(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return i64(bytes.length).raw(bytes);
        }

        Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Bytes padTo(int multiple) {
            while (out.size() % multiple != 0) {
                u8(0);
            }
            return this;
        }

        byte[] toArray() {
            return out.toByteArray();
        }
    }

    GgufBytes version(int newVersion) {
        version = newVersion;
        return this;
    }

    GgufBytes alignment(int newAlignment) {
        alignment = newAlignment;
        return u32("general.alignment", newAlignment);
    }

    GgufBytes claimKeys(long count) {
        claimedKeys = count;
        return this;
    }

    GgufBytes claimTensors(long count) {
        claimedTensors = count;
        return this;
    }

    GgufBytes value(String key, int type, Consumer<Bytes> value) {
        keys++;
        value.accept(metadata.string(key).i32(type));
        return this;
    }

    GgufBytes value(String key, Type type, Consumer<Bytes> value) {
        return value(key, type.ordinal(), value);
    }

    GgufBytes string(String key, String value) {
        return value(key, Type.STRING, b -> b.string(value));
    }

    GgufBytes u32(String key, int value) {
        return value(key, Type.UINT32, b -> b.i32(value));
    }

    GgufBytes f32(String key, float value) {
        return value(key, Type.FLOAT32, b -> b.f32(value));
    }

    GgufBytes bool(String key, boolean value) {
        return value(key, Type.BOOL, b -> b.u8(value ? 1 : 0));
    }

    GgufBytes strings(String key, String... values) {
        return value(key, Type.ARRAY, b -> {
            b.i32(Type.STRING.ordinal()).i64(values.length);
            for (String value : values) {
                b.string(value);
            }
        });
    }

    GgufBytes bools(String key, boolean... values) {
        return value(key, Type.ARRAY, b -> {
            b.i32(Type.BOOL.ordinal()).i64(values.length);
            for (boolean value : values) {
                b.u8(value ? 1 : 0);
            }
        });
    }

    GgufBytes i32s(String key, int... values) {
        return value(key, Type.ARRAY, b -> {
            b.i32(Type.INT32.ordinal()).i64(values.length);
            for (int value : values) {
                b.i32(value);
            }
        });
    }

    /** A tensor whose offset follows from those before it; the shape is outermost first. */
    GgufBytes tensor(String name, GgmlType type, byte[] data, long... shape) {
        long offset = 0;
        for (TensorBytes before : tensors) {
            offset = Math.max(offset, (before.offset + before.data.length + alignment - 1) / alignment * alignment);
        }
        return tensorAt(offset, name, numberOf(type), data, shape);
    }

    GgufBytes tensorAt(long offset, String name, int type, byte[] data, long... shape) {
        tensors.add(new TensorBytes(name, type, shape, offset, data));
        return this;
    }

    GgufBytes f32Tensor(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(name, GgmlType.F32, bytes.array(), shape);
    }

    static int numberOf(GgmlType type) {
        for (int number = 0; number < 100; number++) {
            if (GgmlType.of(number) == type) {
                return number;
            }
        }
        throw new AssertionError(type);
    }

    static GgmlType typeOf(Packing packing) {
        return GgmlType.valueOf(packing.name());
    }

    byte[] toArray() {
        if (tensors.isEmpty()) {
            return header();
        }
        byte[] data = new byte[tensors.stream()
                .mapToInt(t -> (int) Math.max(0, t.offset) + t.data.length)
                .max()
                .orElse(0)];
        for (TensorBytes tensor : tensors) {
            System.arraycopy(tensor.data, 0, data, (int) Math.max(0, tensor.offset), tensor.data.length);
        }
        return new Bytes().raw(header()).padTo(alignment).raw(data).toArray();
    }

    /** Everything before the padding and the data. */
    byte[] header() {
        Bytes out = new Bytes().raw("GGUF".getBytes(StandardCharsets.US_ASCII)).i32(version);
        out.i64(claimedTensors >= 0 ? claimedTensors : tensors.size()).i64(claimedKeys >= 0 ? claimedKeys : keys);
        out.raw(metadata.toArray());
        for (TensorBytes tensor : tensors) {
            out.string(tensor.name).i32(tensor.shape.length);
            for (int d = tensor.shape.length - 1; d >= 0; d--) {
                out.i64(tensor.shape[d]);
            }
            out.i32(tensor.type).i64(tensor.offset);
        }
        return out.toArray();
    }

    Path writeTo(Path path) {
        try {
            return Files.write(path, toArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
