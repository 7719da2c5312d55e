package org.latent4j.model.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.format.TokenizerFiles;

/**
 * Cuts texts into token ids and puts ids together to texts, exactly as the model's own tokenizer does. Adds nothing to
 * a text unless asked to. Encoding and decoding are safe for threads; the same text always has the same ids.
 */
public final class Tokenizer implements AutoCloseable {
    private static final int LONGEST_TEXT = 1 << 26; // characters; beyond that working memory gets out of hand

    private final Codec codec;

    Tokenizer(Codec codec) {
        this.codec = codec;
    }

    /**
     * Opens the tokenizer of a model. What it needs is copied: a GGUF may be closed afterwards.
     *
     * @throws LatentException if there is none, it is of a kind that isn't supported, or its files are damaged
     */
    public static Tokenizer open(TokenizerFiles files) {
        return new Tokenizer(switch (files) {
            case TokenizerFiles.Folder(Path folder) -> FolderTokenizer.open(folder);
            case TokenizerFiles.Embedded(Gguf gguf) -> {
                GgufMetadata metadata = new GgufMetadata(gguf);
                yield GgufTokenizer.open(metadata, metadata.name());
            }
        });
    }

    /**
     * The ids of a text and nothing else. Special tokens that it writes out ({@code <|im_start|>}) are recognised.
     *
     * @throws LatentException if the text has a lone surrogate or more than 2^26 characters
     */
    public int[] encode(String text) {
        return codec.encode(checked(text));
    }

    /**
     * The ids of a text with the begin and end tokens that the model's tokenizer adds, which may be none.
     *
     * @throws LatentException if the text has a lone surrogate or more than 2^26 characters
     */
    public int[] encodeWithSpecial(String text) {
        return codec.encodeWithSpecial(checked(text));
    }

    /**
     * A piece of a text.
     *
     * @param from its first character, in UTF-16
     * @param to one more than its last
     */
    public record Span(int from, int to) {}

    /**
     * Where the tokens of {@link #encode} lie in a text, one after the other. Tokens that share a character (bytes of one) all lie over
     * all of it; a token that stands for nothing in the text has a span of no length. White space that a token begins with may or may
     * not count to it.
     */
    public List<Span> spans(String text) {
        return codec.spans(checked(text));
    }

    /**
     * The text of ids, special tokens written out. Bytes that can't become a character appear as U+FFFD.
     *
     * @throws LatentException if an id is out of range
     */
    public String decode(int[] ids) {
        return codec.decode(ids);
    }

    /**
     * What one token says: {@code " Paris"}, {@code "\n"}. A token of bytes that aren't whole characters shows U+FFFD.
     *
     * @throws LatentException if the id is out of range
     */
    public String token(int id) {
        return codec.token(id);
    }

    /** A new stream from ids to text. */
    public TextStream stream() {
        return codec.stream();
    }

    /** The number of tokens; ids are 0 to size - 1. */
    public int size() {
        return codec.size();
    }

    /** The token that opens a text, if there is one. */
    public OptionalInt beginToken() {
        return codec.beginToken();
    }

    /** The token that ends a text, if there is one. */
    public OptionalInt endToken() {
        return codec.endToken();
    }

    /** The tokens at which a continuation ends: {@link #endToken()} and those that end a turn ({@code <|im_end|>}). */
    public Set<Integer> endTokens() {
        return codec.endTokens();
    }

    /** The token that stands for what the vocabulary can't write, if a {@code tokenizer.json} names one. */
    public OptionalInt unknownToken() {
        return codec.unknownToken();
    }

    /** SHA-256 of the tokenizer's definition, 64 hexadecimal digits; computed when asked for. */
    public String sha256() {
        return codec.sha256();
    }

    /** Frees what the tokenizer holds outside the Java heap; it can't be used after that. */
    @Override
    public void close() {
        codec.close();
    }

    private static String checked(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new LatentException("text has " + text.length() + " characters; at most " + LONGEST_TEXT
                    + " can be cut into tokens at once, divide it");
        }
        int lone = loneSurrogate(text);
        if (lone >= 0) {
            throw new LatentException("text has a lone surrogate at character " + text.codePointCount(0, lone)
                    + "; it isn't valid Unicode, take it out or replace it by U+FFFD");
        }
        return text;
    }

    /** Where a text has half a surrogate pair, or -1. */
    static int loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
