package org.latent4j.model.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** A SHA-256 in the making. */
final class Sha256 {
    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void add(byte[] bytes, int count) {
        digest.update(bytes, 0, count);
    }

    void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Adds a file's bytes; {@code read} hears how many came. */
    void add(Path file, LongConsumer read) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int count; (count = channel.read(buffer.clear())) >= 0;) {
                add(buffer.flip());
                read.accept(count);
            }
        }
    }

    /** 64 lower-case hexadecimal digits; ends the sum. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    static boolean isHex(String text) {
        return text.length() == 64 && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
