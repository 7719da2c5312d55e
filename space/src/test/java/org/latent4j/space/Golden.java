package org.latent4j.space;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.kernel.Matrix;

/** What reference implementations compute of 600 digits, read from {@code ../shared/golden/space}; tests skip without it. */
public final class Golden {
    private static final Path FOLDER = folder();

    private Golden() {}

    private static Path folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path golden = at.resolve("shared/golden/space");
            if (Files.isDirectory(golden)) {
                return golden;
            }
        }
        return Path.of("../shared/golden/space");
    }

    /** A tensor of floats. */
    public static Matrix floats(String name) {
        ByteBuffer bytes = bytes(name);
        int[] shape = shape(name);
        float[] values = new float[shape[0] * shape[1]];
        bytes.asFloatBuffer().get(values);
        return Matrix.of(shape[0], shape[1], values);
    }

    /** A tensor of integers, row after row. */
    public static int[] ints(String name) {
        ByteBuffer bytes = bytes(name);
        int[] values = new int[bytes.remaining() / 4];
        bytes.asIntBuffer().get(values);
        return values;
    }

    /** Numbers of an entry of the JSON, in order. */
    public static double[] numbers(String name) {
        String json = text(FOLDER.resolve("space.expected.json"));
        int at = json.indexOf('"' + name + '"');
        String value = json.substring(json.indexOf(':', at) + 1);
        int end = value.stripLeading().startsWith("[") ? value.indexOf(']') : value.indexOf('\n');
        Matcher matcher = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?").matcher(value.substring(0, end));
        return matcher.results().mapToDouble(found -> Double.parseDouble(found.group())).toArray();
    }

    private static ByteBuffer bytes(String name) {
        ByteBuffer file = file();
        String header = header(file);
        Matcher offsets = Pattern.compile('"' + name + "\":\\{[^}]*\"data_offsets\":\\[(\\d+),(\\d+)]").matcher(header);
        if (!offsets.find()) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        int start = 8 + (int) file.getLong(0);
        int from = start + Integer.parseInt(offsets.group(1));
        int to = start + Integer.parseInt(offsets.group(2));
        return file.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int[] shape(String name) {
        Matcher shape = Pattern.compile('"' + name + "\":\\{[^}]*\"shape\":\\[(\\d+)(?:,(\\d+))?]").matcher(header(file()));
        if (!shape.find()) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return new int[]{Integer.parseInt(shape.group(1)), shape.group(2) == null ? 1 : Integer.parseInt(shape.group(2))};
    }

    private static String header(ByteBuffer file) {
        byte[] header = new byte[(int) file.getLong(0)];
        file.get(8, header);
        return new String(header, StandardCharsets.UTF_8).replace(" ", "");
    }

    private static ByteBuffer file() {
        Path path = FOLDER.resolve("space.expected.safetensors");
        assumeTrue(Files.exists(path), "no reference data at " + path);
        try {
            return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path path) {
        assumeTrue(Files.exists(path), "no reference data at " + path);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
