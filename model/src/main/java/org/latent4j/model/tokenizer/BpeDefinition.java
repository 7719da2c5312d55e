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
 * All that makes a byte-level BPE tokenizer.
 *
 * @param source where it comes from, for errors
 * @param preTokenizer how words are cut
 * @param tokens the tokens by id, written in {@link ByteAlphabet} but for those of {@code writtenOut}
 * @param merges {@code left right}, the most urgent first
 * @param writtenOut ids, ascending, of the tokens that are recognised when a text writes them out
 * @param begin the token that opens a text
 * @param end the token that ends a text
 * @param ends all tokens that end a text or a turn
 * @param addBegin whether the model's tokenizer opens a text with {@code begin}, which then is present
 * @param addEnd whether the model's tokenizer ends a text with {@code end}, which then is present
 */
record BpeDefinition(String source, PreTokenizer preTokenizer, List<String> tokens, List<String> merges,
        int[] writtenOut, OptionalInt begin, OptionalInt end, Set<Integer> ends, boolean addBegin, boolean addEnd) {

    /**
     * SHA-256 of what decides about ids: the pre-tokenizer, each token, each merge, the ids that are recognised in
     * texts, begin and end. Each string is preceded by its length, each number has four bytes, big endian.
     */
    String sha256() {
        MessageDigest digest = digest();
        add(digest, preTokenizer.name());
        add(digest, tokens);
        add(digest, merges);
        add(digest, writtenOut.length);
        for (int id : writtenOut) {
            add(digest, id);
        }
        add(digest, begin.orElse(-1));
        add(digest, end.orElse(-1));
        for (int id : new TreeSet<>(ends)) {
            add(digest, id);
        }
        add(digest, (addBegin ? 1 : 0) + (addEnd ? 2 : 0));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256, which every Java platform has. */
    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void add(MessageDigest digest, List<String> strings) {
        add(digest, strings.size());
        strings.forEach(string -> add(digest, string));
    }

    private static void add(MessageDigest digest, String string) {
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        add(digest, bytes.length);
        digest.update(bytes);
    }

    private static void add(MessageDigest digest, int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }
}
