package org.latent4j.model.tokenizer;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What a kind of tokenizer can do. Texts are valid UTF-16 and ids in range; {@link Tokenizer} sees to that. */
sealed interface Codec extends AutoCloseable permits ByteLevelBpe, SentencePiece, LibraryCodec {
    int[] encode(String text);

    int[] encodeWithSpecial(String text);

    /** Where the tokens of {@link #encode} lie in the text, by the characters that they begin and end at. */
    List<Tokenizer.Span> spans(String text);

    String decode(int[] ids);

    String token(int id);

    TextStream stream();

    int size();

    OptionalInt beginToken();

    OptionalInt endToken();

    Set<Integer> endTokens();

    /** The token that stands for what the vocabulary can't write, if the tokenizer's definition names one. */
    default OptionalInt unknownToken() {
        return OptionalInt.empty();
    }

    String sha256();

    @Override
    void close();
}
