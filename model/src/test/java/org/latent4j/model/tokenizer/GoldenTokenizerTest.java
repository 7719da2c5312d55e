package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    private static Tokenizer vocabulary(String name) {
        try (Gguf gguf = Gguf.open(golden("tokenizers/ggml-vocab-" + name + ".gguf"))) {
            return Tokenizer.open(new TokenizerFiles.Embedded(gguf));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "phi-3", "bert-bge"})
    void vocabulariesOfLlamaCppHaveItsIds(String name) throws IOException {
        Path file = golden("tokenizers/ggml-vocab-" + name + ".gguf");
        String[] texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        List<String> ids = Files.readAllLines(Path.of(file + ".out"));
        assertThat(ids.size()).isGreaterThan(40);
        try (Tokenizer tokenizer = vocabulary(name)) {
            for (int i = 0; i < ids.size(); i++) {
                int[] expected = Arrays.stream(ids.get(i).split(" ")).filter(id -> !id.isEmpty())
                        .mapToInt(Integer::parseInt).toArray();
                assertThat(tokenizer.encode(texts[i])).as(texts[i]).containsExactly(expected);
                if (!name.equals("bert-bge")) { // which lets go of letters' case and white space
                    assertThat(tokenizer.decode(expected)).isEqualTo(texts[i]);
                }
                assertThat(streamed(tokenizer, expected)).isEqualTo(tokenizer.decode(expected));
            }
        }
    }

    /** The vocabulary as BERT's own file has it, beside the same from a GGUF. */
    @Test
    void aVocabularyOfLinesHasTheIdsOfTheGguf(@TempDir Path folder) throws IOException {
        Path file = golden("tokenizers/ggml-vocab-bert-bge.gguf");
        try (Gguf gguf = Gguf.open(file); Tokenizer fromGguf = vocabulary("bert-bge")) {
            List<String> lines = gguf.strings("tokenizer.ggml.tokens").orElseThrow().stream()
                    .map(token -> token.startsWith("▁")
                            ? token.substring(1)
                            : token.startsWith("[") && token.length() > 1 ? token : "##" + token)
                    .toList();
            Files.writeString(folder.resolve("vocab.txt"), String.join("\n", lines) + "\n");
            try (Tokenizer tokenizer = Tokenizer.open(new TokenizerFiles.Folder(folder))) {
                assertThat(tokenizer.size()).isEqualTo(30522);
                for (String text : Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1)) {
                    assertThat(tokenizer.encode(text)).containsExactly(fromGguf.encode(text));
                }
                assertThat(tokenizer.encodeWithSpecial("Hi [MASK]")).containsExactly(101, 7632, 103, 102);
            }
        }
    }

    private static String streamed(Tokenizer tokenizer, int[] ids) {
        TextStream stream = tokenizer.stream();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.add(id));
        }
        return text.append(stream.finish()).toString();
    }

    @Test
    void theirMarksAreThoseOfTheFile() {
        try (Tokenizer gpt2 = vocabulary("gpt-2");
                Tokenizer phi3 = vocabulary("phi-3");
                Tokenizer bge = vocabulary("bert-bge")) {
            assertThat(gpt2.beginToken()).hasValue(50256);
            assertThat(gpt2.endTokens()).containsExactly(50256);
            assertThat(gpt2.encodeWithSpecial("Hi")).containsExactly(gpt2.encode("Hi"));
            assertThat(phi3.encodeWithSpecial("Hi")).containsExactly(1, 6324);
            assertThat(phi3.endTokens()).containsExactly(32000, 32007);
            assertThat(phi3.encode("<|user|>\n Hi<|end|>\n")).containsExactly(32010, 6324, 32007);
            assertThat(phi3.token(6324)).isEqualTo(" Hi");
            assertThat(phi3.token(13)).isEqualTo("\n");
            assertThat(bge.encodeWithSpecial("Hi")).containsExactly(101, 7632, 102);
            assertThat(phi3.sha256()).hasSize(64).isNotEqualTo(bge.sha256());
        }
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
}
