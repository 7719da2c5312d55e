package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.latent4j.kernel.LatentException;

/** The tokenizer of the default model, from what its GGUF says. */
class GgufTokenizerTest {
    private static final Tokenizer SMOLLM2 = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2()));

    record Case(String text, int[] ids) {
        static List<Case> all(String resource) throws IOException {
            JsonNode cases = new ObjectMapper().readTree(TestMetadata.text(resource));
            return StreamSupport.stream(cases.spliterator(), false).map(node -> new Case(node.get("text").asText(),
                    StreamSupport.stream(node.get("ids").spliterator(), false).mapToInt(JsonNode::asInt).toArray())).toList();
        }
    }

    static Stream<Case> awkwardTexts() throws IOException {
        return Case.all("smollm2-tokenizer.expected.json").stream();
    }

    @ParameterizedTest
    @MethodSource("awkwardTexts")
    void awkwardTextsHaveTheIdsOfTransformers(Case expected) {
        assertThat(SMOLLM2.encode(expected.text())).containsExactly(expected.ids());
        assertThat(SMOLLM2.encodeWithSpecial(expected.text())).containsExactly(expected.ids());
    }

    @ParameterizedTest
    @MethodSource("awkwardTexts")
    void awkwardTextsComeBack(Case expected) {
        assertThat(SMOLLM2.decode(expected.ids())).isEqualTo(expected.text());
    }

    @Test
    void tenMillionLettersInOneWordAreMerged() {
        int[] ids = SMOLLM2.encode("a".repeat(10_000_000));
        assertThat(ids).hasSize(2_500_000).containsOnly(46880);
    }

    @Test
    void tokensSayTheirText() {
        assertThat(SMOLLM2.token(7042)).isEqualTo(" Paris");
        assertThat(SMOLLM2.token(198)).isEqualTo("\n");
        assertThat(SMOLLM2.token(1)).isEqualTo("<|im_start|>");
        assertThat(SMOLLM2.token(242)).isEqualTo("\uFFFD");
        assertThat(SMOLLM2.size()).isEqualTo(49152);
    }

    @Test
    void idsOutOfRangeAreRefused() {
        for (int id : new int[] {-1, 49152}) {
            assertThatThrownBy(() -> SMOLLM2.token(id)).isInstanceOf(LatentException.class)
                    .hasMessage("token id " + id + " is out of range; this tokenizer's ids are 0 to 49151");
            assertThatThrownBy(() -> SMOLLM2.decode(new int[] {1, id})).isInstanceOf(LatentException.class);
            assertThatThrownBy(() -> SMOLLM2.stream().add(id)).isInstanceOf(LatentException.class);
        }
    }
}
