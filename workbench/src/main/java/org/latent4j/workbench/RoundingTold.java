package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Model;
import org.latent4j.model.RoundingError;

/** What {@code --precision int8} costs in exactness, said to whoever asked for it. */
record RoundingTold(RoundingError error) {
    /** Measures it on a prompt, where activations are rounded at all. */
    static Optional<RoundingTold> of(Precision precision, Model model, int[] prompt) {
        return precision == Precision.F32 ? Optional.empty() : Optional.of(new RoundingTold(model.roundingError(prompt)));
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "int8: at the prompt's last %d position%s the next token's distribution is %.2g nats from f32's in the mean, %.2g at most; the most probable token is the same at %d",
                error.positions(), error.positions() == 1 ? "" : "s", error.meanDivergence(), error.largestDivergence(),
                error.sameChoice());
    }

    /** An object {@code rounding}. */
    void write(JsonGenerator to) throws IOException {
        to.writeObjectFieldStart("rounding");
        to.writeStringField("precision", Precision.INT8.toString());
        to.writeNumberField("positions", error.positions());
        to.writeNumberField("mean_divergence", error.meanDivergence());
        to.writeNumberField("largest_divergence", error.largestDivergence());
        to.writeNumberField("same_choice", error.sameChoice());
        to.writeEndObject();
    }
}
