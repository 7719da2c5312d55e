package org.latent4j.model.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.latent4j.model.tokenizer.Tokenizer.Span;

class TokenSpansTest {
    private static List<Span> of(String text, byte[]... tokens) {
        return TokenSpans.of(text, new int[tokens.length], i -> tokens[i]);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void tokensLieOneAfterTheOther() {
        assertEquals(List.of(new Span(0, 3), new Span(3, 9), new Span(9, 10)), of("The métro!", utf8("The"), utf8(" métro"), utf8("!")));
    }

    @Test
    void tokensThatShareACharacterLieOverAllOfIt() {
        byte[] face = utf8("😀");
        assertEquals(List.of(new Span(0, 1), new Span(1, 3), new Span(1, 3), new Span(3, 4)),
                of("a😀b", utf8("a"), new byte[]{face[0], face[1]}, new byte[]{face[2], face[3]}, utf8("b")));
    }

    @Test
    void aSpaceThatTheTokenizerPutBeforeTheTextIsNotInIt() {
        assertEquals(List.of(new Span(0, 2), new Span(2, 5)), of("Is it", utf8(" Is"), utf8(" it")));
    }

    @Test
    void whatWasChangedBeforeCuttingIsPassedOver() {
        assertEquals(List.of(new Span(0, 0), new Span(2, 5)), of("é it".replace("é", "e\u0301"), utf8("é"), utf8(" it")));
    }
}
