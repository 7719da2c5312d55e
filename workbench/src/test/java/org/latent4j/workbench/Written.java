package org.latent4j.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A safetensors file read with nothing of ours, as its format is published: so that a mistake in writing isn't read back happily. */
record Written(Map<String, String> metadata, Map<String, Tensor> tensors) {
    @SuppressWarnings("ArrayRecordComponent")
    record Tensor(String type, List<Integer> shape, ByteBuffer data) {
        float[] floats() {
            float[] values = new float[data.remaining() / 4];
            data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            return values;
        }

        int[] integers() {
            int[] values = new int[data.remaining() / 4];
            data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
            return values;
        }

        /** Whole numbers of either width. */
        int[] ids() {
            return type.equals("I32")
                    ? integers()
                    : java.util.stream.IntStream.range(0, data.remaining() / 8)
                            .map(i -> (int) data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(i))
                            .toArray();
        }
    }

    static Written read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong());
        byte[] header = new byte[length];
        bytes.get(header);
        if (header[0] != '{' || length % 8 != 0) {
            throw new IOException("the header begins with { and is padded to 8 bytes");
        }
        ByteBuffer data = bytes.slice();
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        List<int[]> ranges = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : new ObjectMapper().readTree(header).properties()) {
            if (entry.getKey().equals("__metadata__")) {
                entry.getValue().properties().forEach(pair -> metadata.put(pair.getKey(), pair.getValue().textValue()));
                continue;
            }
            int[] range = {entry.getValue().get("data_offsets").get(0).intValue(), entry.getValue().get("data_offsets").get(1).intValue()};
            ranges.add(range);
            List<Integer> shape = new ArrayList<>();
            entry.getValue().get("shape").forEach(size -> shape.add(size.intValue()));
            tensors.put(entry.getKey(),
                    new Tensor(entry.getValue().get("dtype").textValue(), shape, data.slice(range[0], range[1] - range[0])));
        }
        requireWithoutHoles(ranges, data.limit());
        return new Written(metadata, tensors);
    }

    private static void requireWithoutHoles(List<int[]> ranges, int end) throws IOException {
        ranges.sort(Comparator.comparingInt(range -> range[0]));
        int at = 0;
        for (int[] range : ranges) {
            if (range[0] != at) {
                throw new IOException("a hole or an overlap at " + at);
            }
            at = range[1];
        }
        if (at != end) {
            throw new IOException("data end at " + at + ", the file at " + end);
        }
    }
}
