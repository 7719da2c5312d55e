package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Models;
import org.latent4j.model.RoundingError;

class RoundingToldTest {
    @Test
    void aLineTellsMeanWorstAndChoices() {
        assertThat(new RoundingTold(new RoundingError(8, 0.000841, 0.0028, 7)).line()).isEqualTo(
                "int8: at the prompt's last 8 positions the next token's distribution is 0.00084 nats from f32's in the mean, 0.0028 at most; the most probable token is the same at 7");
        assertThat(new RoundingTold(new RoundingError(1, 0.1, 0.1, 1)).line()).contains("last 1 position the");
    }

    @Test
    void jsonTellsTheSame() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator to = new JsonFactory().createGenerator(text)) {
            to.writeStartObject();
            new RoundingTold(new RoundingError(8, 0.25, 0.5, 7)).write(to);
            to.writeEndObject();
        }
        JsonNode rounding = new ObjectMapper().readTree(text.toString()).path("rounding");
        assertThat(rounding.toString()).isEqualTo(
                "{\"precision\":\"int8\",\"positions\":8,\"mean_divergence\":0.25,\"largest_divergence\":0.5,\"same_choice\":7}");
    }

    /** On the default model, skipped where it can't be had: small, and not nothing. */
    @Test
    void theDefaultModelSaysWhatRoundingCosts() throws IOException {
        try {
            Models.locate(Models.DEFAULT, Models.Options.standard());
        } catch (LatentException e) {
            org.junit.jupiter.api.Assumptions.abort("the default model can't be had: " + e.getMessage());
        }
        Ran ran = Ran.command(new GenerateCommand(), "--prompt", "The capital of France is", "--max-tokens", "4", "--precision", "int8",
                "--json");
        JsonNode said = new ObjectMapper().readTree(ran.out());
        assertThat(said.path("ids")).hasSize(4);
        assertThat(said.path("rounding").path("positions").asInt()).isEqualTo(5);
        assertThat(said.path("rounding").path("mean_divergence").asDouble()).isBetween(1e-6, 0.05);
    }
}
