package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.latent4j.model.Continuation;

/**
 * Continuations as JSON:
 *
 * <pre>{@code
 * {"prompt_ids": […], "ids": […], "text": "…", "stop": "max-tokens",
 *  "steering": [{"what": "add 8", "file": …, "site": "resid_post.10", "amount": "8", "strength": 8, "strength_norm": …,
 *                "positions": …, "projection_before": …, "projection_after": …, "norm_before": …, "norm_after": …}, …]}
 * }</pre>
 *
 * With {@code --precision int8} there is an object {@code rounding} as well: what rounding changes at the end of the first prompt. Several
 * samples are {@code {"samples": […]}} of the same, the prompts of a file an array of either.
 */
record GeneratedJson(BoundSteering bound, Optional<RoundingTold> rounding, boolean ofFile, boolean sampled) {
    /** Writes the continuations of each prompt, and a line feed. */
    void write(List<List<Continuation>> said, PrintWriter out) {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator to = factory.createGenerator(out)) {
            if (ofFile) {
                to.writeStartArray();
            }
            for (List<Continuation> own : said) {
                if (sampled) {
                    to.writeStartObject();
                    to.writeArrayFieldStart("samples");
                    for (Continuation one : own) {
                        write(to, one);
                    }
                    to.writeEndArray();
                    to.writeEndObject();
                } else {
                    write(to, own.getFirst());
                }
            }
            if (ofFile) {
                to.writeEndArray();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println();
    }

    private void write(JsonGenerator to, Continuation one) throws IOException {
        to.writeStartObject();
        to.writeFieldName("prompt_ids");
        to.writeArray(one.promptIds(), 0, one.promptIds().length);
        to.writeFieldName("ids");
        to.writeArray(one.ids(), 0, one.ids().length);
        to.writeStringField("text", TokenText.wellFormed(one.text()));
        to.writeStringField("stop", one.stop());
        new SteeringTold(bound, one.steering()).write(to);
        if (rounding.isPresent()) {
            rounding.get().write(to);
        }
        to.writeEndObject();
    }
}
