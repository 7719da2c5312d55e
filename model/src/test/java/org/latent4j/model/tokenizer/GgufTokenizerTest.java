package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.latent4j.kernel.LatentException;

/** The tokenizer of the default model, from what its GGUF says. */
class GgufTokenizerTest {
    private static final Tokenizer SMOLLM2 = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"));

    record Case(String text, int[] ids) {
        static List<Case> all(String resource) throws IOException {
            JsonNode cases = new ObjectMapper().readTree(TestMetadata.text(resource));
            return StreamSupport.stream(cases.spliterator(), false).map(node -> new Case(node.get("text").asText(),
                    StreamSupport.stream(node.get("ids").spliterator(), false).mapToInt(JsonNode::asInt).toArray()))
                    .toList();
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
        for (int id : new int[]{-1, 49152}) {
            assertThatThrownBy(() -> SMOLLM2.token(id)).isInstanceOf(LatentException.class)
                    .hasMessage("token id " + id + " is out of range; this tokenizer's ids are 0 to 49151");
            assertThatThrownBy(() -> SMOLLM2.decode(new int[]{1, id})).isInstanceOf(LatentException.class);
            assertThatThrownBy(() -> SMOLLM2.stream().add(id)).isInstanceOf(LatentException.class);
        }
    }

    @Test
    void charactersAppearWhenTheyAreWhole() {
        TextStream stream = SMOLLM2.stream();
        int[] ids = SMOLLM2.encode("😀!");
        assertThat(ids).containsExactly(10813, 242, 218, 17);
        assertThat(stream.add(10813)).isEmpty();
        assertThat(stream.add(242)).isEmpty();
        assertThat(stream.add(218)).isEqualTo("😀");
        assertThat(stream.add(10813)).isEmpty();
        assertThat(stream.add(17)).isEqualTo("\uFFFD!");
        assertThat(stream.add(10813)).isEmpty();
        assertThat(stream.finish()).isEqualTo("\uFFFD");
        assertThat(stream.add(17) + stream.finish()).isEqualTo("!");
    }

    @Test
    void loneSurrogatesAreRefusedWithTheirPlace() {
        for (String text : List.of("ab\uD83D", "ab\uDE00c", "ab\uD83Dx")) {
            assertThatThrownBy(() -> SMOLLM2.encode(text)).isInstanceOf(LatentException.class)
                    .hasMessageStartingWith("text has a lone surrogate at character 2;");
        }
        assertThatThrownBy(() -> SMOLLM2.encodeWithSpecial("😀\uD83D")).hasMessageContaining("at character 1;");
    }

    @Test
    void beginAndEndAreAddedWhereTheFileSaysSo() {
        TestMetadata adding = TestMetadata.smollm2().with("tokenizer.ggml.add_bos_token", true)
                .with("tokenizer.ggml.add_eos_token", true);
        Tokenizer tokenizer = new Tokenizer(GgufTokenizer.open(adding, "a test"));
        assertThat(tokenizer.encodeWithSpecial("Hi")).containsExactly(1, 26843, 2);
        assertThat(tokenizer.encode("Hi")).containsExactly(26843);
        assertThat(tokenizer.beginToken()).hasValue(1);
        assertThat(tokenizer.endToken()).hasValue(2);
        assertThat(tokenizer.endTokens()).containsExactlyInAnyOrder(0, 2);
    }

    @Test
    void theDigestTellsTokenizersApart() {
        String digest = SMOLLM2.sha256();
        assertThat(digest).hasSize(64).isEqualTo(new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"))
                .sha256());
        for (TestMetadata other : List.of(TestMetadata.smollm2().with("tokenizer.ggml.pre", "gpt-2"),
                TestMetadata.smollm2().with("tokenizer.ggml.bos_token_id", 3L))) {
            assertThat(new Tokenizer(GgufTokenizer.open(other, "a test")).sha256()).isNotEqualTo(digest);
        }
    }

    @Test
    void llama3TakesWholeWordsAndDigitsByThree() {
        Tokenizer llama3 = new Tokenizer(GgufTokenizer.open(small("llama-bpe"), "a test"));
        assertThat(tokens(llama3, "abc'LL 1234567\r\n\n x  ")).containsExactly("abc", "'", "L", "L", " ", "123", "4",
                "5", "6", "7",
                "\r", "\n", "\n", " ", "x", " ", " ");
    }

    @Test
    void preTokenizersCutAsTheirModels() {
        String text = "I'll pay $1234.5";
        assertThat(words(PreTokenizer.GPT_2, text)).containsExactly("I", "'ll", " pay", " $", "1234", ".", "5");
        assertThat(words(PreTokenizer.SMOLLM, text)).containsExactly("I", "'ll", " pay", " $", "1", "2", "3", "4", ".",
                "5");
        assertThat(words(PreTokenizer.LLAMA_3, text)).containsExactly("I", "'ll", " pay", " $", "123", "4", ".", "5");
        assertThat(words(PreTokenizer.DEFAULT, text)).containsExactly("I", "'", "ll", " pay", " ", "$", "123", "4",
                ".", "5");
        assertThat(words(PreTokenizer.GPT_2, "a  b\n\n c   ")).containsExactly("a", " ", " b", "\n\n", " c", "   ");
        assertThat(words(PreTokenizer.LLAMA_3, "a  b\n\n c!\n d")).containsExactly("a", " ", " b", "\n\n", " c", "!\n",
                " d");
    }

    private static List<String> words(PreTokenizer preTokenizer, String text) {
        List<String> words = new ArrayList<>();
        preTokenizer.splitter().split(text, 0, text.length(), (from, to) -> words.add(text.substring(from, to)));
        return words;
    }

    private static List<String> tokens(Tokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::token).toList();
    }

    /** All bytes and two tokens that no merge makes. */
    private static TestMetadata small(String preTokenizer) {
        List<String> tokens = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            tokens.add(String.valueOf(ByteAlphabet.letter(value)));
        }
        tokens.addAll(List.of("abc", "123"));
        return new TestMetadata(Map.of("tokenizer.ggml.model", "gpt2", "tokenizer.ggml.pre", preTokenizer,
                "tokenizer.ggml.tokens", tokens, "tokenizer.ggml.merges", List.of()));
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.pre", "kimi-k2"),
                "a test cuts words by pre-tokenizer \"kimi-k2\" (tokenizer.ggml.pre), which isn't supported;"
                        + " supported are a.x-4.0, bailingmoe, ");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.model", "rwkv"),
                "kind \"rwkv\" (tokenizer.ggml.model), which isn't supported; supported are gpt2");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.model", "llama"), "has no tokenizer.ggml.scores");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.model", "x\ny".repeat(100)), "…");
    }

    @Test
    void damagedVocabulariesAreRefused() {
        refuses(TestMetadata.smollm2().without("tokenizer.ggml.model"), "has no tokenizer.ggml.model");
        refuses(TestMetadata.smollm2().without("tokenizer.ggml.pre"), "has no tokenizer.ggml.pre");
        refuses(TestMetadata.smollm2().without("tokenizer.ggml.merges"), "has no tokenizer.ggml.merges");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.tokens", List.of()), "has no tokenizer.ggml.tokens");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.token_type", new int[]{1}), "1 types");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.eos_token_id", 49152L), "49152, which is out of range");
        refuses(TestMetadata.smollm2().with("tokenizer.ggml.eos_token_id", -1L), "-1, which is out of range");
        for (String merge : List.of("", " ", "a", "a b c", "zzzz qqqq", "a ", " a")) {
            refuses(TestMetadata.smollm2().with("tokenizer.ggml.merges", List.of(merge)), "merge 0 of a test");
        }
        refuses(TestMetadata.smollm2().without("tokenizer.ggml.bos_token_id").with("tokenizer.ggml.add_bos_token",
                true),
                "doesn't say which token");
    }

    private static void refuses(TestMetadata metadata, String message) {
        assertThatThrownBy(() -> GgufTokenizer.open(metadata, "a test")).isInstanceOf(LatentException.class)
                .hasMessageContaining(message).message().doesNotContain("\n");
    }
}
