package org.latent4j.insight.direction;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.site.Site;

/**
 * Directions as GGUF control vectors, as repeng and llama.cpp's {@code cvector-generator} write them: {@code general.architecture} is
 * {@code controlvector}, tensor {@code direction.K} is added to the output of block K. llama.cpp takes no K of 0.
 */
final class ControlVector {
    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;
    private static final int UINT32 = 4;
    private static final int STRING = 8;
    private static final int F32 = 0;

    private ControlVector() {}

    static Direction read(Path file) {
        TreeMap<Site, float[]> vectors = new TreeMap<>();
        try (Gguf opened = Gguf.open(file)) {
            for (Map.Entry<String, Tensor> entry : opened.tensors().entrySet()) {
                if (entry.getKey().matches("direction\\.\\d{1,5}")) {
                    int layer = Integer.parseInt(entry.getKey().substring("direction.".length()));
                    if (entry.getValue().shape().length != 1) {
                        throw new LatentException("%s: '%s' isn't one vector".formatted(file, entry.getKey()));
                    }
                    vectors.put(Site.of(Site.Kind.RESID_POST, layer), entry.getValue().floats());
                }
            }
        }
        if (vectors.isEmpty()) {
            throw new LatentException("%s is no control vector: it has no tensors 'direction.K'".formatted(file));
        }
        return new Direction(DirectionStore.baseName(file), "imported", Direction.Unit.UNKNOWN, vectors, new TreeMap<>(),
                Optional.empty(), Map.of());
    }

    static void write(Direction direction, Path file, String architecture, int layers) {
        TreeMap<Integer, float[]> byLayer = new TreeMap<>();
        direction.vectors().forEach((site, vector) -> {
            if (site.kind() == Site.Kind.RESID_POST && site.layer() > 0) {
                byLayer.put(site.layer(), vector);
            }
        });
        if (byLayer.isEmpty()) {
            throw new LatentException("direction '%s' has no vector at resid_post.1 or above, which alone control vectors hold"
                    .formatted(direction.name()));
        }
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".new");
        try {
            Files.write(temporary, bytes(byLayer, architecture, layers));
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LatentException("can't write %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static byte[] bytes(TreeMap<Integer, float[]> byLayer, String architecture, int layers) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.write(integer(VERSION));
        out.write(longer(byLayer.size()));
        out.write(longer(3));
        entry(out, "general.architecture", "controlvector");
        entry(out, "controlvector.model_hint", architecture);
        out.write(text("controlvector.layer_count"));
        out.write(integer(UINT32));
        out.write(integer(layers));
        long offset = 0;
        for (Map.Entry<Integer, float[]> vector : byLayer.entrySet()) {
            out.write(text("direction." + vector.getKey()));
            out.write(integer(1));
            out.write(longer(vector.getValue().length));
            out.write(integer(F32));
            out.write(longer(offset));
            offset += padded(4L * vector.getValue().length);
        }
        pad(out);
        for (float[] vector : byLayer.values()) {
            ByteBuffer values = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
            values.asFloatBuffer().put(vector);
            out.write(values.array());
            pad(out);
        }
        return out.toByteArray();
    }

    private static void entry(ByteArrayOutputStream out, String key, String value) throws IOException {
        out.write(text(key));
        out.write(integer(STRING));
        out.write(text(value));
    }

    private static byte[] text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length).order(ByteOrder.LITTLE_ENDIAN).putLong(utf8.length).put(utf8).array();
    }

    private static byte[] integer(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static byte[] longer(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }
}
