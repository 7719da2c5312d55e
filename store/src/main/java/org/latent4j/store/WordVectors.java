package org.latent4j.store;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.latent4j.files.Broken;
import org.latent4j.kernel.Progress;

/**
 * Word vectors as word2vec, GloVe and fastText write them: text, a word and its numbers a line, behind a line with their count and
 * width (word2vec, fastText's {@code .vec}) or not (GloVe); and word2vec's binary. GloVe's words may have spaces in them.
 */
final class WordVectors {
    private static final int MOST_WIDTH = 1 << 16;
    private static final int LONGEST_WORD = 1 << 16;
    /** The number that a fastText model begins with. */
    private static final int FASTTEXT_MAGIC = 793_712_314;

    private WordVectors() {}

    static Imported text(Path file, Progress progress) {
        try (ByteLines lines = ByteLines.open(file, progress)) {
            if (!lines.next()) {
                throw Broken.file(file, "is empty; is it whole?");
            }
            long[] header = header(lines.copy());
            if (header.length > 0 && !lines.next()) {
                throw Broken.file(file, "ends behind its first line, which says that %d words follow", header[0]);
            }
            int width = header.length > 0 ? (int) header[1] : numbersAtEnd(lines);
            if (width < 1 || width > MOST_WIDTH) {
                throw lines.broken("is no word with its numbers, of which 1 to %d are allowed; of a table say: .csv or .tsv", MOST_WIDTH);
            }
            Gathered points = new Gathered(file, width, 1 << 12);
            do {
                if (!lines.isBlank()) {
                    word(lines, width, points);
                }
            } while (lines.next());
            if (header.length > 0 && header[0] != points.rows()) {
                throw Broken.file(file, "says that it has %d words, it has %d; is it whole?", header[0], points.rows());
            }
            return Imported.of(file, points);
        }
    }

    /** Count and width, if a line is both and nothing else. */
    private static long[] header(byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1).strip();
        if (!text.matches("\\d{1,10} \\d{1,7}")) {
            return new long[0];
        }
        return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** Of a line of GloVe's the number of words that are numbers, from the end on; the first is a word in any case. */
    private static int numbersAtEnd(ByteLines lines) {
        byte[] bytes = lines.bytes();
        int count = 0;
        int end = trimmed(bytes, lines.start(), lines.end());
        while (end > lines.start()) {
            int from = wordStart(bytes, lines.start(), end);
            if (from == lines.start() || !Numbers.isNumber(bytes, from, end)) {
                break;
            }
            count++;
            end = trimmed(bytes, lines.start(), from);
        }
        return count;
    }

    private static void word(ByteLines lines, int width, Gathered points) {
        byte[] bytes = lines.bytes();
        int end = trimmed(bytes, lines.start(), lines.end());
        int at = points.row();
        for (int column = width - 1; column >= 0; column--) {
            int from = wordStart(bytes, lines.start(), end);
            if (from == lines.start() && lines.start() < end) {
                throw lines.broken("has %d numbers behind its word, the lines before have %d", width - 1 - column, width);
            }
            try {
                points.data()[at + column] = (float) Numbers.parse(bytes, from, end);
            } catch (NumberFormatException e) {
                throw lines.broken("has '%s' where number %d of %d is expected", lines.text(from, end), column + 1, width);
            }
            end = column > 0 ? trimmed(bytes, lines.start(), from) : from - 1; // one space behind the word, which may be a space itself
        }
        if (end <= lines.start()) {
            throw lines.broken("has no word before its numbers");
        }
        points.names.add(lines.text(lines.start(), end));
    }

    private static int trimmed(byte[] bytes, int start, int end) {
        int trimmed = end;
        while (trimmed > start && isSpace(bytes[trimmed - 1])) {
            trimmed--;
        }
        return trimmed;
    }

    private static int wordStart(byte[] bytes, int start, int end) {
        int from = end;
        while (from > start && !isSpace(bytes[from - 1])) {
            from--;
        }
        return from;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    static Imported binary(Path file, Progress progress) {
        try (InputStream opened = Files.newInputStream(file); BufferedInputStream in = new BufferedInputStream(opened, 1 << 20)) {
            long size = Files.size(file);
            in.mark(64);
            byte[] first = in.readNBytes(4);
            if (first.length == 4 && ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getInt() == FASTTEXT_MAGIC) {
                throw Broken.file(file, "is a model of fastText, not its vectors; take the .vec file beside it");
            }
            in.reset();
            long[] header = header(line(in, 64));
            if (header.length == 0) {
                throw Broken.file(file, "is no word2vec file: it doesn't begin with the number of words and their width");
            }
            long words = header[0];
            long width = header[1];
            if (width < 1 || width > MOST_WIDTH || words > size / (4 * width)) {
                throw Broken.file(file, "says that it has %d words of width %d, more than fit in its %d bytes; is it whole?", words, width,
                        size);
            }
            Gathered points = new Gathered(file, (int) width, (int) Math.min(words, Integer.MAX_VALUE));
            read(file, new DataInputStream(in), points, (int) words, (int) width, progress);
            return Imported.of(file, points);
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage() == null ? "it ends too early; is it whole?" : e.getMessage());
        }
    }

    private static void read(Path file, DataInputStream in, Gathered points, int words, int width, Progress progress) throws IOException {
        byte[] row = new byte[4 * width];
        for (int word = 0; word < words; word++) {
            byte[] name = word(file, in, word);
            points.names.add(decoded(file, name, word));
            in.readFully(row);
            int at = points.row(); // before the array is asked for, which grows
            ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(points.data(), at, width);
            if ((word & 0xfff) == 0) {
                progress.report("Reading " + file.getFileName(), word, words, Progress.Unit.STEPS);
            }
        }
        if (in.readNBytes(2).length == 2) {
            throw Broken.file(file, "goes on behind its %d words of width %d", words, width);
        }
    }

    /** The bytes up to the space; word2vec's own program ends rows with a line's end, others don't. */
    private static byte[] word(Path file, InputStream in, int number) throws IOException {
        byte[] name = new byte[64];
        int length = 0;
        for (int c = in.read(); c != ' '; c = in.read()) {
            if (c < 0 || length > LONGEST_WORD) {
                throw Broken.file(file, c < 0 ? "ends before word %d; is it whole?" : "has a word %d that doesn't end; is it whole?",
                        number);
            }
            if (c == '\n' && length == 0) {
                continue;
            }
            if (length == name.length) {
                name = Arrays.copyOf(name, 2 * length);
            }
            name[length++] = (byte) c;
        }
        return Arrays.copyOf(name, length);
    }

    private static String decoded(Path file, byte[] name, int number) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
        } catch (CharacterCodingException e) {
            throw Broken.because(e, file, "the name of word %d isn't text in UTF-8; is the file damaged?", number);
        }
    }

    private static byte[] line(InputStream in, int longest) throws IOException {
        byte[] line = new byte[longest];
        int length = 0;
        for (int c = in.read(); c >= 0 && c != '\n' && length < longest; c = in.read()) {
            line[length++] = (byte) c;
        }
        return Arrays.copyOf(line, length);
    }
}
