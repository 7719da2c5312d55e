package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** The elements of a JSON array: texts, or lists of token ids. */
final class JsonArrayPrompts implements FileReader.Prompts {
    /** Makes a prompt of an element of the array. */
    interface Element {
        /** The prompt whose first token the parser stands at; it is left at the last one. */
        Prompt read(JsonParser parser, String origin) throws IOException;
    }

    private final Utf8Reader in;
    private final Element element;
    private @Nullable JsonParser parser;
    private int number;

    JsonArrayPrompts(Utf8Reader in, Element element) {
        this.in = in;
        this.element = element;
    }

    @Override
    public @Nullable Prompt next() throws IOException {
        try {
            JsonParser tokens = parser == null ? begin() : parser;
            JsonToken token = tokens.nextToken();
            if (token == JsonToken.END_ARRAY) {
                if (tokens.nextToken() != null) {
                    throw new LatentException("%s goes on after the end of its array".formatted(in.name()));
                }
                return null;
            }
            return element.read(tokens, in.name() + "[" + number++ + "]");
        } catch (JsonProcessingException e) {
            throw Json.broken(in.name(), e);
        }
    }

    private JsonParser begin() throws IOException {
        JsonParser begun = Json.strict().createParser(in);
        parser = begun;
        if (begun.nextToken() != JsonToken.START_ARRAY) {
            throw new LatentException(
                    "%s holds %s, not an array".formatted(in.name(), Json.kind(begun.currentToken())));
        }
        return begun;
    }

    /** An element that is a text. */
    static Prompt text(JsonParser parser, String origin) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new LatentException("%s is %s, not a string".formatted(origin, Json.kind(parser.currentToken())));
        }
        return new Prompt.Text(origin, parser.getText());
    }

    /** An element that is an array of token ids. */
    static Prompt ids(JsonParser parser, String origin) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new LatentException("%s is %s; token ids come as an array for each text: [[504, 3575], [282]]"
                    .formatted(origin, Json.kind(parser.currentToken())));
        }
        int[] ids = new int[64];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (count == TextInput.LONGEST_TEXT) {
                throw new LatentException(
                        "%s has more than %s token ids".formatted(origin, Amounts.count(TextInput.LONGEST_TEXT)));
            }
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count] = id(parser, origin, count);
            count++;
        }
        return new Prompt.Ids(origin, Arrays.copyOf(ids, count));
    }

    private static int id(JsonParser parser, String origin, int index) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new LatentException(
                    "%s[%d] is %s, not a token id".formatted(origin, index, Json.kind(parser.currentToken())));
        }
        if (parser.getNumberType() != JsonParser.NumberType.INT) {
            throw new LatentException(
                    "%s[%d] is %s, too large for a token id".formatted(origin, index, parser.getText()));
        }
        return parser.getIntValue();
    }
}
