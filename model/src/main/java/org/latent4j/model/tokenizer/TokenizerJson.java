package org.latent4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * What a {@code tokenizer.json} says about its tokens: the text of each id and how a token is written. The library
 * encodes; this decodes and answers what the library can't: the size, a token by id, an id by token.
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
    private static final int DEEPEST = 100; // the library ends the process somewhat above
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build()).build();
    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY); // of two the library might take the other

    private @Nullable String[] tokens = new String[0];
    private int size;
    private Decoder decoder = new Decoder.Spaced();
    private @Nullable String unknown;
    private int unknownPlace = -1;
    private final Map<String, Integer> ids = new HashMap<>();

    private TokenizerJson() {}

    /** Reads the bytes of the file; {@code name} is for errors. */
    static TokenizerJson read(byte[] json, String name) {
        TokenizerJson read = new TokenizerJson();
        try (JsonParser parser = FACTORY.createParser(json)) {
            expect(next(parser) == JsonToken.START_OBJECT, "it isn't an object");
            while (next(parser) == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = next(parser);
                switch (field) {
                    case "model" -> read.model(parser, value);
                    case "added_tokens" -> read.addedTokens(parser, value);
                    case "normalizer", "pre_tokenizer", "post_processor" ->
                        LibraryLimits.check(checked(MAPPER.readTree(parser)));
                    case "decoder" -> read.decoder = Decoder.of(checked(MAPPER.readTree(parser)));
                    default -> skip(parser);
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT && next(parser) == null, "something follows its end");
            return read;
        } catch (IOException e) {
            throw new LatentException(name + " isn't a tokenizer: " + firstLine(e) + "; fetch it again", e);
        }
    }

    private static String firstLine(IOException e) {
        return Names.line(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }

    private void model(JsonParser parser, @Nullable JsonToken start) throws IOException {
        expect(start == JsonToken.START_OBJECT, "its model isn't an object");
        boolean merges = false;
        boolean prefix = false;
        while (next(parser) == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            boolean vocabulary = field.equals("vocab");
            JsonToken value = next(parser);
            merges |= field.equals("merges");
            prefix |= field.equals("continuing_subword_prefix") && value == JsonToken.VALUE_STRING && !parser.getText().isEmpty();
            if (vocabulary && value == JsonToken.START_OBJECT) {
                while (next(parser) == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    expect(next(parser) == JsonToken.VALUE_NUMBER_INT, "an id isn't a whole number");
                    put(token, parser.getIntValue());
                }
            } else if (vocabulary && value == JsonToken.START_ARRAY) {
                pieces(parser);
            } else if (field.equals("unk_token") && value == JsonToken.VALUE_STRING) {
                unknown = parser.getText();
            } else if (field.equals("unk_id") && value == JsonToken.VALUE_NUMBER_INT) {
                unknownPlace = parser.getIntValue();
            } else {
                skip(parser);
            }
        }
        // the library cuts the prefix off whatever is merged, without a look, and ends the process where it isn't there
        expect(!(merges && prefix), "merges with a continuing_subword_prefix aren't supported");
    }

    /** Unigram's vocabulary: {@code [[token, score], …]}, ids by place. */
    private void pieces(JsonParser parser) throws IOException {
        for (int id = 0; next(parser) == JsonToken.START_ARRAY; id++) {
            expect(next(parser) == JsonToken.VALUE_STRING, "a token isn't a string");
            put(parser.getText(), id);
            while (next(parser) != JsonToken.END_ARRAY) {
                expect(parser.currentToken() != null, "it ends early");
                skip(parser);
            }
        }
    }

    private void addedTokens(JsonParser parser, @Nullable JsonToken start) throws IOException {
        expect(start == JsonToken.START_ARRAY || start == JsonToken.VALUE_NULL, "its added_tokens aren't an array");
        while (start == JsonToken.START_ARRAY && next(parser) == JsonToken.START_OBJECT) {
            int id = -1;
            String content = "";
            while (next(parser) == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = next(parser);
                if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
                    id = parser.getIntValue();
                } else if (field.equals("content") && value == JsonToken.VALUE_STRING) {
                    content = parser.getText();
                } else {
                    skip(parser);
                }
            }
            put(content, id);
        }
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

    /**
     * The next token, checked: the library ends the process at a number that a double can't hold and at half a
     * surrogate pair, so it gets neither.
     */
    private static @Nullable JsonToken next(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
            expect(Double.isFinite(parser.getDoubleValue()), "a number is out of range");
        } else if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
            expect(Tokenizer.loneSurrogate(parser.getText()) < 0, "a string isn't valid Unicode");
        }
        return token;
    }

    /** A value that was read as a whole, checked in the same way. */
    private static JsonNode checked(JsonNode value) throws IOException {
        expect(!value.isNumber() || Double.isFinite(value.asDouble()), "a number is out of range");
        expect(Tokenizer.loneSurrogate(value.asText()) < 0, "a string isn't valid Unicode");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            expect(Tokenizer.loneSurrogate(field.getKey()) < 0, "a string isn't valid Unicode");
        }
        for (JsonNode part : value) {
            checked(part);
        }
        return value;
    }

    /** Goes to the end of a value. */
    private static void skip(JsonParser parser) throws IOException {
        int depth = parser.currentToken() != null && parser.currentToken().isStructStart() ? 1 : 0;
        while (depth > 0) {
            JsonToken token = next(parser);
            if (token == null) {
                throw new IOException("it ends early");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        }
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

    /** The id of the token for what the vocabulary can't write, where the model names one: by itself or, Unigram's, by its place. */
    OptionalInt unknown() {
        OptionalInt named = unknown == null ? OptionalInt.empty() : id(unknown);
        return named.isPresent() || unknownPlace < 0 || unknownPlace >= size ? named : OptionalInt.of(unknownPlace);
    }

    Writing writing() {
        return decoder.writing();
    }

    /** Whether the token is {@code <0xE2>}, one byte of a character. */
    boolean isByte(int id) {
        return writing() == Writing.SENTENCE_PIECE && Decoder.ByteFallback.byteOf(text(id)) >= 0;
    }

    /** The text of ids; those that no token has say nothing. */
    String decode(int[] ids) {
        List<String> said = new ArrayList<>(ids.length);
        for (int id : ids) {
            text(id); // refuses ids out of range
            String token = tokens[id];
            if (token != null) {
                said.add(token);
            }
        }
        return String.join("", decoder.apply(said));
    }

    /** What a token stands for, as UTF-8; ids that no token has stand for nothing. */
    byte[] bytes(int id) {
        String token = text(id);
        return switch (writing()) {
            case BYTES -> ByteAlphabet.bytes(token);
            case PLAIN -> token.getBytes(StandardCharsets.UTF_8);
            case SENTENCE_PIECE -> isByte(id)
                    ? new byte[]{(byte) Decoder.ByteFallback.byteOf(token)}
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
}
