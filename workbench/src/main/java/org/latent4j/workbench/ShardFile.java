package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Site;

/**
 * A safetensors file of a capture while it grows: the header, which is known beforehand, then text after text. What was
 * written up to a text stays good when the program ends, and is gone on with later; that is what it has over {@link
 * org.latent4j.files.SafetensorsWriter}, which writes a file in one go or not at all.
 */
final class ShardFile implements AutoCloseable {
    private final FileChannel channel;
    private final CaptureLayout layout;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private long data;

    private ShardFile(FileChannel channel, CaptureLayout layout) {
        this.channel = channel;
        this.layout = layout;
    }

    /** Begins a file. */
    static ShardFile begin(Path path, byte[] header, CaptureLayout layout) throws IOException {
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        ShardFile file = new ShardFile(channel, layout);
        file.writeFully(ByteBuffer.wrap(header));
        file.data = 0;
        return file;
    }

    /**
     * Goes on with a file behind {@code dataBytes} of data; what lies there already is dropped.
     *
     * @throws LatentException if the file isn't what was begun
     */
    static ShardFile resume(Path path, byte[] header, long dataBytes, CaptureLayout layout) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long kept = header.length + dataBytes;
            if (channel.size() < kept || !Arrays.equals(beginning(channel, header.length), header)) {
                throw new LatentException(
                        "%s was damaged since the capture was interrupted; --restart starts over".formatted(path));
            }
            channel.truncate(kept).position(kept);
            ShardFile file = new ShardFile(channel, layout);
            file.data = dataBytes;
            return file;
        } catch (IOException | LatentException e) {
            channel.close();
            throw e;
        }
    }

    private static byte[] beginning(FileChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // until it is full or the file ends
        }
        return bytes.array();
    }

    /** Writes the token ids and states of the next text. */
    void write(int text, Trace trace) throws IOException {
        int[] ids = trace.ids();
        for (int from = 0; from < ids.length; from += buffer.capacity() / 4) {
            int count = Math.min(buffer.capacity() / 4, ids.length - from);
            buffer.clear().asIntBuffer().put(ids, from, count);
            writeFully(buffer.limit(4 * count));
        }
        for (Site site : layout.sites()) {
            Matrix states = trace.get(site);
            write(states.data());
        }
    }

    private void write(float[] values) throws IOException {
        for (int from = 0; from < values.length; from += buffer.capacity() / 4) {
            int count = Math.min(buffer.capacity() / 4, values.length - from);
            buffer.clear().asFloatBuffer().put(values, from, count);
            writeFully(buffer.limit(4 * count));
        }
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            data += channel.write(bytes);
        }
    }

    /** The bytes of data in the file, behind its header. */
    long data() {
        return data;
    }

    /** Makes sure that what was written outlives a power cut. */
    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The header of a file: its length as 8 bytes, the JSON, spaces up to a multiple of 8. */
    static byte[] header(ShardPlan.Shard shard, CaptureLayout layout, Survey survey, Map<String, String> manifest) {
        Map<String, String> metadata = new LinkedHashMap<>(manifest);
        metadata.putAll(survey.kept().entries(shard));
        int[] lengths = survey.lengths();
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            out.writeObjectFieldStart("__metadata__");
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            out.writeEndObject();
            long offset = 0;
            for (int text = shard.from(); text < shard.to(); text++) {
                if (lengths[text] > 0) {
                    for (CaptureLayout.Tensor tensor : layout.tensors(text, lengths[text])) {
                        writeEntry(out, tensor, offset);
                        offset += tensor.bytes();
                    }
                }
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        while (json.size() % 8 != 0) {
            json.write(' ');
        }
        ByteBuffer header = ByteBuffer.allocate(8 + json.size()).order(ByteOrder.LITTLE_ENDIAN);
        return header.putLong(json.size()).put(json.toByteArray()).array();
    }

    private static void writeEntry(JsonGenerator out, CaptureLayout.Tensor tensor, long offset) throws IOException {
        out.writeObjectFieldStart(tensor.name());
        out.writeStringField("dtype", tensor.type());
        out.writeFieldName("shape");
        out.writeArray(tensor.shape(), 0, tensor.shape().length);
        out.writeFieldName("data_offsets");
        out.writeArray(new long[]{offset, offset + tensor.bytes()}, 0, 2);
        out.writeEndObject();
    }
}
