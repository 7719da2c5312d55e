package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import org.latent4j.insight.LensReading;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Cell;
import org.latent4j.insight.LensReading.Layer;

/**
 * A whole reading as one JSON object, every layer and every position:
 *
 * <pre>{@code
 * {"model": {"name": …, "architecture": …, "blocks": 30, "width": 576, "quantisation": …, "origin": …, "licence": …},
 *  "mode": "raw",                                 // raw, special or chat
 *  "ids": [504, …], "tokens": ["The", …],         // what the model saw, one a position
 *  "whole_tokens": 5,                             // more than there are ids if the text was cut
 *  "steering": [],                                // what interventions did, as latent generate tells it
 *  "fingerprint": {"model_sha256": …, "tokenizer_sha256": …, "prompt_mode": "raw"},     // null where not worked out
 *  "plane": {"first": 0.4, "second": 0.2, "variance": 0.6},   // shares of variance that the plane of x and y holds
 *  "layers": [{"site": "embed", "cells": [
 *     {"position": 0, "top": [{"id": …, "token": …, "probability": …}, …],
 *      "answer_rank": 17, "answer_probability": …,            // of what the model finally says at this position
 *      "entropy": …, "norm": …, "cosine": null, "x": …, "y": …}, …]}, …],
 *  "next": [{"id": …, "token": …, "probability": …}, …]}      // after the last position
 * }</pre>
 *
 * Numbers are 32-bit floats as the engine computes them, written with the fewest digits that read back the same; what
 * isn't a number ({@code cosine} at {@code embed}) is null. Entropy is in nats. Half a surrogate pair in a token is
 * written as U+FFFD.
 */
final class ReadJson {
    private final JsonGenerator json;

    private ReadJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the object and a line feed; leaves the writer open. */
    static void write(LensReading reading, ReadSubject subject, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            new ReadJson(json).reading(reading, subject);
        }
        out.write('\n');
        out.flush();
    }

    private void reading(LensReading reading, ReadSubject subject) throws IOException {
        json.writeStartObject();
        model(reading.model(), subject);
        json.writeStringField("mode", reading.mode().label());
        json.writeFieldName("ids");
        json.writeArray(reading.ids(), 0, reading.ids().length);
        json.writeArrayFieldStart("tokens");
        for (String token : reading.tokens()) {
            json.writeString(TokenText.wellFormed(token));
        }
        json.writeEndArray();
        json.writeNumberField("whole_tokens", subject.wholeTokens());
        subject.steering().write(json);
        fingerprint(subject);
        json.writeObjectFieldStart("plane");
        number("first", reading.plane().first());
        number("second", reading.plane().second());
        number("variance", reading.plane().variance());
        json.writeEndObject();
        json.writeArrayFieldStart("layers");
        for (Layer layer : reading.layers()) {
            layer(layer);
        }
        json.writeEndArray();
        candidates("next", reading.next());
        json.writeEndObject();
    }

    private void model(String name, ReadSubject subject) throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("name", name);
        json.writeStringField("architecture", subject.architecture());
        json.writeNumberField("blocks", subject.blocks());
        json.writeNumberField("width", subject.width());
        json.writeStringField("quantisation", subject.quantisation());
        json.writeStringField("origin", subject.origin());
        if (subject.licence().isPresent()) {
            json.writeStringField("licence", subject.licence().get());
        } else {
            json.writeNullField("licence");
        }
        json.writeEndObject();
    }

    private void fingerprint(ReadSubject subject) throws IOException {
        if (subject.fingerprint().isEmpty()) {
            json.writeNullField("fingerprint");
            return;
        }
        json.writeObjectFieldStart("fingerprint");
        for (Map.Entry<String, String> entry : subject.fingerprint().get().asMetadata().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private void layer(Layer layer) throws IOException {
        json.writeStartObject();
        json.writeStringField("site", layer.site());
        json.writeArrayFieldStart("cells");
        int position = 0;
        for (Cell cell : layer.cells()) {
            json.writeStartObject();
            json.writeNumberField("position", position++);
            candidates("top", cell.top());
            json.writeNumberField("answer_rank", cell.answerRank());
            number("answer_probability", cell.answerProbability());
            number("entropy", cell.entropy());
            number("norm", cell.norm());
            number("cosine", cell.cosine());
            number("x", cell.x());
            number("y", cell.y());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void candidates(String field, List<Candidate> candidates) throws IOException {
        json.writeArrayFieldStart(field);
        for (Candidate candidate : candidates) {
            json.writeStartObject();
            json.writeNumberField("id", candidate.id());
            json.writeStringField("token", TokenText.wellFormed(candidate.token()));
            number("probability", candidate.probability());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void number(String field, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(field, (float) value);
        } else {
            json.writeNullField(field);
        }
    }
}
