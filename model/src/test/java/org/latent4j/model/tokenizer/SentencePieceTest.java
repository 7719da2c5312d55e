package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;

/** SentencePiece's BPE and unigram model on vocabularies of a few words. */
class SentencePieceTest {
    private static final List<String> PIECES = List.of("▁", "a", "b", "c", "ab", "bc", "▁a", "▁ab", "abc", "aa", "aaaa",
            "▁▁", "▁▁▁▁", "日", "日本", "e\u0301", "!");

    /** Unknown, begin, end, all bytes, then the pieces with the given scores. */
    private static TestMetadata vocabulary(String model, float... scores) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int value = 0; value < 256; value++) {
            tokens.add(String.format(Locale.ROOT, "<0x%02X>", value));
        }
        int[] types = new int[tokens.size() + PIECES.size()];
        Arrays.fill(types, 1);
        Arrays.fill(types, 3, tokens.size(), 6);
        types[0] = 2;
        types[1] = 3;
        types[2] = 3;
        float[] all = new float[types.length];
        System.arraycopy(scores, 0, all, tokens.size(), PIECES.size());
        tokens.addAll(PIECES);
        return new TestMetadata(new HashMap<>(Map.of("tokenizer.ggml.model", model, "tokenizer.ggml.tokens", tokens,
                "tokenizer.ggml.scores", all, "tokenizer.ggml.token_type", types)));
    }

    private static TestMetadata random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] scores = new float[PIECES.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -random.nextInt(6); // equal ones too
        }
        return vocabulary("llama", scores);
    }

    @Property(tries = 300)
    void validTextsComeBackAtOnceAndAsAStream(@ForAll long seed) {
        Tokenizer tokenizer = new Tokenizer(GgufTokenizer.open(random(seed), "a test"));
        String text = text(seed);
        int[] ids = tokenizer.encode(text);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
        TextStream stream = tokenizer.stream();
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            streamed.append(stream.add(id));
        }
        assertThat(streamed.append(stream.finish()).toString()).isEqualTo(text);
    }

    @Property(tries = 300)
    void mergesAreThoseOfThePlainAlgorithm(@ForAll long seed) {
        TestMetadata metadata = random(seed);
        String text = text(seed);
        assertThat(new Tokenizer(GgufTokenizer.open(metadata, "a test")).encode(text))
                .containsExactly(plainly(text, metadata));
    }

    private static String text(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.nextBoolean()
                ? RandomText.mixed(random, 40).replace("▁", "")
                : random.ints(random.nextInt(60), 0, 4).mapToObj("ab c"::charAt)
                        .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append).toString();
    }

    /** Looks at every pair before each merge. */
    private static int[] plainly(String text, TestMetadata metadata) {
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
        float[] scores = metadata.floats("tokenizer.ggml.scores").orElseThrow();
        List<String> symbols = new ArrayList<>();
        (text.isEmpty() ? "" : "▁" + text.replace(' ', '▁')).codePoints().mapToObj(Character::toString)
                .forEach(symbols::add);
        while (true) {
            int best = -1;
            float highest = Float.NEGATIVE_INFINITY;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int id = tokens.indexOf(symbols.get(i) + symbols.get(i + 1));
                if (id >= 0 && scores[id] > highest) {
                    highest = scores[id];
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
        Ids ids = new Ids();
        for (String symbol : symbols) {
            if (tokens.contains(symbol)) {
                ids.add(tokens.indexOf(symbol));
            } else {
                for (byte value : symbol.getBytes(StandardCharsets.UTF_8)) {
                    ids.add(3 + (value & 0xFF));
                }
            }
        }
        return ids.toArray();
    }

    @Test
    void spacesArePrefixedWhereTheFileSaysSo() {
        TestMetadata metadata = random(1);
        Tokenizer gemma = new Tokenizer(GgufTokenizer.open(metadata.with("tokenizer.ggml.add_space_prefix", false),
                "a test"));
        assertThat(gemma.decode(gemma.encode(" c"))).isEqualTo(" c");
        assertThat(gemma.token(gemma.encode("c")[0])).isEqualTo("c");
        assertThat(gemma.encodeWithSpecial("")).containsExactly(1);
        assertThat(gemma.sha256()).isNotEqualTo(new Tokenizer(GgufTokenizer.open(metadata, "a test")).sha256());
    }

    /** Scores are logarithms of probabilities: "abc" alone beats "▁ab", "c" only where it is likelier than both. */
    @Test
    void unigramsAreTheLikeliest() {
        float[] scores = new float[PIECES.size()];
        Arrays.fill(scores, -5);
        scores[PIECES.indexOf("▁ab")] = -3;
        scores[PIECES.indexOf("c")] = -3;
        assertThat(unigrams(scores)).containsExactly("▁ab", "c");
        scores[PIECES.indexOf("abc")] = -0.5f;
        assertThat(unigrams(scores)).containsExactly("▁", "abc");
    }

    private static List<String> unigrams(float[] scores) {
        TestMetadata metadata = vocabulary("t5", scores).with("tokenizer.ggml.eos_token_id", 2L)
                .with("tokenizer.ggml.unknown_token_id", 0L);
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
        try (Tokenizer tokenizer = new Tokenizer(GgufTokenizer.open(metadata, "a test"))) {
            assertThat(tokenizer.encodeWithSpecial("abc")).endsWith(2);
            assertThat(tokenizer.decode(tokenizer.encode("abc ab"))).isEqualTo("abc ab");
            return Arrays.stream(tokenizer.encode("abc")).mapToObj(tokens::get).toList();
        }
    }

    /** An empty trie; then sizes that lie, a root that leads outside, and a leaf whose replacement isn't there. */
    @Test
    void normalisationsThatLeadOutOfBoundsAreRefused() {
        int[] map = new int[4 + 1024 + 2];
        map[1] = 4; // 1024 bytes, little endian
        TestMetadata metadata = vocabulary("t5", new float[PIECES.size()]);
        try (Tokenizer tokenizer = new Tokenizer(
                GgufTokenizer.open(metadata.with("tokenizer.ggml.precompiled_charsmap", map), "a test"))) {
            assertThat(tokenizer.decode(tokenizer.encode("ab"))).isEqualTo("ab");
        }
        for (int[] change : new int[][]{{0, 1}, {1, 3}, {2, 1}, {3, 255}, {4 + 2, 255}, {4 + 1024, 0xC3}}) {
            int[] broken = map.clone();
            broken[change[0]] = change[1];
            assertThatThrownBy(() -> GgufTokenizer.open(metadata.with("tokenizer.ggml.precompiled_charsmap", broken),
                    "a test")).isInstanceOf(LatentException.class).hasMessageContaining("leads out of bounds");
        }
        int[] leaf = map.clone();
        leaf[4 + 4 * 'a'] = 'a';
        leaf[4 + 4 * 'a' + 1] = 1; // a leaf whose value is its own unit: far outside
        assertThatThrownBy(() -> GgufTokenizer.open(metadata.with("tokenizer.ggml.precompiled_charsmap", leaf),
                "a test")).isInstanceOf(LatentException.class);
    }

    @Test
    void damagedScoresAreRefused() {
        for (float[] scores : new float[][]{new float[3], notANumber()}) {
            assertThatThrownBy(() -> GgufTokenizer.open(random(1).with("tokenizer.ggml.scores", scores), "a test"))
                    .isInstanceOf(LatentException.class).hasMessageContaining("the file is damaged");
        }
    }

    private static float[] notANumber() {
        float[] scores = new float[259 + PIECES.size()];
        scores[7] = Float.NaN;
        return scores;
    }
}
