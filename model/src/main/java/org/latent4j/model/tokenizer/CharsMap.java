package org.latent4j.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.latent4j.kernel.LatentException;

/**
 * SentencePiece's precompiled normalisation: the size of a double-array trie, its units, and the replacements that its
 * leaves point to. Checked before the library sees it, because an index out of bounds there ends the process.
 */
final class CharsMap {
    private static final int LABELS = 256;
    private static final int LABEL = 1 << 31 | 0xFF; // leaves' values have the sign bit and so are no labels

    private final int[] units;
    private final byte[] replacements;
    private final BitSet seen = new BitSet();
    private final Deque<Integer> bases = new ArrayDeque<>();

    private CharsMap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /** Refuses what would lead out of bounds; {@code source} is for errors. */
    static void check(byte[] map, String source) {
        if (!isSound(map)) {
            throw new LatentException(source + " has a normalisation (tokenizer.ggml.precompiled_charsmap) that leads"
                    + " out of bounds; the file is damaged");
        }
    }

    private static boolean isSound(byte[] map) {
        ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        if (map.length < Integer.BYTES) {
            return false;
        }
        int size = in.getInt();
        if (size < LABELS * Integer.BYTES || size % Integer.BYTES != 0 || size >= in.remaining()) {
            return false;
        }
        int[] units = new int[size / Integer.BYTES];
        for (int i = 0; i < units.length; i++) {
            units[i] = in.getInt();
        }
        byte[] replacements = new byte[in.remaining()];
        in.get(replacements);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
        } catch (CharacterCodingException e) {
            return false;
        }
        return replacements[replacements.length - 1] == 0 && new CharsMap(units, replacements).staysInside();
    }

    /** Follows every path from the root; from each base all labels must be inside, whatever the text says. */
    private boolean staysInside() {
        if (!visit(offset(units[0]))) {
            return false;
        }
        while (!bases.isEmpty()) {
            int base = bases.pop();
            for (int label = 1; label < LABELS; label++) {
                int unit = units[base ^ label];
                if ((unit & LABEL) != label) {
                    continue;
                }
                int next = base ^ label ^ offset(unit);
                if (!visit(next) || (unit >>> 8 & 1) == 1 && !isReplacement(units[next] & Integer.MAX_VALUE)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean visit(int base) {
        if ((base | LABELS - 1) >= units.length) {
            return false;
        }
        if (!seen.get(base)) {
            seen.set(base);
            bases.push(base);
        }
        return true;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6) & Integer.MAX_VALUE;
    }

    /** Whether a replacement can begin there: inside, at the first byte of a character. */
    private boolean isReplacement(int at) {
        return at < replacements.length && (replacements[at] & 0xC0) != 0x80;
    }
}
