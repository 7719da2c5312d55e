package org.latent4j.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * SHA-256 of a tokenizer's definition, part by part. Each string is preceded by its length, each list by its size; each
 * number has four bytes, big endian; a token that there isn't is -1.
 */
final class DefinitionDigest {
    private final MessageDigest digest = sha256();

    DefinitionDigest add(List<String> strings) {
        add(strings.size());
        strings.forEach(this::add);
        return this;
    }

    DefinitionDigest add(String string) {
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    DefinitionDigest add(int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        return this;
    }

    /** The numbers without their count. */
    DefinitionDigest add(int[] numbers) {
        for (int number : numbers) {
            add(number);
        }
        return this;
    }

    DefinitionDigest add(OptionalInt token) {
        return add(token.orElse(-1));
    }

    /** The numbers in ascending order, without their count. */
    DefinitionDigest add(Set<Integer> numbers) {
        new TreeSet<>(numbers).forEach(this::add);
        return this;
    }

    /** 64 hexadecimal digits; nothing can be added afterwards. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of bytes as 64 hexadecimal digits. */
    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has it
        }
    }
}
