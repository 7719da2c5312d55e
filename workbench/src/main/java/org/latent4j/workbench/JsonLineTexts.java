package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** One member of the JSON objects of a file that has one a line. Lines of white space are passed over. */
final class JsonLineTexts implements FileReader.Prompts {
    private final LineTexts lines;
    private final JsonFactory json = Json.strict();
    private Optional<String> wanted;
    private boolean chosen;

    JsonLineTexts(Utf8Reader in, Optional<String> wanted) {
        this.lines = new LineTexts(in);
        this.wanted = wanted;
    }

    @Override
    public @Nullable Prompt next() throws IOException {
        String line = lines.nextLine();
        while (line != null && line.isBlank()) {
            line = lines.nextLine();
        }
        if (line == null) {
            return null;
        }
        try {
            return new Prompt.Text(lines.origin(), text(line));
        } catch (JsonProcessingException e) {
            throw Json.broken(lines.origin(), e);
        }
    }

    private String text(String line) throws IOException {
        if (!chosen) {
            wanted = Optional.of(Columns.choose(lines.origin(), names(line), wanted));
            chosen = true;
        }
        String column = wanted.orElseThrow();
        String text = null;
        try (JsonParser parser = object(line)) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isColumn = parser.currentName().equals(column);
                JsonToken value = parser.nextToken();
                if (isColumn && value != JsonToken.VALUE_STRING) {
                    throw new LatentException(
                            "%s: '%s' is %s, not a string".formatted(lines.origin(), column, Json.kind(value)));
                }
                if (isColumn) {
                    text = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new LatentException("%s holds more than one object".formatted(lines.origin()));
            }
        }
        return text != null ? text : Columns.choose(lines.origin(), names(line), wanted); // which tells what is missing
    }

    private List<String> names(String line) throws IOException {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = object(line)) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        }
        return names;
    }

    private JsonParser object(String line) throws IOException {
        JsonParser parser = json.createParser(line);
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new LatentException(
                    "%s is %s, not an object".formatted(lines.origin(), Json.kind(parser.currentToken())));
        }
        return parser;
    }
}
