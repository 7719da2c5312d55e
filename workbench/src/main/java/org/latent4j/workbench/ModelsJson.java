package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.model.Models;
import org.latent4j.model.store.Entry;

/**
 * The list of models as one JSON array:
 *
 * <pre>{@code
 * [{"name": "smollm2-135m-instruct", "place": "own",      // own, hugging_face, ollama, catalogue
 *   "kind": "language model",                             // language model, sentence encoder, word vectors; null where not known, as below
 *   "path": "/home/…/x.gguf", "bytes": 98362432, "licence": "Apache-2.0",
 *   "architecture": "llama", "layers": 30, "width": 576, "quantisation": "Q4_1/Q8_0/F32", "origin": "hub …"}, …]
 * }</pre>
 */
final class ModelsJson {
    private ModelsJson() {}

    /** Writes the array and a line feed; leaves the writer open. */
    static void write(List<Entry> entries, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.writeStartArray();
            for (Entry entry : entries) {
                write(entry, json);
            }
            json.writeEndArray();
        }
        out.write('\n');
    }

    /**
     * Writes what was found of one model: {@code {"model": …, "right": false, "findings": [{"what": "values", "right": false, "told": …}, …]}}.
     */
    static void write(String model, List<Models.Finding> findings, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeBooleanField("right", findings.stream().allMatch(Models.Finding::right));
            json.writeArrayFieldStart("findings");
            for (Models.Finding finding : findings) {
                json.writeStartObject();
                json.writeStringField("what", finding.what());
                json.writeBooleanField("right", finding.right());
                json.writeStringField("told", finding.told());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static void write(Entry entry, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeStringField("place", entry.place().name().toLowerCase(java.util.Locale.ROOT));
        write("kind", entry.kind(), json);
        write("path", entry.path().map(Path::toString), json);
        json.writeNumberField("bytes", entry.bytes());
        write("licence", entry.licence(), json);
        write("architecture", entry.details().architecture(), json);
        write("layers", entry.details().layers(), json);
        write("width", entry.details().width(), json);
        write("quantisation", entry.details().quantisation(), json);
        json.writeStringField("origin", entry.origin());
        json.writeEndObject();
    }

    private static void write(String name, Optional<String> value, JsonGenerator json) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        } else {
            json.writeNullField(name);
        }
    }

    private static void write(String name, OptionalInt value, JsonGenerator json) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsInt());
        } else {
            json.writeNullField(name);
        }
    }
}
