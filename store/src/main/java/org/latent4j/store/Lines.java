package org.latent4j.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** How an item is written as a line of {@code items.jsonl}: its name first, so that names can be read without the rest. */
final class Lines {
    static final JsonFactory FACTORY = JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
    /** The name's key. */
    static final String ID = "id";
    /** The longest line that is read. */
    static final int LONGEST = 1 << 24;

    private Lines() {}

    /** Writes an item without the line's end. */
    static void write(OutputStream out, String name, Map<String, Object> fields) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeStringField(ID, name);
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                if (!field.getKey().equals(ID)) {
                    json.writeFieldName(field.getKey());
                    value(json, field.getValue());
                }
            }
            json.writeEndObject();
        }
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case String text -> json.writeString(text);
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            case Float number when Float.isFinite(number) -> json.writeNumber(number);
            case Boolean flag -> json.writeBoolean(flag);
            default -> json.writeString(value.toString());
        }
    }
}
