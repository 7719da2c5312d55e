package org.latent4j.workbench;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import org.latent4j.kernel.LatentException;

/** The bytes of a file, hashed and counted as they are read. */
final class HashedFile extends FilterInputStream {
    private final Path file;
    private final LongConsumer progress;
    private final MessageDigest digest = newSha256();
    private long count;

    private HashedFile(Path file, InputStream in, LongConsumer progress) {
        super(in);
        this.file = file;
        this.progress = progress;
    }

    /**
     * Opens a file.
     *
     * @param progress hears how many bytes have been read
     * @throws LatentException if it can't be read
     */
    static HashedFile open(Path file, LongConsumer progress) {
        if (Files.isDirectory(file)) {
            throw new LatentException("%s is a folder, not a file".formatted(file));
        }
        try {
            return new HashedFile(file, Files.newInputStream(file), progress);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int read = super.read(bytes, from, length);
        if (read > 0) {
            digest.update(bytes, from, read);
            count += read;
            progress.accept(count);
        }
        return read;
    }

    /** Reads what is left, and tells the hash of the whole file. */
    String sha256() throws IOException {
        byte[] rest = new byte[1 << 13];
        int read = 0;
        while (read >= 0) {
            read = read(rest, 0, rest.length);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a file, in hexadecimal digits. */
    static String hashOf(Path file) {
        try (HashedFile in = open(file, _ -> {})) {
            return in.sha256();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** What went wrong, in one line that names the file. */
    LatentException unreadable(IOException e) {
        return unreadable(file, e);
    }

    private static LatentException unreadable(Path file, IOException e) {
        String why = switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
        return new LatentException("can't read %s: %s".formatted(file, why), e);
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
