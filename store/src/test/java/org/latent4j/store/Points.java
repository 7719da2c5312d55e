package org.latent4j.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;

/** Random points, and files of them as other programs write them. */
final class Points {
    static final int COUNT = 30;
    static final int WIDTH = 5;

    private Points() {}

    static Matrix random() {
        Matrix points = Matrix.zeros(COUNT, WIDTH);
        SeededRandom random = new SeededRandom(7, 1);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (2 * random.at(i) - 1);
        }
        return points;
    }

    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            names.add("w" + i);
        }
        return names;
    }

    static byte[] npy(String type, boolean columnsFirst, String shape, byte[] values) {
        String dict = "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }".formatted(type, columnsFirst ? "True" : "False", shape);
        String header = dict + " ".repeat(63 - (10 + dict.length()) % 64) + "\n";
        return ByteBuffer.allocate(10 + header.length() + values.length).order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[]{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length())
                .put(header.getBytes(StandardCharsets.US_ASCII)).put(values).array();
    }

    static byte[] npy(Matrix points) {
        return npy("<f4", false, points.rows() + ", " + points.columns(), floats(points));
    }

    static byte[] floats(Matrix points) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * points.data().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(points.data());
        return bytes.array();
    }

    /** Texts of four bytes each. */
    static byte[] texts(List<String> texts) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * texts.size());
        for (int i = 0; i < texts.size(); i++) {
            bytes.position(4 * i).put(texts.get(i).getBytes(StandardCharsets.UTF_8));
        }
        return npy("|S4", false, texts.size() + ",", bytes.array());
    }

    static void npz(Path file, List<String> names, List<byte[]> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < names.size(); i++) {
                zip.putNextEntry(new ZipEntry(names.get(i) + ".npy"));
                zip.write(arrays.get(i));
                zip.closeEntry();
            }
        }
    }

    /** Rows of numbers behind their names. */
    static String lines(char separator, String last) {
        StringBuilder text = new StringBuilder();
        Matrix points = random();
        for (int i = 0; i < COUNT; i++) {
            text.append(names().get(i));
            for (int c = 0; c < WIDTH; c++) {
                text.append(separator).append(points.at(i, c));
            }
            text.append(last).append('\n');
        }
        return text.toString();
    }

    static byte[] word2vec() throws IOException {
        Matrix points = random();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write((COUNT + " " + WIDTH + "\n").getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < COUNT; i++) {
            out.write((names().get(i) + " ").getBytes(StandardCharsets.UTF_8));
            out.write(floats(points.rows(i, i + 1)));
            out.write('\n');
        }
        return out.toByteArray();
    }
}
