package org.latent4j.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.latent4j.kernel.LatentException;

/**
 * A zip archive of arrays, as {@code numpy.savez} writes it. Nothing is unpacked before it is asked for, and no more than the
 * array's own header says; an array that unpacks to more than a thousand times its size is refused, and one whose checksum isn't
 * the archive's.
 */
public final class Npz implements AutoCloseable {
    private static final int MOST_ARRAYS = 10_000;
    private static final long HARMLESS = 64 << 20;
    private static final long MOST_RATIO = 1000;

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private Npz(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Opens an archive.
     *
     * @throws LatentException if it isn't there, is no zip archive or is damaged
     */
    public static Npz open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw Broken.file(file, Files.exists(file) ? "is not a regular file" : "there is no such file; check the path");
        }
        try {
            Npz npz = new Npz(file, new ZipFile(file.toFile()));
            try {
                npz.list();
                return npz;
            } catch (LatentException | IllegalArgumentException e) {
                npz.close();
                throw e instanceof LatentException known
                        ? known
                        : Broken.because(e, file, "is no zip archive that can be read: %s", e.getMessage());
            }
        } catch (ZipException e) {
            throw Broken.because(e, file, "is no zip archive that can be read: %s", e.getMessage());
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    private void list() {
        if (zip.size() > MOST_ARRAYS) {
            throw Broken.file(file, "has %d members, at most %d are allowed", zip.size(), MOST_ARRAYS);
        }
        zip.stream().filter(entry -> entry.getName().endsWith(".npy"))
                .forEach(entry -> entries.put(entry.getName().substring(0, entry.getName().length() - 4), entry));
        if (entries.isEmpty()) {
            throw Broken.file(file, "is a zip archive without arrays (.npy); numpy.savez writes one");
        }
    }

    /** The names of the arrays, in the order of the archive. */
    public Iterable<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /**
     * An array by name.
     *
     * @throws LatentException if it is damaged or suspiciously large
     */
    public Optional<Npy> array(String name) {
        ZipEntry entry = entries.get(name);
        return entry == null ? Optional.empty() : Optional.of(array(name, entry));
    }

    private Npy array(String name, ZipEntry entry) {
        long size = entry.getSize();
        long packed = entry.getCompressedSize();
        if (size < 0 || packed < 0) {
            throw Broken.file(file, "doesn't say how large the array '%s' is", name);
        }
        if (size > HARMLESS && size / Math.max(1, packed) >= MOST_RATIO) {
            throw Broken.file(file,
                    "the array '%s' would unpack from %d bytes to %d: that looks like a zip bomb; save it uncompressed if it is meant",
                    name, packed, size);
        }
        try {
            return Npy.of(file, "the array '" + name + "' ", () -> new Checked(zip.getInputStream(entry), entry), size);
        } catch (IOException e) {
            throw Broken.because(e, file, "the array '%s' can't be unpacked: %s", name, e.getMessage());
        }
    }

    /** A member whose checksum is compared behind its last byte, which {@link ZipFile} leaves undone. */
    private static final class Checked extends CheckedInputStream {
        private final ZipEntry entry;
        private long left;

        Checked(InputStream in, ZipEntry entry) {
            super(in, new CRC32());
            this.entry = entry;
            this.left = entry.getSize();
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            check(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            check(Math.max(0, read));
            return read;
        }

        private void check(int read) throws ZipException {
            left -= read;
            if (read > 0 && left == 0 && entry.getCrc() >= 0 && getChecksum().getValue() != entry.getCrc()) {
                throw new ZipException("its checksum isn't the archive's, so it was changed or damaged; fetch or save it again");
            }
        }
    }

    /** Closes the archive; its arrays can't be read any more. */
    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException _) {
            // nothing was written
        }
    }
}
