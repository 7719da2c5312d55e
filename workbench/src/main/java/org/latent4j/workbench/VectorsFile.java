package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * A safetensors file with a tensor {@code vectors} {@code [texts, width]}, and where texts come in pieces {@code documents} {@code
 * [pieces]}, the number of each one's text. It grows in {@code OUT.partial}: the header's room is kept free and filled at the end,
 * when the number of pieces is known.
 */
final class VectorsFile implements VectorSink {
    /** Room for what numbers may be longer in the end. */
    private static final int SPARE = 256;

    private final PartialCapture partial;
    private final Path out;
    private final int width;
    private final boolean pieces;
    private final int room;
    private final FileChannel vectors;
    private final @Nullable FileChannel documents;
    private final ByteBuffer buffer;
    private final ByteBuffer numbers = ByteBuffer.allocateDirect(1 << 13).order(ByteOrder.LITTLE_ENDIAN);
    private long rows;

    /**
     * Begins, or goes on behind the vectors that are there.
     *
     * @param partial the claimed output, with its manifest
     * @param pieces whether texts come in pieces
     * @throws LatentException if what an earlier run left is damaged
     */
    VectorsFile(PartialCapture partial, Path out, int width, boolean pieces) throws IOException {
        this.partial = partial;
        this.out = out;
        this.width = width;
        this.pieces = pieces;
        this.room = (header(partial.manifest(), 0, width, pieces).length + SPARE) / 8 * 8;
        this.buffer = ByteBuffer.allocateDirect(Math.max(1 << 18, 4 * width)).order(ByteOrder.LITTLE_ENDIAN);
        this.vectors = open(partial.growing(0));
        this.documents = pieces ? open(partial.growing(1)) : null;
        try {
            rows = partial.done();
            keep(vectors, 8L + room + rows * 4 * width);
            if (documents != null) {
                keep(documents, 8 * rows);
            }
        } catch (IOException | LatentException e) {
            close();
            throw e;
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Drops what lies behind, and makes room before the first vector. */
    private void keep(FileChannel channel, long bytes) throws IOException {
        if (channel.size() < bytes && partial.done() > 0) {
            throw new LatentException("%s was damaged since the work was interrupted; --restart starts over".formatted(partial.folder()));
        }
        channel.truncate(bytes).position(bytes);
    }

    @Override
    public long done() {
        return rows;
    }

    @Override
    public void add(TextPiece piece, float[] vector) throws IOException {
        if (buffer.remaining() < 4 * width) {
            flush(buffer, vectors);
        }
        for (float value : vector) {
            buffer.putFloat(value);
        }
        if (documents != null) {
            if (!numbers.hasRemaining()) {
                flush(numbers, documents);
            }
            numbers.putLong(piece.text());
        }
        rows++;
    }

    private static void flush(ByteBuffer buffer, FileChannel channel) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void checkpoint() throws IOException {
        flush(buffer, vectors);
        vectors.force(false);
        if (documents != null) {
            flush(numbers, documents);
            documents.force(false);
        }
        partial.checkpoint(Math.toIntExact(rows));
    }

    @Override
    public void finish() throws IOException {
        vectors.position(8L + room + rows * 4 * width);
        if (documents != null) {
            for (long copied = 0; copied < 8 * rows;) {
                copied += documents.transferTo(copied, 8 * rows - copied, vectors);
            }
        }
        byte[] json = header(partial.manifest(), rows, width, pieces);
        byte[] padded = Arrays.copyOf(json, room);
        Arrays.fill(padded, json.length, room, (byte) ' ');
        ByteBuffer head = ByteBuffer.allocate(8 + room).order(ByteOrder.LITTLE_ENDIAN).putLong(room).put(padded).flip();
        for (long at = 0; head.hasRemaining();) {
            at += vectors.write(head, at);
        }
        vectors.force(true);
        close();
        Files.move(partial.growing(0), out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        partial.remove();
    }

    /** The header as it stands in the file: metadata, then the tensors. */
    private static byte[] header(Map<String, String> metadata, long rows, int width, boolean pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("__metadata__");
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            long end = Math.multiplyExact(rows, 4L * width);
            tensor(json, "vectors", "F32", new long[]{rows, width}, 0, end);
            if (pieces) {
                tensor(json, "documents", "I64", new long[]{rows}, end, end + 8 * rows);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return bytes.toByteArray();
    }

    private static void tensor(JsonGenerator json, String name, String type, long[] shape, long from, long to) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", type);
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[]{from, to}, 0, 2);
        json.writeEndObject();
    }

    @Override
    public void close() {
        try {
            vectors.close();
            if (documents != null) {
                documents.close();
            }
        } catch (IOException e) {
            throw DiskTrouble.writing(out, e);
        }
    }
}
