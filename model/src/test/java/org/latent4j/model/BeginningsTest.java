package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        List<Segment> segments = segments(texts);
        int[] reached = new int[texts.size()];
        int[] last = new int[texts.size()];
        Arrays.fill(last, Beginnings.NONE);
        for (int number = 0; number < segments.size(); number++) {
            Segment segment = segments.get(number);
            int[] first = texts.get(segment.texts()[0]);
            for (int text : segment.texts()) {
                assertThat(segment.before()).isEqualTo(last[text]).isLessThan(number);
                assertThat(segment.from()).isEqualTo(reached[text]).isLessThan(segment.to());
                assertThat(Arrays.equals(texts.get(text), 0, segment.to(), first, 0, segment.to())).isTrue();
                reached[text] = segment.to();
                last[text] = number;
            }
        }
        for (int text = 0; text < reached.length; text++) {
            assertThat(reached[text]).isEqualTo(texts.get(text).length);
        }
    }

    @Property(tries = 300)
    void nothingIsThereTwice(@ForAll("texts") List<int[]> texts) {
        Set<List<Integer>> beginnings = new HashSet<>();
        for (int[] text : texts) {
            for (int end = 1; end <= text.length; end++) {
                beginnings.add(Arrays.stream(text, 0, end).boxed().toList());
            }
        }
        assertThat(segments(texts).stream().mapToInt(Segment::length).sum()).isEqualTo(beginnings.size());
    }

    private static List<Segment> segments(List<int[]> texts) {
        return Beginnings.segments(texts, Beginnings.sorted(texts, IntStream.range(0, texts.size()).boxed().toList()));
    }

    @Test
    void whatAChatBeginsWithIsThereOnce() {
        List<int[]> texts = new ArrayList<>();
        for (int t = 0; t < 10; t++) {
            int own = t;
            texts.add(IntStream.range(0, 30).map(i -> i < 20 ? i : 100 * own + i).toArray());
        }
        List<Segment> segments = segments(texts);
        assertThat(segments).hasSize(11);
        assertThat(segments.getFirst().length()).isEqualTo(20);
        assertThat(segments.subList(1, 11)).allMatch(segment -> segment.before() == 0 && segment.length() == 10);
    }
}
