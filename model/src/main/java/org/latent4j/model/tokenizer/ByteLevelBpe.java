package org.latent4j.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.latent4j.kernel.LatentException;

/**
 * Byte-level BPE: a text is cut at the special tokens it writes out, then into words, each word's bytes become letters
 * of {@link ByteAlphabet}, and neighbours are merged. A byte whose letter is not in the vocabulary is left out, as the
 * references do (SmolLM2's vocabulary lacks six control characters).
 *
 * <p>This is our own, not the library that a {@code tokenizer.json} goes through: handing that one a GGUF's vocabulary
 * costs three times the start-up (150 ms against 50), and a fault in native code would end the JVM.
 */
final class ByteLevelBpe implements Codec {
    private final BpeDefinition definition;
    private final TokenIndex ids;
    private final Merges merges;
    private final PreTokenizer.Splitter splitter;
    private final SpecialTokens special;
    private final int[] letters = new int[256]; // id of each byte's letter, -1 where there is none
    private final byte[][] bytes; // by id, made when first asked for

    ByteLevelBpe(BpeDefinition definition) {
        this.definition = definition;
        List<String> tokens = definition.tokens();
        ids = new TokenIndex(tokens);
        merges = new Merges(definition.merges(), ids, definition.source());
        splitter = definition.preTokenizer().splitter();
        special = new SpecialTokens(definition.writtenOut(), tokens);
        for (int value = 0; value < letters.length; value++) {
            letters[value] = ids.id(String.valueOf(ByteAlphabet.letter(value)));
        }
        bytes = new byte[tokens.size()][];
    }

    @Override
    public int[] encode(String text) {
        Ids found = new Ids();
        encode(text, found);
        return found.toArray();
    }

    @Override
    public int[] encodeWithSpecial(String text) {
        Ids found = new Ids();
        if (definition.addBegin()) {
            found.add(definition.begin().orElseThrow());
        }
        encode(text, found);
        if (definition.addEnd()) {
            found.add(definition.end().orElseThrow());
        }
        return found.toArray();
    }

    private void encode(String text, Ids found) {
        Word word = new Word();
        int at = 0;
        while (at < text.length()) {
            SpecialTokens.Found token = special.next(text, at);
            encodePiece(text, at, token.from(), word, found);
            if (token.id() >= 0) {
                found.add(token.id());
            }
            at = token.to();
        }
    }

    private void encodePiece(String text, int start, int end, Word word, Ids found) {
        if (definition.preTokenizer().composes()) {
            String piece = text.substring(start, end);
            if (!Normalizer.isNormalized(piece, Normalizer.Form.NFC)) {
                String composed = Normalizer.normalize(piece, Normalizer.Form.NFC);
                splitter.split(composed, 0, composed.length(), (from, to) -> word.encode(composed, from, to, found));
                return;
            }
        }
        splitter.split(text, start, end, (from, to) -> word.encode(text, from, to, found));
    }

    /** Working memory for one text. */
    private final class Word {
        private int[] symbols = new int[64];
        private int length;

        void encode(String text, int from, int to, Ids found) {
            length = 0;
            if (symbols.length < 3L * (to - from)) { // a character of UTF-16 is three bytes at most
                symbols = new int[Math.multiplyExact(3, to - from)];
            }
            for (int i = from; i < to; i++) {
                char c = text.charAt(i);
                if (Character.isHighSurrogate(c)) {
                    add(Character.toCodePoint(c, text.charAt(++i)));
                } else {
                    add(c);
                }
            }
            int whole = definition.preTokenizer().wholeWords() ? ids.id(written(text, from, to)) : TokenIndex.NONE;
            if (whole != TokenIndex.NONE) {
                found.add(whole);
            } else {
                found.add(symbols, merges.apply(symbols, length));
            }
        }

        /** Adds the letters of a character's UTF-8 bytes. */
        private void add(int codePoint) {
            if (codePoint < 0x80) {
                addByte(codePoint);
                return;
            }
            if (codePoint < 0x800) {
                addByte(0xC0 | codePoint >> 6);
            } else {
                if (codePoint < 0x10000) {
                    addByte(0xE0 | codePoint >> 12);
                } else {
                    addByte(0xF0 | codePoint >> 18);
                    addByte(0x80 | codePoint >> 12 & 0x3F);
                }
                addByte(0x80 | codePoint >> 6 & 0x3F);
            }
            addByte(0x80 | codePoint & 0x3F);
        }

        private void addByte(int value) {
            int id = letters[value];
            if (id >= 0) {
                symbols[length++] = id;
            }
        }
    }

    private static String written(String text, int from, int to) {
        byte[] utf8 = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
        char[] written = new char[utf8.length];
        for (int i = 0; i < written.length; i++) {
            written[i] = ByteAlphabet.letter(utf8[i] & 0xFF);
        }
        return new String(written);
    }

    @Override
    public List<Tokenizer.Span> spans(String text) {
        int[] found = encode(text);
        return TokenSpans.of(text, found, i -> bytes(found[i]));
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int id : ids) {
            all.writeBytes(bytes(id));
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String token(int id) {
        return new String(bytes(id), StandardCharsets.UTF_8);
    }

    @Override
    public TextStream stream() {
        return new ByteStream(this::bytes);
    }

    private byte[] bytes(int id) {
        if (id < 0 || id >= bytes.length) {
            throw outOfRange(id, bytes.length);
        }
        byte[] known = bytes[id];
        if (known == null) { // two threads may both make them; they are equal
            String token = definition.tokens().get(id);
            known = isWrittenOut(id) ? token.getBytes(StandardCharsets.UTF_8) : ByteAlphabet.bytes(token);
            bytes[id] = known;
        }
        return known;
    }

    static LatentException outOfRange(int id, int size) {
        return new LatentException("token id " + id + " is out of range; this tokenizer's ids are 0 to " + (size - 1));
    }

    private boolean isWrittenOut(int id) {
        return Arrays.binarySearch(definition.writtenOut(), id) >= 0;
    }

    @Override
    public int size() {
        return bytes.length;
    }

    @Override
    public OptionalInt beginToken() {
        return definition.begin();
    }

    @Override
    public OptionalInt endToken() {
        return definition.end();
    }

    @Override
    public Set<Integer> endTokens() {
        return definition.ends();
    }

    @Override
    public String sha256() {
        return definition.sha256();
    }

    @Override
    public void close() {}
}
