package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * What a {@code tokenizer.json} says about its tokens: the text of each id and how a token is written. The library
 * encodes and decodes; this answers what it can't: the size, a token by id, an id by token.
 */
final class TokenizerJson {
    /** How tokens are written, by the file's decoder. */
    enum Writing {
        /** In {@link ByteAlphabet}. */
        BYTES,
        /** With {@code ▁} for a space and {@code <0xE2>} for a byte. */
        SENTENCE_PIECE,
        /** As they are. */
        PLAIN
    }

    private static final int MOST_TOKENS = 1 << 24;

    private @Nullable String[] tokens = new String[0];
    private int size;
    private boolean byteLevel;
    private boolean sentencePiece;
    private final Map<String, Integer> ids = new HashMap<>();

    private TokenizerJson() { }

    /** Reads the bytes of the file; {@code name} is for errors. */
    static TokenizerJson read(byte[] json, String name) {
        TokenizerJson read = new TokenizerJson();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "isn't an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "model" -> read.model(parser, value);
                    case "added_tokens" -> read.addedTokens(parser, value);
                    case "decoder" -> read.decoder(parser);
                    default -> parser.skipChildren();
                }
            }
            return read;
        } catch (IOException e) {
            throw new LatentException(name + " isn't a tokenizer: " + firstLine(e), e);
        }
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private void model(JsonParser parser, JsonToken start) throws IOException {
        expect(start == JsonToken.START_OBJECT, "its model isn't an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean vocabulary = parser.currentName().equals("vocab");
            JsonToken value = parser.nextToken();
            if (vocabulary && value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    expect(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "an id isn't a whole number");
                    put(token, parser.getIntValue());
                }
            } else if (vocabulary && value == JsonToken.START_ARRAY) {
                pieces(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** Unigram's vocabulary: {@code [[token, score], …]}, ids by place. */
    private void pieces(JsonParser parser) throws IOException {
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            expect(parser.nextToken() == JsonToken.VALUE_STRING, "a token isn't a string");
            put(parser.getText(), id);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken() != null, "it ends early");
                parser.skipChildren();
            }
        }
    }

    private void addedTokens(JsonParser parser, JsonToken start) throws IOException {
        expect(start == JsonToken.START_ARRAY || start == JsonToken.VALUE_NULL, "its added_tokens aren't an array");
        while (start == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.START_OBJECT) {
            int id = -1;
            String content = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
                    id = parser.getIntValue();
                } else if (field.equals("content") && value == JsonToken.VALUE_STRING) {
                    content = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
            put(content, id);
        }
    }

    /** Looks which decoders there are, at whatever depth. */
    private void decoder(JsonParser parser) throws IOException {
        int depth = 0;
        JsonToken token = parser.currentToken();
        do {
            expect(token != null, "it ends early");
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (token == JsonToken.VALUE_STRING && "type".equals(parser.currentName())) {
                byteLevel |= parser.getText().equals("ByteLevel");
                sentencePiece |= parser.getText().equals("ByteFallback") || parser.getText().equals("Metaspace");
            }
            token = depth > 0 ? parser.nextToken() : null;
        } while (depth > 0);
    }

    private void put(String token, int id) throws IOException {
        expect(id >= 0 && id < MOST_TOKENS, "an id is out of range: " + id);
        if (id >= tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(id + 1, Math.min(MOST_TOKENS, 2 * tokens.length)));
        }
        size = Math.max(size, id + 1);
        tokens[id] = token;
        ids.put(token, id);
    }

    private static void expect(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException(otherwise);
        }
    }

    /** One more than the highest id. */
    int size() {
        return size;
    }

    /** The id of a token as the file writes it. */
    OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    Writing writing() {
        return byteLevel ? Writing.BYTES : sentencePiece ? Writing.SENTENCE_PIECE : Writing.PLAIN;
    }

    /** Whether the token is {@code <0xE2>}, one byte of a character. */
    boolean isByte(int id) {
        return writing() == Writing.SENTENCE_PIECE && byteOf(text(id)) >= 0;
    }

    /** What a token stands for, as UTF-8; ids that no token has stand for nothing. */
    byte[] bytes(int id) {
        String token = text(id);
        return switch (writing()) {
            case BYTES -> ByteAlphabet.bytes(token);
            case PLAIN -> token.getBytes(StandardCharsets.UTF_8);
            case SENTENCE_PIECE -> byteOf(token) >= 0 ? new byte[] {(byte) byteOf(token)}
                    : token.replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
        };
    }

    private String text(int id) {
        if (id < 0 || id >= size) {
            throw ByteLevelBpe.outOfRange(id, size);
        }
        String token = tokens[id];
        return token == null ? "" : token;
    }

    /** The byte that {@code <0xE2>} stands for, or -1. */
    private static int byteOf(String token) {
        boolean written = token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")
                && HexFormat.isHexDigit(token.charAt(3)) && HexFormat.isHexDigit(token.charAt(4));
        return written ? HexFormat.fromHexDigits(token, 3, 5) : -1;
    }
}
