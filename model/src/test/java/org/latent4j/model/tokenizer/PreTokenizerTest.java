package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SmolLM2's vocabulary cut by each pre-tokenizer, against llama.cpp. Of those that compose characters it was given
 * composed texts; of Tekken's, GPT-4o's and Granite's, whose capitals it only approximates, the reference is Hugging
 * Face's tokenizers with the expressions of the models' own files.
 */
class PreTokenizerTest {
    private static final JsonNode EXPECTED = expected();

    private static JsonNode expected() {
        try {
            return new ObjectMapper().readTree(TestMetadata.text("pre-tokenizers.expected.json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<JsonNode> cases() {
        return StreamSupport.stream(EXPECTED.get("cases").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void awkwardTextsHaveTheIdsOfTheReference(JsonNode expected) {
        String first = expected.get("names").get(0).asText();
        Tokenizer tokenizer = tokenizer(first);
        for (int i = 0; i < EXPECTED.get("texts").size(); i++) {
            String text = EXPECTED.get("texts").get(i).asText();
            assertThat(crc32(tokenizer.encode(text))).as("%s on %s", first, EXPECTED.get("texts").get(i))
                    .isEqualTo(expected.get("crc32").get(i).asLong());
        }
        for (JsonNode name : expected.get("names")) {
            assertThat(PreTokenizer.named(name.asText(), "a test"))
                    .isEqualTo(PreTokenizer.named(first, "a test"));
        }
    }

    @Test
    void everyPreTokenizerHasItsReference() {
        assertThat(cases().map(expected -> PreTokenizer.named(expected.get("names").get(0).asText(), "a test")))
                .containsExactlyInAnyOrder(PreTokenizer.values());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void longTextsWithoutAnEndAreCutInTime(JsonNode expected) {
        PreTokenizer.Splitter splitter = PreTokenizer.named(expected.get("names").get(0).asText(), "a test").splitter();
        for (String unit : new String[]{"a", "A", "1", " ", "\n", " \n", "!", "日", "e\u0301", "' "}) {
            String text = unit.repeat(100_000 / unit.length());
            int[] end = new int[1];
            splitter.split(text, 0, text.length(), (from, to) -> {
                end[0] = from == end[0] ? to : Integer.MIN_VALUE; // without a gap

            });
            assertThat(end[0]).isEqualTo(text.length());
        }
    }

    private static Tokenizer tokenizer(String preTokenizer) {
        return new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2().with("tokenizer.ggml.pre", preTokenizer),
                "a test"));
    }

    private static long crc32(int[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ids.length);
        bytes.asIntBuffer().put(ids);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
