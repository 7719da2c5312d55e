package org.latent4j.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;

/** The lines of a text file as bytes, one after the other in one buffer; text is UTF-8, with or without a byte-order mark. */
final class ByteLines implements AutoCloseable {
    private static final int LONGEST = 1 << 26;

    private final Path file;
    private final InputStream in;
    private final Progress progress;
    private final long total;
    private byte[] buffer = new byte[1 << 20];
    private int start;
    private int end;
    private int next;
    private int filled;
    private long consumed;
    private boolean atEnd;
    private long number;

    private ByteLines(Path file, InputStream in, long total, Progress progress) {
        this.file = file;
        this.in = in;
        this.total = total;
        this.progress = progress;
    }

    static ByteLines open(Path file, Progress progress) {
        if (!Files.isRegularFile(file)) {
            throw Broken.file(file, Files.exists(file) ? "is not a regular file" : "there is no such file; check the path");
        }
        try {
            ByteLines lines = new ByteLines(file, Files.newInputStream(file), Files.size(file), progress);
            lines.begin();
            return lines;
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    private void begin() throws IOException {
        fill();
        if (filled >= 2 && (buffer[0] == (byte) 0xff && buffer[1] == (byte) 0xfe || buffer[0] == (byte) 0xfe && buffer[1] == (byte) 0xff)) {
            throw Broken.file(file, "is text in UTF-16; UTF-8 is needed: iconv -f UTF-16 -t UTF-8");
        }
        if (filled >= 4 && (buffer[0] == 0 && buffer[2] == 0 || buffer[1] == 0 && buffer[3] == 0)) { // Latin letters without a mark
            throw Broken.file(file, "is text in UTF-16; UTF-8 is needed: iconv -f UTF-16%s -t UTF-8", buffer[0] == 0 ? "BE" : "LE");
        }
        if (filled >= 3 && buffer[0] == (byte) 0xef && buffer[1] == (byte) 0xbb && buffer[2] == (byte) 0xbf) {
            next = 3;
        }
    }

    /** Goes to the next line; false at the end of the file. */
    boolean next() {
        start = next;
        int at = next;
        while (true) {
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            if (at < filled || atEnd) {
                break;
            }
            int offset = at - start;
            refill();
            at = start + offset;
        }
        if (at == filled && at == start) {
            return false;
        }
        next = Math.min(filled, at + 1);
        end = at > start && buffer[at - 1] == '\r' ? at - 1 : at;
        if ((++number & 0xfff) == 0) {
            progress.report("Reading " + file.getFileName(), consumed - filled + next, total, Progress.Unit.BYTES);
        }
        return true;
    }

    /** Moves what is left of the buffer to its beginning and reads on. */
    private void refill() {
        int left = filled - start;
        if (left > LONGEST) {
            throw broken("is longer than %d bytes; is it a text file?", LONGEST);
        }
        byte[] to = left > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, start, to, 0, left);
        buffer = to;
        start = 0;
        filled = left;
        try {
            fill();
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    private void fill() throws IOException {
        int read = in.read(buffer, filled, buffer.length - filled);
        atEnd = read < 0;
        filled += Math.max(0, read);
        consumed += Math.max(0, read);
    }

    /** The line's bytes are those of {@link #bytes} from here. */
    int start() {
        return start;
    }

    /** To here. */
    int end() {
        return end;
    }

    byte[] bytes() {
        return buffer;
    }

    /** The number of the line, from 1. */
    long number() {
        return number;
    }

    boolean isBlank() {
        for (int i = start; i < end; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** Text of the line. */
    String text(int from, int to) {
        boolean plain = true;
        for (int i = from; i < to && plain; i++) {
            plain = buffer[i] > 0;
        }
        if (plain) {
            return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw broken("isn't text in UTF-8; convert the file, from Latin-1 for example: iconv -f LATIN1 -t UTF-8");
        }
    }

    /** The whole line. */
    String text() {
        return text(start, end);
    }

    /** A copy of the line. */
    byte[] copy() {
        return Arrays.copyOfRange(buffer, start, end);
    }

    /** An error about this line. */
    LatentException broken(String what, Object... values) {
        return Broken.file(file, "line %d %s", number, String.format(Locale.ROOT, what, values));
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException _) {
            // nothing was written
        }
    }
}
