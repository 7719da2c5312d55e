package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import org.latent4j.space.ranking.MeanInterval;

/** How the commands on spaces write JSON: one value and a line feed. */
final class SpaceJson {
    private SpaceJson() {}

    /** What is written. */
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    static void print(PrintWriter out, Content content) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        factory.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
        try (JsonGenerator json = factory.createGenerator(out)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a PrintWriter doesn't fail so", e);
        }
        out.println();
        out.flush();
    }

    /** {@code "NAME": [{"index": …, "name": …, "similarity": …}, …]}. */
    static void ranked(JsonGenerator json, String field, Space space, List<Ranked> ranked) throws IOException {
        json.writeArrayFieldStart(field);
        for (Ranked one : ranked) {
            json.writeStartObject();
            json.writeNumberField("index", one.point());
            json.writeStringField("name", space.name(one.point()));
            json.writeNumberField("similarity", (float) one.similarity());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** {@code "NAME": {"mean": …, "low": …, "high": …}}. */
    static void interval(JsonGenerator json, String field, MeanInterval interval) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeNumberField("mean", interval.mean());
        json.writeNumberField("low", interval.low());
        json.writeNumberField("high", interval.high());
        json.writeEndObject();
    }
}
