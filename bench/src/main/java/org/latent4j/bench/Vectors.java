package org.latent4j.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;

/** Points for measurements: numpy's files of 32-bit floats, and Gaussian ones from a seed. */
final class Vectors {
    private Vectors() {}

    /** Independent normal coordinates, {@code [points, width]}; computed by rows on all processors. */
    static Matrix gaussian(int points, int width, long seed) {
        Matrix made = Matrix.zeros(points, width);
        IntStream.range(0, points).parallel().forEach(point -> {
            SeededRandom random = new SeededRandom(seed, point);
            for (int c = 0; c < width; c++) {
                made.data()[point * width + c] = (float) normal(random, c);
            }
        });
        return made;
    }

    /** A number of the normal distribution (Box and Muller 1958). */
    static double normal(SeededRandom random, long at) {
        return Math.sqrt(-2 * Math.log(1 - random.at(2 * at))) * Math.cos(2 * Math.PI * random.at(2 * at + 1));
    }

    /** The first rows of a file of 32-bit floats {@code [points, width]}. */
    static Matrix read(Path npy, int mostRows) throws IOException {
        try (FileChannel channel = FileChannel.open(npy)) {
            ByteBuffer start = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(start, 0);
            byte[] header = new byte[start.getShort(8)];
            channel.read(ByteBuffer.wrap(header), 10);
            Matcher shape = Pattern.compile("'<f4'.*'shape': \\((\\d+), (\\d+)\\)").matcher(new String(header, StandardCharsets.US_ASCII));
            if (!shape.find()) {
                throw new IOException(npy + " holds no matrix of 32-bit floats");
            }
            int rows = Math.min(mostRows, Integer.parseInt(shape.group(1)));
            int width = Integer.parseInt(shape.group(2));
            Matrix points = Matrix.zeros(rows, width);
            ByteBuffer values = ByteBuffer.allocate(4 * rows * width).order(ByteOrder.LITTLE_ENDIAN);
            long at = 10L + header.length;
            while (values.hasRemaining() && channel.read(values, at + values.position()) >= 0) {
            }
            values.flip().asFloatBuffer().get(points.data());
            return points;
        }
    }
}
