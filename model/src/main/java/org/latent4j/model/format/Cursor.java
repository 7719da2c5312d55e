package org.latent4j.model.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.latent4j.files.MappedFile;
import org.latent4j.kernel.LatentException;

/**
 * Reads little-endian numbers and strings of a mapped file one after the other; whatever would lie behind the end of
 * the file is an error. It copies a window of the file to an array and reads there: vocabularies have a hundred
 * thousand strings, and before the compiler has warmed up an array is many times faster than a memory segment.
 */
final class Cursor {
    private static final int WINDOW = 1 << 16;

    private final MappedFile file;
    private final byte[] window;
    private long windowStart;
    private int windowLength;
    private int at;

    Cursor(MappedFile file) {
        this.file = file;
        this.window = new byte[(int) Math.min(WINDOW, file.size())];
    }

    /** Where the next byte is read. */
    long position() {
        return windowStart + at;
    }

    /** The bytes from here to the end of the file. */
    long remaining() {
        return file.size() - position();
    }

    MappedFile file() {
        return file;
    }

    int u8() {
        need(1);
        return window[at++] & 0xff;
    }

    int u16() {
        return u8() | u8() << 8;
    }

    int i32() {
        need(4);
        int value = window[at] & 0xff | (window[at + 1] & 0xff) << 8 | (window[at + 2] & 0xff) << 16 | window[at + 3] << 24;
        at += 4;
        return value;
    }

    long i64() {
        return i32() & 0xffff_ffffL | (long) i32() << 32;
    }

    /** A 64-bit count of things that take at least {@code bytesEach} bytes of the file: no more of them than fit. */
    long count(long bytesEach, String what) {
        long count = i64();
        if (count < 0 || count > remaining() / bytesEach) {
            throw file.broken(
                    "says that it has %s %s from byte %d on, more than fit in its %d bytes; is the download complete?",
                    Long.toUnsignedString(count), what, position(), file.size());
        }
        return count;
    }

    /** Leaves bytes out. */
    void skip(long bytes) {
        if (bytes < 0 || bytes > remaining()) {
            throw ends();
        }
        if (bytes <= windowLength - at) {
            at += (int) bytes;
        } else {
            windowStart = position() + bytes;
            windowLength = 0;
            at = 0;
        }
    }

    /** A string behind its 64-bit length, of {@code limit} bytes at most. */
    String string(int limit, String what) {
        long length = count(1, "bytes of " + what);
        if (length > limit) {
            throw file.broken("has %s of %d bytes at byte %d, at most %d are allowed", what, length, position(), limit);
        }
        byte[] bytes = new byte[(int) length];
        MemorySegment.copy(file.data(), ValueLayout.JAVA_BYTE, position(), bytes, 0, bytes.length);
        skip(length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void need(int bytes) {
        if (bytes <= windowLength - at) {
            return;
        }
        if (bytes > remaining()) {
            throw ends();
        }
        windowStart += at;
        at = 0;
        windowLength = (int) Math.min(window.length, file.size() - windowStart);
        MemorySegment.copy(file.data(), ValueLayout.JAVA_BYTE, windowStart, window, 0, windowLength);
    }

    private LatentException ends() {
        return file.broken("ends within its header, at byte %d; is the download complete?", file.size());
    }
}
