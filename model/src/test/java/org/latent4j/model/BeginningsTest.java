package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.latent4j.model.Beginnings.Segment;

class BeginningsTest {
    /** Few different tokens, so that beginnings are shared, and repetitions, so that they are long. */
    @Provide
    Arbitrary<List<int[]>> texts() {
        Arbitrary<int[]> runs = Arbitraries.integers().between(0, 2).array(int[].class).ofMinSize(1).ofMaxSize(5)
                .map(tokens -> Arrays.stream(tokens).flatMap(token -> IntStream.generate(() -> token).limit(9)).toArray());
        return runs.list().ofMinSize(1).ofMaxSize(20);
    }

    @Property(tries = 300)
    void everyTextIsItsSegmentsInOrder(@ForAll("texts") List<int[]> texts) {
        List<List<Segment>> levels = Beginnings.levels(texts, Beginnings.sorted(texts, IntStream.range(0, texts.size()).boxed().toList()));
        int[] reached = new int[texts.size()];
        Segment[] last = new Segment[texts.size()];
        int rows = 0;
        for (List<Segment> level : levels) {
            for (Segment segment : level) {
                rows += segment.length();
                int[] first = texts.get(segment.texts()[0]);
                for (int text : segment.texts()) {
                    assertThat(segment.before()).isSameAs(last[text]);
                    assertThat(segment.from()).isEqualTo(reached[text]).isLessThan(segment.to());
                    assertThat(Arrays.equals(texts.get(text), 0, segment.to(), first, 0, segment.to())).isTrue();
                    reached[text] = segment.to();
                    last[text] = segment;
                }
            }
        }
        for (int text = 0; text < reached.length; text++) {
            assertThat(reached[text]).isEqualTo(texts.get(text).length);
            assertThat(last[text].texts()).as("a segment of its own at the end").hasSize(1);
        }
        assertThat(rows).isLessThanOrEqualTo(texts.stream().mapToInt(ids -> ids.length).sum());
    }

    @Test
    void whatAChatBeginsWithIsThereOnce() {
        List<int[]> texts = new ArrayList<>();
        for (int t = 0; t < 10; t++) {
            int own = t;
            texts.add(IntStream.range(0, 30).map(i -> i < 20 ? i : 100 * own + i).toArray());
        }
        List<List<Segment>> levels = Beginnings.levels(texts, Beginnings.sorted(texts, IntStream.range(0, 10).boxed().toList()));
        assertThat(levels).hasSize(2);
        assertThat(levels.getFirst()).hasSize(1);
        assertThat(levels.getFirst().getFirst().length()).isEqualTo(20);
        assertThat(levels.getLast()).hasSize(10).allMatch(segment -> segment.length() == 10);
    }
}
