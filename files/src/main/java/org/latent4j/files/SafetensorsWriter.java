package org.latent4j.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/**
 * Writes a safetensors file tensor by tensor, so that more can be written than fits in memory: only names, shapes and a
 * buffer are kept. The file is written under a temporary name in the same folder and moved into place by {@link
 * #finish}; a writer that is closed without it removes what it wrote. Whoever looks sees the whole file or none.
 *
 * <p>The header stands at the beginning of the file but is known at its end: room is reserved for it and filled with
 * spaces behind it, as the format allows. If the room is too small, the data are moved within the file. Not safe for
 * use from several threads.
 */
public final class SafetensorsWriter implements AutoCloseable {
    private static final int BUFFER = 1 << 20;
    private static final int DEFAULT_ROOM = 1 << 16;

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final long room;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final StringBuilder entries = new StringBuilder();
    private long end;
    private boolean closed;

    private SafetensorsWriter(Path target, Path temporary, FileChannel channel, long room) throws IOException {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.room = room;
        channel.position(8 + room);
    }

    /**
     * Begins a file.
     *
     * @throws LatentException if the folder isn't there or can't be written to
     */
    public static SafetensorsWriter create(Path target) {
        return create(target, DEFAULT_ROOM);
    }

    /**
     * Begins a file whose header will have about {@code headerBytes} bytes: 100 a tensor, and the metadata. It may get
     * longer; then the data are moved once.
     *
     * @throws LatentException if the folder isn't there or can't be written to
     */
    public static SafetensorsWriter create(Path target, int headerBytes) {
        return create(
                target,
                headerBytes,
                path -> FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** Opens the temporary file; tests give one that gets full. */
    interface Opening {
        FileChannel open(Path path) throws IOException;
    }

    static SafetensorsWriter create(Path target, int headerBytes, Opening opening) {
        if (Files.isDirectory(target)) {
            throw Broken.file(target, "is a folder, the name of a file to write is needed");
        }
        Path temporary = target.resolveSibling("." + target.getFileName() + "."
                + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36) + ".tmp");
        try {
            long room = (Math.max(headerBytes, 2) + 7L) / 8 * 8;
            return new SafetensorsWriter(target, temporary, opening.open(temporary), room);
        } catch (NoSuchFileException e) {
            throw Broken.because(e, target, "can't be written, its folder isn't there; make it first");
        } catch (IOException e) {
            throw Broken.because(e, target, "can't be written: %s; choose another place", reason(e));
        }
    }

    /** Adds a text to the metadata; the same key again replaces it. */
    public void metadata(String key, String value) {
        metadata.put(key, value);
    }

    /** Adds texts to the metadata. */
    public void metadata(Map<String, String> texts) {
        metadata.putAll(texts);
    }

    /**
     * Writes a matrix as F32, {@code [rows, columns]}.
     *
     * @throws LatentException as {@link #add(String, float[], long...)}
     */
    public void add(String name, Matrix matrix) {
        add(name, matrix.data(), matrix.rows(), matrix.columns());
    }

    /**
     * Writes a tensor as F32.
     *
     * @param shape outermost first; its product is the number of values
     * @throws LatentException if the name was written before, the disk is full or the header gets longer than readers
     *     accept; then the temporary file is gone
     */
    public void add(String name, float[] values, long... shape) {
        begin(name, "F32", shape, values.length);
        for (int from = 0; from < values.length;) {
            int count = Math.min(values.length - from, room(Float.BYTES));
            buffer.asFloatBuffer().put(values, from, count);
            buffer.position(buffer.position() + count * Float.BYTES);
            from += count;
        }
    }

    /**
     * Writes a tensor as I32.
     *
     * @param shape outermost first; its product is the number of values
     * @throws LatentException as {@link #add(String, float[], long...)}
     */
    public void add(String name, int[] values, long... shape) {
        begin(name, "I32", shape, values.length);
        for (int from = 0; from < values.length;) {
            int count = Math.min(values.length - from, room(Integer.BYTES));
            buffer.asIntBuffer().put(values, from, count);
            buffer.position(buffer.position() + count * Integer.BYTES);
            from += count;
        }
    }

    /** The bytes of data written so far, for those who begin a new file when one is large enough. */
    public long dataBytes() {
        return end;
    }

    private void begin(String name, String type, long[] shape, int length) {
        if (closed) {
            throw new IllegalStateException("the writer of " + target + " is closed");
        }
        long product = 1;
        for (long size : shape) {
            product = size < 0 ? -1 : Math.multiplyExact(product, size);
        }
        if (product != length) {
            throw new IllegalArgumentException(
                    "a tensor " + Arrays.toString(shape) + " doesn't have " + length + " values");
        }
        if (name.equals("__metadata__") || !names.add(name)) {
            throw failed(Broken.file(target, "a second tensor '%s' was to be written", name));
        }
        long bytes = 4L * length; // F32 and I32
        entries.append(',')
                .append(quoted(name))
                .append(":{\"dtype\":\"")
                .append(type)
                .append("\",\"shape\":")
                .append(Arrays.toString(shape).replace(" ", ""))
                .append(",\"data_offsets\":[")
                .append(end)
                .append(',')
                .append(end + bytes)
                .append("]}");
        if (entries.length() > Safetensors.LONGEST_HEADER) {
            throw failed(Broken.file(
                    target,
                    "gets %d tensors, more than a safetensors file can list; write several files",
                    names.size()));
        }
        end += bytes;
    }

    /** How many values fit in the buffer, which is written out when it is full. */
    private int room(int bytes) {
        if (buffer.remaining() < bytes) {
            drain();
        }
        return buffer.remaining() / bytes;
    }

    private void drain() {
        buffer.flip();
        try {
            write(buffer);
        } catch (IOException e) {
            throw failed(full(e));
        }
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Writes the header and moves the file into place, over one that is there.
     *
     * @throws LatentException if the disk is full, the header is longer than readers accept, or the file can't be
     *     moved; then the temporary file is gone
     */
    public void finish() {
        drain();
        byte[] header = header();
        if (header.length > Safetensors.LONGEST_HEADER) {
            throw failed(Broken.file(
                    target,
                    "gets a header of %d bytes, at most %d are read; write several files",
                    header.length,
                    Safetensors.LONGEST_HEADER));
        }
        try {
            long length = Math.max(room, (header.length + 7L) / 8 * 8);
            shift(length - room);
            byte[] padded = Arrays.copyOf(header, (int) length);
            Arrays.fill(padded, header.length, padded.length, (byte) ' ');
            channel.position(0);
            write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length));
            write(ByteBuffer.wrap(padded));
            channel.close();
            closed = true;
            move();
        } catch (IOException e) {
            throw failed(full(e));
        }
    }

    private void move() throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private byte[] header() {
        StringBuilder header = new StringBuilder(entries.length() + 256).append('{');
        if (!metadata.isEmpty()) {
            header.append("\"__metadata__\":{");
            String comma = "";
            for (Map.Entry<String, String> text : metadata.entrySet()) {
                header.append(comma).append(quoted(text.getKey())).append(':').append(quoted(text.getValue()));
                comma = ",";
            }
            header.append('}');
        }
        header.append(entries, metadata.isEmpty() && !entries.isEmpty() ? 1 : 0, entries.length())
                .append('}');
        return header.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Moves the data towards the end of the file, the last first, so that nothing is written over before it was read.
     */
    private void shift(long by) throws IOException {
        if (by == 0) {
            return;
        }
        for (long left = end; left > 0;) {
            int count = (int) Math.min(left, buffer.capacity());
            left -= count;
            buffer.clear().limit(count);
            while (buffer.hasRemaining() && channel.read(buffer, 8 + room + left + buffer.position()) >= 0) {
                // a read may bring less than was asked for
            }
            buffer.flip();
            channel.position(8 + room + left + by);
            write(buffer);
        }
    }

    /** A string as JSON; half surrogate pairs, which UTF-8 doesn't have, become U+FFFD. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                quoted.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c);
            }
        });
        return quoted.append('"').toString();
    }

    private LatentException full(IOException e) {
        return Broken.because(
                e,
                target,
                "can't be written further after %d bytes: %s; make room or choose another place",
                end,
                reason(e));
    }

    private static String reason(IOException e) {
        String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return e instanceof AccessDeniedException
                ? "no permission"
                : message == null ? e.getClass().getSimpleName() : message;
    }

    private LatentException failed(LatentException error) {
        try {
            close();
        } catch (LatentException e) {
            error.addSuppressed(e);
        }
        return error;
    }

    /** Removes what was written, unless the file was finished. */
    @Override
    public void close() {
        closed = true;
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw Broken.because(e, temporary, "can't be removed: %s; remove it yourself", reason(e));
        }
    }
}
