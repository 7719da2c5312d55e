package org.latent4j.workbench.map;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Neighbours;

/**
 * Writes arrays into a page: script elements that aren't run, with base64 in them. Positions and neighbours are integers of 24 bits,
 * 4 characters each, so that a page finds a point's own without decoding the rest; everything else is compressed (zlib).
 */
final class Blocks {
    /** Browsers hold no string much longer than half a GB. */
    private static final long MOST_TEXT = 256L << 20;

    private static final int TOP = (1 << 24) - 1;

    private final Writer page;

    Blocks(Writer page) {
        this.page = page;
    }

    /** What JSON may be put into a script element as: less-than signs occur in its strings alone, escaped. */
    static String inScript(String json) {
        return json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    /** Positions from -1 to 1 in the box around them, as {@code (value + 1) / 2 * (2^24 - 1)}; y grows upward. */
    void positions(String id, Matrix positions) throws IOException {
        MapPage.Box box = MapPage.Box.around(positions);
        double unit = box.halfWidth() > 0 ? box.halfWidth() : 1;
        float[] data = positions.data();
        try (Block block = new Block(id, false)) {
            for (int i = 0; i < data.length; i++) {
                block.small(((data[i] - (double) box.centre()[i % positions.columns()]) / unit + 1) / 2);
            }
        }
    }

    /** Indices, and under the same id with {@code -distances} distances as shares of the way from the least to the most. */
    void neighbours(String id, Neighbours neighbours) throws IOException {
        try (Block block = new Block(id, false)) {
            for (int index : neighbours.indices()) {
                block.three(index);
            }
        }
        float[] range = range(neighbours.distances());
        double width = range[1] > range[0] ? (double) range[1] - range[0] : 1;
        try (Block block = new Block(id + "-distances", false)) {
            for (float distance : neighbours.distances()) {
                block.small(Float.isFinite(distance) ? (distance - range[0]) / width : 1);
            }
        }
    }

    /** The least and the most of what is finite. */
    static float[] range(float[] values) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            if (Float.isFinite(value)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        return least <= most ? new float[]{least, most} : new float[]{0, 0};
    }

    /** Floats, 4 bytes each, the lowest first. */
    void numbers(String id, float[] values) throws IOException {
        try (Block block = new Block(id, true)) {
            for (float value : values) {
                block.four(Float.floatToIntBits(value));
            }
        }
    }

    /** A number for each value, 0 where it isn't known, and under the same id with {@code -values} what the numbers from 1 on mean. */
    void labels(String id, List<? extends @Nullable String> values) throws IOException {
        Map<String, Integer> known = new HashMap<>();
        List<String> different = new ArrayList<>();
        try (Block block = new Block(id, true)) {
            for (String value : values) {
                Integer code = value == null ? Integer.valueOf(0) : known.get(value);
                if (code == null) {
                    different.add(value);
                    code = different.size();
                    known.put(value, code);
                }
                block.four(code);
            }
        }
        texts(id + "-values", different);
    }

    /** Texts as one run of UTF-8, and under the same id with {@code -lengths} how many bytes each has. */
    void texts(String id, List<? extends @Nullable String> texts) throws IOException {
        int longest = longest(texts);
        int[] lengths = new int[texts.size()];
        try (Block block = new Block(id, true)) {
            for (int i = 0; i < lengths.length; i++) {
                String text = texts.get(i);
                byte[] bytes = cut(text == null ? "" : text, longest).getBytes(StandardCharsets.UTF_8);
                block.bytes.write(bytes);
                lengths[i] = bytes.length;
            }
        }
        try (Block block = new Block(id + "-lengths", true)) {
            for (int length : lengths) {
                block.four(length);
            }
        }
    }

    /** How long a text may be for all of them to fit into a browser's memory. */
    private static int longest(List<? extends @Nullable String> texts) {
        int longest = 1 << 24;
        for (long whole = Long.MAX_VALUE; whole > MOST_TEXT;) {
            longest /= 2;
            whole = 0;
            for (int i = 0; i < texts.size(); i++) {
                String text = texts.get(i);
                whole += text == null ? 0 : Math.min(longest, text.length());
            }
        }
        return longest;
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "…";
    }

    /** One script element. */
    private final class Block implements AutoCloseable {
        private final byte[] chunk = new byte[4];
        private final OutputStream bytes;

        Block(String id, boolean compressed) throws IOException {
            page.write("<script type=\"text/plain\" id=\"" + id + "\">");
            OutputStream base64 = new java.io.BufferedOutputStream(Base64.getEncoder().wrap(new Letters(page)), 3 << 13);
            this.bytes = compressed ? new DeflaterOutputStream(base64, new Deflater(6), 1 << 15) {
                @Override
                public void close() throws IOException {
                    super.close();
                    def.end();
                }
            } : base64;
        }

        /** A share from 0 to 1 in 24 bits. */
        void small(double share) throws IOException {
            three((int) Math.rint(Math.clamp(share, 0, 1) * TOP));
        }

        void three(int value) throws IOException {
            put(value, 3);
        }

        void four(int value) throws IOException {
            put(value, 4);
        }

        private void put(int value, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                chunk[i] = (byte) (value >>> 8 * i);
            }
            bytes.write(chunk, 0, count);
        }

        @Override
        public void close() throws IOException {
            bytes.close();
            page.write("</script>\n");
        }
    }

    /** Bytes of ASCII as characters; the page stays open. */
    private static final class Letters extends OutputStream {
        private final Writer page;
        private final char[] letters = new char[1 << 13];

        Letters(Writer page) {
            this.page = page;
        }

        @Override
        public void write(int letter) throws IOException {
            page.write((char) (letter & 0x7f));
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            for (int at = 0; at < count; at += letters.length) {
                int some = Math.min(letters.length, count - at);
                for (int i = 0; i < some; i++) {
                    letters[i] = (char) (bytes[from + at + i] & 0x7f);
                }
                page.write(letters, 0, some);
            }
        }
    }
}
