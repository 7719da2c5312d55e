package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.latent4j.kernel.LatentException;

/** Laws of tokenizers. */
class TokenizerPropertiesTest {
    private static final Tokenizer SMOLLM2 = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"));
    private static final List<String> SMOLLM2_TOKENS = TestMetadata.smollm2().strings("tokenizer.ggml.tokens")
            .orElseThrow();

    @Property
    void streamedTextIsThatOfAllIds(@ForAll @Size(max = 40) List<@IntRange(max = 49151) Integer> ids) {
        assertStreamed(ids.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The letters of single bytes are the first tokens after the special ones: most sequences aren't valid UTF-8. */
    @Property
    void streamedBytesAreTheTextOfAllIds(@ForAll @Size(max = 40) List<@IntRange(min = 17, max = 251) Integer> ids) {
        assertStreamed(ids.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void assertStreamed(int[] ids) {
        TextStream stream = SMOLLM2.stream();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.add(id));
        }
        assertThat(text.append(stream.finish()).toString()).isEqualTo(SMOLLM2.decode(ids));
    }

    @Property
    void validTextsComeBack(@ForAll long seed) {
        String text = RandomText.mixed(new SplittableRandom(seed), 80).codePoints()
                .filter(TokenizerPropertiesTest::isInTheVocabulary)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        int[] ids = SMOLLM2.encode(text);
        assertThat(SMOLLM2.decode(ids)).isEqualTo(text);
        assertStreamed(ids);
    }

    /** SmolLM2's vocabulary lacks six control characters and the bytes of planes nobody uses. */
    private static boolean isInTheVocabulary(int c) {
        for (byte value : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            if (!SMOLLM2_TOKENS.contains(String.valueOf(ByteAlphabet.letter(value & 0xFF)))) {
                return false;
            }
        }
        return true;
    }

    @Property
    void textsOutsideUtf16AreRefusedOrEncoded(@ForAll String text) {
        boolean valid = new String(text.getBytes(StandardCharsets.UTF_8),
                StandardCharsets.UTF_8).equals(text);
        if (valid) {
            assertThat(SMOLLM2.encode(text)).doesNotContain(-1);
        } else {
            assertThatThrownBy(() -> SMOLLM2.encode(text)).isInstanceOf(LatentException.class)
                    .hasMessageContaining("lone surrogate");
        }
    }

    @Property
    void heapAndScanMergeTheSame(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> tokens = new ArrayList<>(List.of("a", "b", "c"));
        List<String> merges = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String left = tokens.get(random.nextInt(tokens.size()));
            String right = tokens.get(random.nextInt(tokens.size()));
            if (left.length() + right.length() < 8 && !tokens.contains(left + right)) {
                tokens.add(left + right);
                merges.add(random.nextInt(merges.size() + 1), left + " " + right);
            }
        }
        Merges all = new Merges(merges, new TokenIndex(tokens), "a test");
        int[] word = random.ints(random.nextInt(100), 0, 3).toArray();
        int[] other = word.clone();
        int length = all.scan(word, word.length);
        assertThat(all.heap(other, other.length)).isEqualTo(length);
        assertThat(Arrays.copyOf(other, length)).containsExactly(Arrays.copyOf(word, length));
    }

    @Property
    void theHeapSorts(@ForAll @Size(max = 60) List<@IntRange Integer> entries) {
        LongHeap heap = new LongHeap(1);
        entries.forEach(heap::push);
        List<Integer> sorted = new ArrayList<>();
        while (!heap.isEmpty()) {
            sorted.add((int) heap.pop());
        }
        assertThat(sorted).isEqualTo(entries.stream().sorted().toList());
    }

    @Property
    void specialTokensAreTheLeftmostLongest(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> tokens = List.of("<", "<a", "<ab>", "<b>", "a<", "", "ab>c");
        SpecialTokens special = new SpecialTokens(new int[]{0, 1, 2, 3, 4, 5, 6}, tokens);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append("<ab>c".charAt(random.nextInt(5)));
        }
        SpecialTokens.Found found = special.next(text.toString(), 0);
        assertThat(found).isEqualTo(plainly(text.toString(), tokens));
    }

    private static SpecialTokens.Found plainly(String text, List<String> tokens) {
        for (int at = 0; at < text.length(); at++) {
            int best = -1;
            for (int id = 0; id < tokens.size(); id++) {
                if (!tokens.get(id).isEmpty() && text.startsWith(tokens.get(id), at)
                        && (best < 0 || tokens.get(id).length() > tokens.get(best).length())) {
                    best = id;
                }
            }
            if (best >= 0) {
                return new SpecialTokens.Found(at, at + tokens.get(best).length(), best);
            }
        }
        return new SpecialTokens.Found(text.length(), text.length(), -1);
    }
}
