package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** How the workbench reads JSON that strangers wrote: strictly, with bounds, with errors of one line. */
final class Json {
    private Json() {}

    /** A factory of strict, bounded parsers. */
    static JsonFactory strict() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(TextInput.LONGEST_TEXT)
                        .maxNestingDepth(100)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.AUTO_CLOSE_SOURCE) // the file is hashed to its end
                .build();
    }

    /** What is wrong with a file's JSON, in one line. */
    static LatentException broken(String place, JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
        String why = switch (e) {
            case JsonEOFException _ -> "it ends in the middle";
            case StreamConstraintsException _ ->
                "something in it is too long or too deeply nested; a text may have %s characters"
                        .formatted(Amounts.count(TextInput.LONGEST_TEXT));
            default -> brief(e.getOriginalMessage());
        };
        return new LatentException("%s isn't valid JSON%s: %s".formatted(place, where, why), e);
    }

    // The parser's messages go on after a colon with what it would have liked better.
    private static String brief(@Nullable String message) {
        if (message == null) {
            return "it can't be read";
        }
        int colon = message.indexOf(": ");
        return (colon < 0 ? message : message.substring(0, colon)).replace('\n', ' ');
    }

    /** A token's kind for messages: {@code a number}. */
    static String kind(@Nullable JsonToken token) {
        return switch (token) {
            case null -> "nothing";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            default -> token.name();
        };
    }
}
