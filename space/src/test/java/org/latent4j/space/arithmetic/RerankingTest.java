package org.latent4j.space.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.arithmetic.Similarities.Ranked;

class RerankingTest {
    private static double cosine(Matrix points, int a, int b) {
        return Interpolation.dot(Similarities.unit(points, a), Similarities.unit(points, b));
    }

    @Test
    void ofTwoThatAreAlikeTheSecondWaits() {
        Matrix points = Matrix.of(3, 2, 1, 0.1f, 1, 0.11f, 1, -0.8f);
        List<Ranked> candidates = List.of(new Ranked(0, 0.9), new Ranked(1, 0.89), new Ranked(2, 0.7));
        assertThat(chosen(candidates, points, 1, 3)).containsExactly(0, 1, 2);
        assertThat(chosen(candidates, points, 0.5, 3)).containsExactly(0, 2, 1);
        assertThat(chosen(candidates, points, 0.5, 9)).hasSize(3);
        assertThat(Reranking.diverse(candidates, points, 0.5, 2)).containsExactly(candidates.get(0), candidates.get(2));
        assertThatThrownBy(() -> Reranking.diverse(candidates, points, 1.5, 2)).isInstanceOf(LatentException.class)
                .hasMessageContaining("1.5").hasMessageContaining("0 to 1");
    }

    private static List<Integer> chosen(List<Ranked> candidates, Matrix points, double share, int k) {
        return Reranking.diverse(candidates, points, share, k).stream().map(Ranked::point).toList();
    }

    /** The definition, word for word: of those left the one with the highest share of relevance less its highest likeness to the chosen. */
    @Property(tries = 60)
    void isMaximalMarginalRelevance(
            @ForAll @IntRange(min = 1, max = 25) int count, @ForAll @DoubleRange(min = 0, max = 1) double share,
            @ForAll @IntRange(min = 1, max = 30) int k, @ForAll long seed) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix points = Matrix.zeros(count, 4);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) - 0.4);
        }
        List<Ranked> candidates = IntStream.range(0, count).mapToObj(i -> new Ranked(i, random.at(1000 + i)))
                .sorted(Comparator.comparingDouble(Ranked::similarity).reversed()).toList();
        List<Ranked> left = new ArrayList<>(candidates);
        List<Ranked> expected = new ArrayList<>();
        while (expected.size() < Math.min(k, count)) {
            Ranked best = left.stream().max(Comparator.comparingDouble(candidate -> share * candidate.similarity()
                    - (1 - share) * expected.stream().mapToDouble(before -> cosine(points, before.point(), candidate.point())).max()
                            .orElse(0)))
                    .orElseThrow();
            left.remove(best);
            expected.add(best);
        }
        List<Ranked> chosen = Reranking.diverse(candidates, points, share, k);
        assertThat(chosen).doesNotHaveDuplicates().hasSameSizeAs(expected);
        if (share > 0) {
            assertThat(chosen).isEqualTo(expected);
        }
    }

    @Test
    void cslsIsItsDefinitionAndMakesHubsRarer() {
        Matrix digits = Golden.floats("x");
        int k = 10;
        try (WorkerPool pool = new WorkerPool(2)) {
            double[] hubness = Reranking.hubness(digits, k, pool);
            int[] plain = new int[digits.rows()];
            int[] corrected = new int[digits.rows()];
            for (int query = 0; query < digits.rows(); query++) {
                double[] cosines = Similarities.cosines(digits, Similarities.unit(digits, query), pool);
                double[] others = cosines.clone();
                others[query] = -2; // a point isn't its own neighbour
                double own = IntStream.range(0, others.length).mapToDouble(i -> others[i]).boxed()
                        .sorted(Comparator.reverseOrder()).limit(k).mapToDouble(Double::doubleValue).average().orElseThrow();
                assertThat(hubness[query]).isCloseTo(own, within(1e-6));
                double[] scaled = Reranking.csls(others, hubness, k);
                for (int point = 0; point < scaled.length; point += 37) {
                    assertThat(scaled[point]).isCloseTo(2 * others[point] - own - hubness[point], within(1e-6));
                }
                Similarities.highest(others, k, Set.of()).forEach(near -> plain[near.point()]++);
                Similarities.highest(scaled, k, Set.of(query)).forEach(near -> corrected[near.point()]++);
            }
            assertThat(IntStream.of(corrected).max().orElseThrow()).isLessThan(IntStream.of(plain).max().orElseThrow());
        }
    }
}
