package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.insight.steering.ArmResult;
import org.latent4j.insight.steering.SweepReport;
import org.latent4j.insight.steering.SweepReport.Cell;
import org.latent4j.insight.steering.SweepReport.Controls;
import org.latent4j.insight.steering.SweepReport.Shift;
import org.latent4j.model.site.Site;

/** A sweep as JSON. */
record SweepJson(SweepReport report, Map<String, String> about, List<String> notes, List<String> prompts) {
    void write(Writer out) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator to = factory.createGenerator(out)) {
            write(to);
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(JsonGenerator to) throws IOException {
        to.writeStartObject();
        for (Map.Entry<String, String> entry : about.entrySet()) {
            to.writeStringField(entry.getKey(), entry.getValue());
        }
        to.writeStringField("effect", report.effect());
        strings(to, "effects", report.effects());
        to.writeBooleanField("works", report.works());
        to.writeStringField("verdict", report.verdict());
        strings(to, "notes", notes);
        to.writeNumberField("questions", report.questions());
        strings(to, "prompts", prompts);
        to.writeObjectFieldStart("plain");
        side(to, report.plain().side());
        strings(to, "texts", report.plain().texts());
        to.writeEndObject();
        to.writeArrayFieldStart("cells");
        for (Cell cell : report.cells()) {
            write(to, cell);
        }
        to.writeEndArray();
        to.writeEndObject();
    }

    private void write(JsonGenerator to, Cell cell) throws IOException {
        to.writeStartObject();
        to.writeStringField("layers", cell.layers());
        to.writeNumberField("strength", cell.strength());
        to.writeObjectFieldStart("absolute");
        for (Map.Entry<Site, Double> entry : cell.absolute().entrySet()) {
            number(to, entry.getKey().toString(), entry.getValue());
        }
        to.writeEndObject();
        Shift own = cell.effects().get(report.effect());
        if (own != null) {
            number(to, "effect", own.mean());
            number(to, "low", own.low());
            number(to, "high", own.high());
        }
        to.writeObjectFieldStart("effects");
        for (Map.Entry<String, Shift> entry : cell.effects().entrySet()) {
            to.writeObjectFieldStart(entry.getKey());
            number(to, "mean", entry.getValue().mean());
            number(to, "low", entry.getValue().low());
            number(to, "high", entry.getValue().high());
            to.writeEndObject();
        }
        to.writeEndObject();
        to.writeBooleanField("whole", cell.whole());
        side(to, cell.result().side());
        to.writeBooleanField("confirmed", cell.result().confirmed());
        to.writeStringField("verdict", cell.verdict());
        if (cell.controls().isPresent()) {
            write(to, cell.controls().get());
        }
        strings(to, "texts", cell.result().texts());
        to.writeEndObject();
    }

    private static void write(JsonGenerator to, Controls controls) throws IOException {
        to.writeObjectFieldStart("controls");
        to.writeArrayFieldStart("random");
        for (double shift : controls.random()) {
            if (Double.isFinite(shift)) {
                to.writeNumber((float) shift);
            } else {
                to.writeNull();
            }
        }
        to.writeEndArray();
        number(to, "shuffled", controls.shuffled().orElse(Double.NaN));
        number(to, "p", controls.p());
        number(to, "p_student", controls.pStudent());
        number(to, "p_corrected", controls.corrected());
        to.writeEndObject();
    }

    private static void side(JsonGenerator to, Optional<ArmResult.Side> given) throws IOException {
        if (given.isEmpty()) {
            return;
        }
        ArmResult.Side side = given.get();
        number(to, "text_perplexity", side.textPerplexity());
        number(to, "neutral_perplexity", side.neutralPerplexity());
        number(to, "divergence", side.divergence());
        number(to, "repetition", side.repetition());
        number(to, "distinct_words", side.distinct());
        number(to, "length", side.length());
        number(to, "accuracy", side.accuracy());
    }

    private static void strings(JsonGenerator to, String name, List<String> values) throws IOException {
        to.writeArrayFieldStart(name);
        for (String value : values) {
            to.writeString(TokenText.wellFormed(value));
        }
        to.writeEndArray();
    }

    static void number(JsonGenerator to, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            to.writeNumberField(name, (float) value);
        } else {
            to.writeNullField(name);
        }
    }
}
