package org.latent4j.space.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Expression.Method;

/** Sums of words and analogies: how they are written, and that they are 3CosAdd and 3CosMul. */
class ExpressionTest {
    private static final Space WORDS = Space.of(Matrix.of(6, 3, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0.9f, 0.1f, 0.2f, 0.3f, 0.4f),
            List.of("king", "man", "woman", "queen", "well-known", "New York"));

    private static String parsed(String text) {
        StringBuilder terms = new StringBuilder();
        Expression.parse(text, WORDS).terms().forEach(term -> terms.append("%+.1f %s;".formatted(term.weight(), term.name())));
        return terms.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            king - man + woman        | +1.0 king;-1.0 man;+1.0 woman;
            king-man+woman            | +1.0 king;-1.0 man;+1.0 woman;
            king \u2212 man           | +1.0 king;-1.0 man;
            - man + king              | -1.0 man;+1.0 king;
            King + MAN                | +1.0 king;+1.0 man;
            well-known                | +1.0 well-known;
            well-known - man          | +1.0 well-known;-1.0 man;
            New York + man            | +1.0 New York;+1.0 man;
            "New York" - "man"        | +1.0 New York;-1.0 man;
            0.5 * king + 2*man        | +0.5 king;+2.0 man;
            """)
    void isReadAsItIsMeant(String text, String terms) {
        assertThat(parsed(text)).isEqualTo(terms);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            king - - man  | two signs
            king -        | is no sum of names
            -             | is no sum of names
            kimg - man    | did you mean 'king'?
            """)
    void mistakesAreTold(String text, String told) {
        assertThatThrownBy(() -> Expression.parse(text, WORDS)).isInstanceOf(LatentException.class).hasMessageContaining(told);
    }

    @Test
    void sumsAreOfUnitVectorsAndInputsAreLeftOut() {
        try (WorkerPool pool = new WorkerPool(1)) {
            Expression expression = Expression.parse("king - man + woman", WORDS);
            double half = Math.sqrt(0.5);
            double[] sum = expression.sum(WORDS);
            for (int c = 0; c < 3; c++) {
                assertThat(sum[c]).isCloseTo(new double[]{half - 1, half, 1}[c], within(1e-7));
            }
            Expression.Answer answer = expression.solve(WORDS, 2, Method.ADD, WORDS.size(), pool);
            double cosine = (half + 1) / (Math.sqrt(2) * Similarities.length(sum));
            assertThat(answer.results().getFirst().point()).isEqualTo(3);
            assertThat(answer.results().getFirst().similarity()).isCloseTo(cosine, within(1e-7));
            assertThat(answer.results()).noneMatch(result -> result.point() < 3);
            assertThat(answer.unfiltered()).hasSize(2);
            // Levy and Goldberg: with each cosine moved to 0 to 1
            double king = (1 + 0.5) / 2;
            double woman = (1 + half) / 2;
            double man = 0.5;
            assertThat(expression.solve(WORDS, 1, Method.MUL, WORDS.size(), pool).results().getFirst().similarity())
                    .isCloseTo(king * woman / (man + 1e-6), within(1e-7));
            assertThat(expression.solve(WORDS, 9, Method.ADD, 3, pool).results()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void aTestOfAnalogiesAsksWhatSumsAsk(Method method) {
        int count = 700;
        int width = 19;
        SeededRandom random = new SeededRandom(5, 0);
        Matrix vectors = Matrix.zeros(count, width);
        for (int i = 0; i < vectors.data().length; i++) {
            vectors.data()[i] = (float) (random.at(i) - 0.3);
        }
        Space space = Space.of(vectors, IntStream.range(0, count).mapToObj(i -> "w" + i).toList());
        List<String> lines = new ArrayList<>(List.of(": one"));
        int right = 0;
        try (WorkerPool pool = new WorkerPool(3)) {
            for (int question = 0; question < 90; question++) {
                String[] words = new String[4];
                for (int i = 0; i < 3; i++) {
                    words[i] = "w" + (int) (count * random.at(100_000 + 3 * question + i));
                }
                Expression expression = Expression.parse("%s - %s + %s".formatted(words[1], words[0], words[2]), space);
                int best = expression.solve(space, 1, method, count, pool).results().getFirst().point();
                words[3] = question % 3 == 0 ? "w" + (best + 1) % count : "w" + best;
                right += question % 3 == 0 ? 0 : 1;
                lines.add(String.join(" ", words));
                if (question == 45) {
                    lines.add(": two");
                }
            }
            lines.add("w1 w2 w3 nowhere");
            Analogies.Result result = Analogies.parse(lines).ask(space, method, count, pool, Progress.NONE);
            assertThat(result.right()).isEqualTo(right);
            assertThat(result.asked()).isEqualTo(90);
            assertThat(result.skipped()).isOne();
            assertThat(result.groups()).extracting(Analogies.Score::name).containsExactly("one", "two");
            assertThat(result.groups()).extracting(Analogies.Score::asked).containsExactly(46, 44);
        }
        assertThatThrownBy(() -> Analogies.parse(List.of("a b c"))).isInstanceOf(LatentException.class)
                .hasMessageContaining("line 1 of the analogies has 3 words; four are needed");
    }
}
