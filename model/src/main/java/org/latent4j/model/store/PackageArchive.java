package org.latent4j.model.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads named members out of a package: a wheel (zip) or an npm tarball (gzipped POSIX tar). A member's name is only compared, never
 * used as a path, so an archive can't write anywhere.
 */
final class PackageArchive {
    private static final int TAR_BLOCK = 512;
    private static final int MOST_MEMBERS = 100_000;
    private static final int LONGEST_NAME = 4096;

    private PackageArchive() {}

    /** What is done with a member's bytes. */
    @FunctionalInterface
    interface Taker {
        void take(String member, InputStream content) throws IOException;
    }

    /**
     * Gives each wanted member to {@code taker}, in the archive's order for a tarball.
     *
     * @throws FetchException if the archive is damaged or lacks a member
     */
    static void read(Path archive, Set<String> wanted, Taker taker) throws IOException {
        try {
            if (archive.getFileName().toString().endsWith(".tgz")) {
                readTarball(archive, wanted, taker);
            } else {
                readZip(archive, wanted, taker);
            }
        } catch (ZipException | java.io.EOFException e) {
            throw new FetchException("%s is damaged: %s".formatted(archive.getFileName(), e.getMessage()), e);
        }
    }

    private static void readZip(Path archive, Set<String> wanted, Taker taker) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (String name : wanted) {
                ZipEntry entry = zip.getEntry(name);
                if (entry == null) {
                    throw lacking(archive, name);
                }
                try (InputStream content = zip.getInputStream(entry)) {
                    taker.take(name, content);
                }
            }
        }
    }

    private static void readTarball(Path archive, Set<String> wanted, Taker taker) throws IOException {
        Set<String> missing = new HashSet<>(wanted);
        try (InputStream tar = new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16), 1 << 16)) {
            byte[] header = new byte[TAR_BLOCK];
            for (int count = 0; !missing.isEmpty() && tar.readNBytes(header, 0, TAR_BLOCK) == TAR_BLOCK && header[0] != 0; count++) {
                long size = octal(archive, header);
                if (count > MOST_MEMBERS) {
                    throw new FetchException("%s has more than %d members".formatted(archive.getFileName(), MOST_MEMBERS));
                }
                String name = name(header);
                boolean file = header[156] == '0' || header[156] == 0;
                Bounded content = new Bounded(tar, size);
                if (file && missing.remove(name)) {
                    taker.take(name, content);
                }
                content.skipRest();
                tar.skipNBytes(Math.floorMod(-size, (long) TAR_BLOCK));
            }
        }
        if (!missing.isEmpty()) {
            throw lacking(archive, missing.iterator().next());
        }
    }

    private static FetchException lacking(Path archive, String member) {
        return new FetchException("%s has no %s".formatted(archive.getFileName(), member));
    }

    /** POSIX ustar: 100 bytes of name at 0, 155 of prefix at 345. The packages of the catalogue need no longer ones. */
    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        String prefix = header[257] == 'u' ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, Math.min(end - from, LONGEST_NAME), StandardCharsets.UTF_8);
    }

    /** The size at 124: 12 bytes of octal digits. */
    private static long octal(Path archive, byte[] header) throws FetchException {
        long size = 0;
        for (int i = 124; i < 136; i++) {
            if (header[i] >= '0' && header[i] <= '7') {
                size = size << 3 | header[i] - '0'; // at most 12 digits, 36 bits
            } else if (header[i] != ' ' && header[i] != 0) {
                throw new FetchException("%s is no tar archive".formatted(archive.getFileName()));
            }
        }
        return size;
    }

    /** The next bytes of a stream, as a stream of their own. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long size) {
            this.in = in;
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new java.io.EOFException("it ends too early");
            }
            left -= count;
            return count;
        }

        void skipRest() throws IOException {
            in.skipNBytes(left);
            left = 0;
        }
    }
}
