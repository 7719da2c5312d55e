package org.latent4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's way to write bytes as visible characters: printable Latin-1 stands for itself, the other 68 bytes for
 * U+0100 and what follows. Vocabularies of byte-level BPE are written in this alphabet ({@code Ġ} is a space).
 */
final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final char[] LETTERS = letters();
    private static final short[] VALUES = values();

    private ByteAlphabet() {}

    /** The letter for a byte, 0 to 255. */
    static char letter(int value) {
        return LETTERS[value];
    }

    /** The byte that a letter stands for, 0 to 255, or -1 when it isn't of the alphabet. */
    static int value(char letter) {
        return letter < VALUES.length ? VALUES[letter] : -1;
    }

    /**
     * The bytes that a token stands for. A token with a character outside the alphabet is taken literally, as the
     * references do.
     */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int value = value(token.charAt(i));
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    private static boolean standsForItself(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
    }

    private static char[] letters() {
        char[] letters = new char[BYTES];
        int next = BYTES;
        for (int value = 0; value < BYTES; value++) {
            letters[value] = (char) (standsForItself(value) ? value : next++);
        }
        return letters;
    }

    private static short[] values() {
        short[] values = new short[LETTERS[0xAD] + 1]; // the soft hyphen is the last byte that got a letter of its own
        Arrays.fill(values, (short) -1);
        for (int value = 0; value < BYTES; value++) {
            values[LETTERS[value]] = (short) value;
        }
        return values;
    }
}
