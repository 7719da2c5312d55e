package org.latent4j.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/**
 * An array as NumPy saves it ({@code numpy.lib.format}, versions 1 to 3): its header is read when it is opened, its values when
 * they are asked for. Arrays of Python objects, which are pickles, and of records are refused.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 20;
    private static final int MOST_DIMENSIONS = 32;
    private static final int BUFFER = 1 << 20;
    private static final int LONGEST_TEXT = 1 << 24;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([a-zA-Z])(\\d{0,9})'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

    private final Path file;
    private final String what;
    private final Opening opening;
    private final ByteOrder order;
    private final char kind;
    private final int size;
    private final boolean columnsFirst;
    private final long[] shape;
    private final long headerBytes;

    /** Begins to read the bytes of an array. */
    interface Opening {
        InputStream open() throws IOException;
    }

    private Npy(Path file, String what, Opening opening, InputStream in, long bytes) throws IOException {
        this.file = file;
        this.what = what;
        this.opening = opening;
        byte[] head = in.readNBytes(8);
        if (head.length < 8 || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw broken("is no NumPy array: it doesn't begin with \\x93NUMPY");
        }
        int version = head[6];
        if (version < 1 || version > 3) {
            throw broken("is of version %d of NumPy's format, 1 to 3 are read", version);
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] length = Arrays.copyOf(in.readNBytes(lengthBytes), 4);
        long headerLength = Integer.toUnsignedLong(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt());
        this.headerBytes = 8 + lengthBytes + headerLength;
        if (headerLength > LONGEST_HEADER || headerBytes > bytes) {
            throw broken("says that its header has %d bytes; it has %d bytes in all, and a header at most %d", headerLength, bytes,
                    LONGEST_HEADER);
        }
        byte[] headerText = in.readNBytes((int) headerLength);
        String header = new String(headerText, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        Matcher type = TYPE.matcher(header);
        if (!type.find()) {
            throw broken("holds records, or its header isn't one of NumPy: %s", header.strip());
        }
        this.order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.kind = type.group(2).charAt(0);
        this.size = type.group(3).isEmpty() ? 0 : Integer.parseInt(type.group(3));
        this.columnsFirst = find(ORDER, header, "fortran_order").equals("True");
        this.shape = shape(find(SHAPE, header, "shape"));
        requireKnownType();
        requireBytes(bytes - headerBytes);
    }

    private String find(Pattern pattern, String header, String key) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw broken("has no '%s' in its header", key);
        }
        return matcher.group(1);
    }

    private long[] shape(String text) {
        String[] sizes = text.isBlank() ? new String[0] : text.strip().replaceAll(",\\s*$", "").split("\\s*,\\s*", -1);
        if (sizes.length > MOST_DIMENSIONS) {
            throw broken("has %d dimensions, at most %d are allowed", sizes.length, MOST_DIMENSIONS);
        }
        long[] parsed = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            if (!sizes[i].matches("\\d{1,18}L?")) {
                throw broken("has the shape (%s), whole numbers are needed", text);
            }
            parsed[i] = Long.parseLong(sizes[i].replace("L", ""));
        }
        return parsed;
    }

    private void requireKnownType() {
        boolean known = switch (kind) {
            case 'f' -> size == 2 || size == 4 || size == 8;
            case 'i', 'u' -> size == 1 || size == 2 || size == 4 || size == 8;
            case 'b' -> size == 1;
            case 'U' -> size <= LONGEST_TEXT / 4;
            case 'S' -> size <= LONGEST_TEXT;
            default -> false;
        };
        if (kind == 'O') {
            throw broken("holds Python objects, a pickle that can run code when opened; save numbers or texts: array.astype('float32'), "
                    + "array.astype(str)");
        }
        if (!known) {
            throw broken("holds values of type %s%d; f2, f4, f8, i1 to i8, u1 to u8, b1, U and S are read", kind, size);
        }
    }

    private void requireBytes(long bytes) {
        try {
            long wanted = valueBytes();
            for (long extent : shape) {
                wanted = Math.multiplyExact(wanted, extent);
            }
            if (wanted != bytes) {
                throw broken("has %d bytes of values, its shape %s needs %d; is it whole?", bytes, Arrays.toString(shape), wanted);
            }
        } catch (ArithmeticException e) {
            throw Broken.because(e, file, "%shas more values than can be counted", what);
        }
    }

    private long valueBytes() {
        return kind == 'U' ? 4L * size : size;
    }

    /**
     * Opens a {@code .npy} file.
     *
     * @throws LatentException if it isn't one, or is damaged
     */
    public static Npy open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw Broken.file(file, Files.exists(file) ? "is not a regular file" : "there is no such file; check the path");
        }
        try {
            return of(file, "", () -> Files.newInputStream(file), Files.size(file));
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    static Npy of(Path file, String what, Opening opening, long bytes) throws IOException {
        try (InputStream in = new BufferedInputStream(opening.open())) {
            return new Npy(file, what, opening, in, bytes);
        }
    }

    /** The sizes, outermost first; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Whether the values are numbers, rather than texts or truth values. */
    public boolean isNumeric() {
        return kind == 'f' || kind == 'i' || kind == 'u';
    }

    /**
     * The array as 32-bit floats, {@code [rows, columns]}.
     *
     * @throws LatentException if it isn't a matrix of numbers, too large for an array, or can't be read to its end
     */
    public Matrix matrix() {
        if (shape.length != 2 || !isNumeric()) {
            throw broken("is %s of type %s%d; points are a matrix of numbers, [points, width]", Arrays.toString(shape), kind, size);
        }
        long values = shape[0] * shape[1];
        if (shape[0] > Integer.MAX_VALUE || shape[1] > Integer.MAX_VALUE || values > Integer.MAX_VALUE - 8) {
            throw broken("has %d values, at most %d fit in memory", values, Integer.MAX_VALUE - 8);
        }
        if (4 * values > Runtime.getRuntime().maxMemory()) {
            throw broken("takes %d MB in memory, %d MB may be used; give more with LATENT_JVM=-Xmx8g", 4 * values >> 20,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
        Matrix matrix = Matrix.zeros((int) shape[0], (int) shape[1]);
        float[] data = matrix.data();
        int rows = matrix.rows();
        int columns = matrix.columns();
        read(values, (value, i) -> {
            int place = columnsFirst ? (int) (i % rows * columns + i / rows) : (int) i;
            data[place] = (float) number(value);
        });
        return matrix;
    }

    /**
     * The values of a one-dimensional array: {@code String}, {@code Long}, {@code Double} or {@code Boolean}.
     *
     * @throws LatentException if it has another shape, or can't be read to its end
     */
    public List<Object> column() {
        if (shape.length != 1 && !(shape.length == 2 && shape[1] == 1)) {
            throw broken("is %s where one value for each point is needed", Arrays.toString(shape));
        }
        List<Object> values = new ArrayList<>();
        read(shape[0], (value, _) -> values.add(object(value)));
        return values;
    }

    private interface Value {
        void take(ByteBuffer buffer, long index);
    }

    private void read(long count, Value value) {
        long each = valueBytes();
        if (each == 0) { // the longest of no text
            for (long i = 0; i < count; i++) {
                value.take(ByteBuffer.allocate(0), i);
            }
            return;
        }
        int batch = (int) Math.max(1, BUFFER / each);
        byte[] bytes = new byte[(int) (batch * each)];
        try (InputStream in = opening.open()) {
            in.skipNBytes(headerBytes);
            for (long i = 0; i < count;) {
                int wanted = (int) (Math.min(batch, count - i) * each);
                if (in.readNBytes(bytes, 0, wanted) < wanted) {
                    throw broken("ends before its values do; is it whole?");
                }
                ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, wanted).order(order);
                while (buffer.hasRemaining()) {
                    value.take(buffer, i++);
                }
            }
        } catch (IOException e) {
            throw Broken.because(e, file, "%scan't be read: %s", what, e.getMessage());
        }
    }

    private double number(ByteBuffer in) {
        return switch (kind) {
            case 'f' -> size == 4 ? in.getFloat() : size == 8 ? in.getDouble() : Float.float16ToFloat(in.getShort());
            case 'u' -> unsigned(in);
            default -> integer(in);
        };
    }

    private long integer(ByteBuffer in) {
        return size == 1 ? in.get() : size == 2 ? in.getShort() : size == 4 ? in.getInt() : in.getLong();
    }

    private double unsigned(ByteBuffer in) {
        long value = integer(in);
        if (size < 8) {
            return value & (1L << 8 * size) - 1;
        }
        return value >= 0 ? value : (value >>> 1) * 2.0 + (value & 1);
    }

    private Object object(ByteBuffer in) {
        return switch (kind) {
            case 'f' -> number(in);
            case 'i' -> integer(in);
            case 'u' -> (long) unsigned(in);
            case 'b' -> in.get() != 0;
            case 'S' -> bytes(in);
            default -> codePoints(in);
        };
    }

    private String bytes(ByteBuffer in) {
        byte[] text = new byte[size];
        in.get(text);
        int length = size;
        while (length > 0 && text[length - 1] == 0) {
            length--;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    private String codePoints(ByteBuffer in) {
        StringBuilder text = new StringBuilder(size);
        for (int i = 0; i < size; i++) {
            int point = in.getInt();
            if (point != 0) {
                text.appendCodePoint(Character.isValidCodePoint(point) ? point : 0xfffd);
            }
        }
        return text.toString();
    }

    private LatentException broken(String message, Object... values) {
        return Broken.file(file, "%s%s", what, String.format(Locale.ROOT, message, values));
    }
}
