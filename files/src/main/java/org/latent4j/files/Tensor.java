package org.latent4j.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;

/**
 * A named tensor of a mapped file. Nothing is unpacked until it is asked for; the memory is gone when the file is
 * closed. Its offsets were checked when the file was opened.
 */
public final class Tensor {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

    private final String name;
    private final String type;
    private final @Nullable Packing packing;
    private final long[] shape;
    private final MemorySegment data;
    private final Path file;

    /**
     * A tensor of a file whose offsets were checked.
     *
     * @param type the type's name, as the file's format writes it
     * @param shape the sizes, outermost first
     * @param data exactly the bytes of its values
     */
    public Tensor(String name, String type, long[] shape, MemorySegment data, Path file) {
        this.name = name;
        this.type = type;
        this.packing = packingOf(type);
        this.shape = shape;
        this.data = data;
        this.file = file;
    }

    /** The name, as the file writes it. */
    public String name() {
        return name;
    }

    /** The type's name, as the file's format writes it: {@code Q4_1}, {@code BF16}, {@code I64}. */
    public String type() {
        return type;
    }

    /** The layout of the values, if it is one that can be computed with. */
    public Optional<Packing> packing() {
        return Optional.ofNullable(packing);
    }

    /** The sizes, outermost first (GGUF writes them the other way round); a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of values. */
    public long elements() {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return elements;
    }

    /** The bytes themselves, little-endian, read-only. */
    public MemorySegment data() {
        return data;
    }

    /** The file that it lies in. */
    public Path file() {
        return file;
    }

    /**
     * This tensor as a weight, still packed.
     *
     * @throws LatentException if it has another shape or a type that can't be computed with
     */
    public PackedMatrix matrix(int rows, int columns) {
        requireShape(rows, columns);
        return new PackedMatrix(requirePacking(), rows, columns, data);
    }

    /**
     * The values of a vector: a norm's scale, a bias.
     *
     * @throws LatentException if it has another shape, or a type other than F32, F16 and BF16
     */
    public float[] vector(int length) {
        requireShape(length);
        return floats();
    }

    /**
     * All values, outermost first.
     *
     * @throws LatentException if the type isn't F32, F16 or BF16, or the values don't fit in an array
     */
    public float[] floats() {
        Packing from = requirePacking();
        if (elements() > Integer.MAX_VALUE - 8) {
            throw broken("has %d values, more than fit in an array", elements());
        }
        float[] values = new float[(int) elements()];
        switch (from) {
            case F32 -> MemorySegment.copy(data, FLOAT, 0, values, 0, values.length);
            case F16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(data.get(SHORT, 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(data.get(SHORT, 2L * i) << 16);
                }
            }
            default -> throw broken("is packed as %s where plain numbers are needed: F32, F16 or BF16", type);
        }
        return values;
    }

    /**
     * All values as a matrix: the last size is the columns, the others together the rows.
     *
     * @throws LatentException as {@link #floats}
     */
    public Matrix matrix() {
        float[] values = floats();
        int columns = shape.length == 0 ? 1 : (int) shape[shape.length - 1];
        return Matrix.of(columns == 0 ? 0 : values.length / columns, columns, values);
    }

    /**
     * All values of a tensor of integers (I32, I64), outermost first.
     *
     * @throws LatentException if it has another type, a value is no 32-bit integer, or the values don't fit in an array
     */
    public int[] integers() {
        boolean wide = type.equals("I64");
        if (!wide && !type.equals("I32") || elements() > Integer.MAX_VALUE - 8) {
            throw broken("holds %d values of type %s where 32-bit integers are needed", elements(), type);
        }
        int[] values = new int[(int) elements()];
        for (int i = 0; i < values.length; i++) {
            long value = wide ? data.get(LONG, 8L * i) : data.get(INT, 4L * i);
            if (value != (int) value) {
                throw broken("holds %d where 32-bit integers are needed", value);
            }
            values[i] = (int) value;
        }
        return values;
    }

    /**
     * Sees that it has this shape.
     *
     * @throws LatentException if it has another
     */
    public void requireShape(long... wanted) {
        if (!Arrays.equals(shape, wanted)) {
            throw broken("is %s, the configuration asks for %s", Arrays.toString(shape), Arrays.toString(wanted));
        }
    }

    /**
     * The layout of the values.
     *
     * @throws LatentException if it is none that can be computed with
     */
    public Packing requirePacking() {
        if (packing == null) {
            throw broken(
                    "is of type %s, which isn't supported; supported are %s", type, Arrays.toString(Packing.values()));
        }
        return packing;
    }

    /** An error about this tensor. */
    public LatentException broken(String what, Object... values) {
        return Broken.file(file, "tensor '%s' %s", name, String.format(Locale.ROOT, what, values));
    }

    private static @Nullable Packing packingOf(String type) {
        for (Packing packing : Packing.values()) {
            if (packing.name().equals(type)) {
                return packing;
            }
        }
        return null;
    }

    /** {@code blk.0.attn_q.weight Q4_1 [576, 576]}. */
    @Override
    public String toString() {
        return name + " " + type + " " + Arrays.toString(shape);
    }
}
