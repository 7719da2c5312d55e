package org.latent4j.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/**
 * Writes a {@code .space} folder point after point, so that more can be written than fits in memory. It grows under a hidden name
 * beside its place, {@code .NAME.space.partial}, and is moved into place by {@link #finish}: whoever looks sees the whole space
 * or the one that was there before.
 *
 * <p>What was written survives the process: {@link #resume} goes on behind the last point that is there whole. Not safe for use
 * from several threads; a second process that writes the same space is refused.
 */
public final class SpaceWriter implements AutoCloseable {
    /** How vectors are written. */
    public enum Type {
        /** 32-bit floats. */
        F32(4),
        /** The upper half of a 32-bit float, rounded to the nearest, ties to even. */
        BF16(2);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /** Room for the header, which is known at the end; a multiple of 8. */
    private static final int HEADER = 248;
    private static final int BUFFER = 1 << 20;

    private final PartialSpace place;
    private final int width;
    private final Type type;
    private final Origin origin;
    private final FileChannel vectors;
    private final FileChannel itemsFile;
    private final OutputStream items;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long points;
    private boolean finished;
    private boolean failed;

    private SpaceWriter(PartialSpace place, int width, Type type, Origin origin, FileChannel vectors, FileChannel items, long points)
            throws IOException {
        this.place = place;
        this.width = width;
        this.type = type;
        this.origin = origin;
        this.vectors = vectors;
        this.itemsFile = items;
        this.items = new BufferedOutputStream(Channels.newOutputStream(items), 1 << 16);
        this.points = points;
        vectors.position(8 + HEADER + points * width * type.bytes);
    }

    /**
     * Begins a space, throwing away what an interrupted one left.
     *
     * @param folder its place; its name should end in {@code .space}
     * @param width how many coordinates each point has
     * @throws LatentException if something is there that is no space, it can't be written, or another process writes it
     */
    public static SpaceWriter create(Path folder, int width, Type type, Origin origin) {
        return open(folder, width, type, origin, false);
    }

    /**
     * Goes on with a space that was interrupted, or begins one where there is nothing to go on with. {@link #points} says how
     * many points are there already.
     *
     * @throws LatentException as {@link #create}, and if what was interrupted has another origin or width
     */
    public static SpaceWriter resume(Path folder, int width, Type type, Origin origin) {
        return open(folder, width, type, origin, true);
    }

    private static SpaceWriter open(Path folder, int width, Type type, Origin origin, boolean resume) {
        if (width < 1 || width > SpaceManifest.WIDEST) {
            throw Broken.file(folder, "would be %d wide, 1 to %d is allowed", width, SpaceManifest.WIDEST);
        }
        PartialSpace place = PartialSpace.claim(folder);
        try {
            SpaceManifest plan = new SpaceManifest(0, width, type.name(), origin);
            if (!resume || !place.exists()) {
                place.begin(plan);
            } else {
                place.requireSame(plan);
            }
            FileChannel vectors = channel(place.file(SpaceFolder.VECTORS));
            FileChannel items = channel(place.file(SpaceFolder.ITEMS));
            return new SpaceWriter(place, width, type, origin, vectors, items, whole(vectors, items, (long) width * type.bytes));
        } catch (IOException e) {
            place.close();
            throw place.trouble(e);
        } catch (LatentException e) {
            place.close();
            throw e;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Cuts both files behind the last point that is whole in both; returns how many there are. */
    private static long whole(FileChannel vectors, FileChannel items, long rowBytes) throws IOException {
        long rows = Math.max(0, vectors.size() - 8 - HEADER) / rowBytes;
        long lines = 0;
        long end = 0;
        ByteBuffer window = ByteBuffer.allocate(BUFFER);
        for (long from = 0; lines < rows && items.read(window.clear(), from) > 0; from += window.position()) {
            for (int i = 0; i < window.position() && lines < rows; i++) {
                if (window.get(i) == '\n') {
                    lines++;
                    end = from + i + 1;
                }
            }
        }
        items.truncate(end).position(end);
        vectors.truncate(8 + HEADER + lines * rowBytes);
        return lines;
    }

    /** How many points have been written, in this run and before it was interrupted. */
    public long points() {
        return points;
    }

    /**
     * Writes a point. Its name must differ from all others; this isn't looked at here, for there may be more names than memory.
     *
     * @param fields as {@link org.latent4j.space.Items#fields}
     * @param vector {@code [width]}
     * @throws LatentException if a value isn't finite, the vector has another width, or the disk is full
     */
    public void add(String name, Map<String, Object> fields, float[] vector) {
        add(name, fields, vector, 0, vector.length);
    }

    /** As {@link #add(String, Map, float[])}, for a vector that lies within an array. */
    public void add(String name, Map<String, Object> fields, float[] values, int from, int length) {
        if (length != width) {
            throw Broken.file(place.target(), "point %d, '%s', has %d values where the others have %d", points, name, length, width);
        }
        for (int i = from; i < from + length; i++) {
            if (!Float.isFinite(values[i])) {
                throw Broken.file(place.target(),
                        "point %d, '%s', has the value %s in column %d; points need finite values: remove or repair it",
                        points, name, values[i], i - from);
            }
        }
        try {
            Lines.write(items, name, fields);
            items.write('\n');
            for (int i = from; i < from + length; i++) {
                put(values[i]);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        points++;
    }

    private void put(float value) throws IOException {
        if (buffer.remaining() < Float.BYTES) {
            drain();
        }
        if (type == Type.F32) {
            buffer.putFloat(value);
        } else {
            int bits = Float.floatToRawIntBits(value);
            buffer.putShort((short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16));
        }
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            vectors.write(buffer);
        }
        buffer.clear(); // of what failed half nothing is written again: see failed()
    }

    /**
     * Hands what was added to the operating system: it survives the end of this process, however it comes.
     *
     * @throws LatentException if the disk is full
     */
    public void checkpoint() {
        try {
            drain();
            items.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Writes the rest and moves the space into place; one that is there is replaced.
     *
     * @throws LatentException if the disk is full
     */
    public void finish() {
        checkpoint();
        try {
            vectors.position(0);
            ByteBuffer header = header();
            while (header.hasRemaining()) {
                vectors.write(header);
            }
            vectors.force(true);
            itemsFile.force(true);
            vectors.close();
            itemsFile.close();
            new SpaceManifest(points, width, type.name(), origin).write(place.file(SpaceManifest.FILE));
            place.move();
            finished = true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Part of a buffer may have been written: from here on nothing more is, or it would stand there twice. */
    private LatentException failed(IOException e) {
        failed = true;
        return place.trouble(e);
    }

    private ByteBuffer header() {
        String json = "{\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}".formatted(
                SpaceFolder.TENSOR, type.name(), points, width, points * width * type.bytes);
        byte[] text = (json + " ".repeat(HEADER - json.length())).getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + HEADER).order(ByteOrder.LITTLE_ENDIAN).putLong(HEADER).put(text).flip();
    }

    /**
     * Writes a whole space.
     *
     * @throws LatentException as {@link #create} and {@link #add(String, Map, float[])}
     */
    public static void write(Space space, Path folder, Type type) {
        try (SpaceWriter writer = create(folder, space.width(), type, space.origin())) {
            for (int point = 0; point < space.size(); point++) {
                writer.add(space.name(point), space.items().fields(point), space.vectors().data(), point * space.width(), space.width());
            }
            writer.finish();
        }
    }

    /** Closes the files; what was added stays, to be gone on with, unless the space was finished. */
    @Override
    public void close() {
        try {
            if (!finished && !failed && vectors.isOpen()) {
                checkpoint();
            }
            vectors.close();
            itemsFile.close();
        } catch (IOException | LatentException _) {
            // what stands in the way is told by the failure that brought us here
        } finally {
            place.close();
        }
    }
}
