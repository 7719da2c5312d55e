package org.latent4j.workbench;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.latent4j.kernel.LatentException;

/**
 * Reads UTF-8 strictly: a byte that isn't part of a character is an error that tells its place, never a replacement
 * character. A byte order mark at the beginning is left out.
 */
final class Utf8Reader extends Reader {
    private static final int BUFFER = 1 << 16;

    private final String name;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
    private long offset; // in the file, of bytes.position()
    private long line = 1; // of the character after the last one handed out
    private boolean started;
    private boolean ended;

    /** Reads a stream that messages call {@code name}. */
    Utf8Reader(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /** The name for messages. */
    String name() {
        return name;
    }

    /**
     * Reads up to {@code length} characters.
     *
     * @throws LatentException if a byte isn't UTF-8; what comes before it has been handed out
     */
    @Override
    public int read(char[] chars, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!started) {
            start();
        }
        CharBuffer out = CharBuffer.wrap(chars, from, length).slice();
        while (out.position() == 0) {
            int before = bytes.position();
            CoderResult result = decoder.decode(bytes, out, ended);
            offset += bytes.position() - before;
            if (out.position() > 0) {
                break;
            }
            if (result.isError()) {
                throw malformed();
            }
            if (result.isOverflow()) {
                throw new IllegalArgumentException("a buffer of one character can't take a surrogate pair");
            }
            if (ended) {
                return -1;
            }
            fill();
        }
        countLines(chars, from, out.position());
        return out.position();
    }

    private void start() throws IOException {
        started = true;
        fill();
        int first = bytes.remaining() > 0 ? bytes.get(0) & 0xFF : -1;
        int second = bytes.remaining() > 1 ? bytes.get(1) & 0xFF : -1;
        int third = bytes.remaining() > 2 ? bytes.get(2) & 0xFF : -1;
        if (first == 0xEF && second == 0xBB && third == 0xBF) {
            bytes.position(3);
            offset = 3;
        } else if ((first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF)) {
            throw new LatentException(name + " is UTF-16 (it begins with its byte order mark); save it as UTF-8");
        }
    }

    /** Moves what is left to the front and reads on; at least three bytes at the beginning, if there are so many. */
    private void fill() throws IOException {
        bytes.compact();
        do {
            int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
            if (count < 0) {
                ended = true;
            } else {
                bytes.position(bytes.position() + count);
            }
        } while (!ended && bytes.position() < 3);
        bytes.flip();
    }

    private void countLines(char[] chars, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (chars[i] == '\n') {
                line++;
            }
        }
    }

    private LatentException malformed() {
        return new LatentException(
                ("%s isn't UTF-8: byte %d (line %d) is 0x%02X; convert the file, for example with iconv -f "
                        + "LATIN1 -t UTF-8")
                        .formatted(name, offset, line, bytes.get(bytes.position()) & 0xFF));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
