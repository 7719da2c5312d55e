package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.latent4j.insight.LensReading;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.model.PromptMode;

class ReadJsonTest {
    @Test
    void everyLayerPositionAndCandidateIsThere() throws IOException {
        LensReading reading = Readings.longer(9, 5);
        JsonNode json = parse(reading, Readings.subject(reading));
        assertThat(json.path("model").path("name").asText()).isEqualTo("smollm2-135m-instruct");
        assertThat(json.path("model").path("width").asInt()).isEqualTo(576);
        assertThat(json.path("mode").asText()).isEqualTo("raw");
        assertThat(json.path("ids")).hasSize(9);
        assertThat(json.path("fingerprint").isNull()).isTrue();
        assertThat(json.path("layers")).hasSize(6);
        for (int layer = 0; layer < 6; layer++) {
            JsonNode row = json.path("layers").path(layer);
            assertThat(row.path("site").asText()).isEqualTo(reading.layers().get(layer).site());
            assertThat(row.path("cells")).hasSize(9);
            for (int position = 0; position < 9; position++) {
                JsonNode cell = row.path("cells").path(position);
                LensReading.Cell expected = reading.cell(layer, position);
                assertThat(json.path("tokens").path(position).asText()).isEqualTo(reading.tokens().get(position));
                assertThat(cell.path("position").asInt()).isEqualTo(position);
                assertThat(cell.path("answer_rank").asInt()).isEqualTo(expected.answerRank());
                assertThat((float) cell.path("answer_probability").asDouble())
                        .isEqualTo((float) expected.answerProbability());
                assertThat((float) cell.path("entropy").asDouble()).isEqualTo((float) expected.entropy());
                assertThat((float) cell.path("norm").asDouble()).isEqualTo((float) expected.norm());
                assertThat((float) cell.path("x").asDouble()).isEqualTo((float) expected.x());
                assertThat((float) cell.path("y").asDouble()).isEqualTo((float) expected.y());
                assertThat(cell.path("cosine").isNull()).isEqualTo(layer == 0);
                assertThat(cell.path("top")).hasSize(10);
                for (int i = 0; i < 10; i++) {
                    JsonNode candidate = cell.path("top").path(i);
                    assertThat(candidate.path("id").asInt()).isEqualTo(expected.top().get(i).id());
                    assertThat(candidate.path("token").asText()).isEqualTo(expected.top().get(i).token());
                    assertThat((float) candidate.path("probability").asDouble())
                            .isEqualTo((float) expected.top().get(i).probability());
                }
            }
        }
        assertThat(json.path("next")).hasSize(reading.next().size());
    }

    @Test
    void tokensOfAnyKindSurvive() throws IOException {
        List<String> tokens = List.of("</script><script>", "\u2028", "\u0000", "\"\\", "\uD83D", "🙂", "<!--");
        LensReading reading = Readings.of(tokens, tokens, 2, 1);
        JsonNode json = parse(reading, Readings.subject(reading));
        assertThat(json.path("tokens").path(0).asText()).isEqualTo("</script><script>");
        assertThat(json.path("tokens").path(2).asText()).isEqualTo("\u0000");
        assertThat(json.path("tokens").path(4).asText()).isEqualTo("\uFFFD");
        assertThat(json.path("tokens").path(5).asText()).isEqualTo("🙂");
    }

    @Test
    void fingerprintIsWrittenWhereKnown() throws IOException {
        LensReading reading = Readings.capital();
        ReadSubject subject = new ReadSubject("llama", 30, 576, "F32", "here", Optional.empty(), 5,
                Optional.of(new Fingerprint("ab", "cd", PromptMode.RAW.label())), SteeringTold.NOTHING);
        JsonNode json = parse(reading, subject);
        assertThat(json.path("fingerprint").path("model_sha256").asText()).isEqualTo("ab");
        assertThat(json.path("model").path("licence").isNull()).isTrue();
    }

    private static JsonNode parse(LensReading reading, ReadSubject subject) throws IOException {
        StringWriter out = new StringWriter();
        ReadJson.write(reading, subject, out);
        return new ObjectMapper().readTree(out.toString().getBytes(StandardCharsets.UTF_8));
    }
}
