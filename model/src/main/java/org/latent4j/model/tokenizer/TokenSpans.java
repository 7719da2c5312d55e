package org.latent4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Finds tokens again in the text that they were cut from, by their bytes: one after the other where nothing was changed before
 * cutting, else the nearest place ahead.
 */
final class TokenSpans {
    /** How far ahead a token is looked for that isn't where the one before ended. */
    private static final int AHEAD = 64;

    private TokenSpans() {}

    static List<Tokenizer.Span> of(String text, int[] ids, IntFunction<byte[]> bytesOf) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] character = characters(text, utf8.length);
        List<Tokenizer.Span> spans = new ArrayList<>(ids.length);
        int at = 0;
        for (int i = 0; i < ids.length; i++) {
            byte[] token = bytesOf.apply(i);
            int skipped = 0;
            int found = find(utf8, at, token, 0);
            if (found < 0 && token.length > 1 && token[0] == ' ') { // a space that the tokenizer put before the text
                skipped = 1;
                found = find(utf8, at, token, 1);
            }
            if (found < 0) {
                spans.add(new Tokenizer.Span(character[at], character[at]));
                continue;
            }
            int end = found + token.length - skipped;
            int last = end;
            while (last < utf8.length && (utf8[last] & 0xC0) == 0x80) {
                last++; // to the end of a character that the token holds a part of
            }
            spans.add(new Tokenizer.Span(character[found], end == found ? character[found] : character[last]));
            at = end;
        }
        return spans;
    }

    private static int find(byte[] utf8, int at, byte[] token, int from) {
        for (int begin = at; begin <= Math.min(at + AHEAD, utf8.length - (token.length - from)); begin++) {
            int same = from;
            while (same < token.length && utf8[begin + same - from] == token[same]) {
                same++;
            }
            if (same == token.length) {
                return begin;
            }
        }
        return -1;
    }

    /** For each byte the character that it belongs to. */
    private static int[] characters(String text, int bytes) {
        int[] character = new int[bytes + 1];
        int at = 0;
        for (int i = 0; i < text.length();) {
            int point = text.codePointAt(i);
            int length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            for (int b = 0; b < length; b++) {
                character[at++] = i;
            }
            i += Character.charCount(point);
        }
        character[bytes] = text.length();
        return character;
    }
}
