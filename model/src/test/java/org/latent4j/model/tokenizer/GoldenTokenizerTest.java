package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.format.TokenizerFiles;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/** Against the reference data that lie beside the repository; skipped where they don't. */
class GoldenTokenizerTest {
    private static Path golden(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared").resolve("golden").resolve(name);
            if (Files.exists(found)) {
                return found;
            }
        }
        assumeTrue(false, "shared/golden/" + name + " isn't beside the repository");
        throw new AssertionError();
    }

    @Test
    void gpt2OfLlamaCppHasItsIds() throws IOException {
        Path file = golden("tokenizers/ggml-vocab-gpt-2.gguf");
        String[] texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        List<String> ids = Files.readAllLines(Path.of(file + ".out"));
        Tokenizer tokenizer;
        try (Gguf gguf = Gguf.open(file)) {
            tokenizer = Tokenizer.open(new TokenizerFiles.Embedded(gguf));
            assertThat(ChatTemplate.of(new TokenizerFiles.Embedded(gguf))).isEmpty();
        }
        assertThat(ids.size()).isGreaterThan(40);
        for (int i = 0; i < ids.size(); i++) {
            int[] expected = Arrays.stream(ids.get(i).split(" ")).filter(id -> !id.isEmpty())
                    .mapToInt(Integer::parseInt).toArray();
            assertThat(tokenizer.encode(texts[i])).as(texts[i]).containsExactly(expected);
            assertThat(tokenizer.decode(expected)).isEqualTo(texts[i]);
        }
        assertThat(tokenizer.beginToken()).hasValue(50256);
        assertThat(tokenizer.endTokens()).containsExactly(50256);
        assertThat(tokenizer.sha256()).hasSize(64);
    }

    @Test
    void textsOfTheDefaultModelHaveTheIdsOfTheReference() throws IOException {
        Path file = golden("smollm2/smollm2-135m-instruct-q4_1.expected.json");
        Tokenizer tokenizer = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"));
        ChatTemplate template = ChatTemplateFinder.in(TestMetadata.smollm2(), "a test").orElseThrow();
        for (JsonNode text : new ObjectMapper().readTree(file.toFile())) {
            String said = text.get("text").asText();
            String prompt = text.get("chat").asBoolean()
                    ? template.render(List.of(new Message("user", said)), true)
                    : said;
            assertThat(tokenizer.encode(prompt)).containsExactly(ids(text.get("ids")));
            assertThat(tokenizer.decode(ids(text.get("greedy")))).isEqualTo(text.get("greedy_text").asText());
        }
    }

    private static int[] ids(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    }

    @Test
    void otherKindsAreRefusedByName() {
        for (String name : List.of("phi-3", "bert-bge")) {
            try (Gguf gguf = Gguf.open(golden("tokenizers/ggml-vocab-" + name + ".gguf"))) {
                assertThatThrownBy(() -> Tokenizer.open(new TokenizerFiles.Embedded(gguf)))
                        .isInstanceOf(LatentException.class)
                        .hasMessageContaining("has a tokenizer of kind \"" + (name.equals("phi-3") ? "llama" : "bert")
                                + "\"");
            }
        }
    }
}
