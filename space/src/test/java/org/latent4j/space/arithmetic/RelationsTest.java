package org.latent4j.space.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

class RelationsTest {
    private static Matrix random(int rows, int width, long seed) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix points = Matrix.zeros(rows, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (2 * random.at(i) - 1);
        }
        return points;
    }

    /** {@code rows} times {@code map} transposed. */
    private static Matrix mapped(Matrix rows, Matrix map) {
        Matrix images = Matrix.zeros(rows.rows(), map.rows());
        for (int row = 0; row < rows.rows(); row++) {
            for (int out = 0; out < map.rows(); out++) {
                double sum = 0;
                for (int c = 0; c < map.columns(); c++) {
                    sum += (double) rows.at(row, c) * map.at(out, c);
                }
                images.data()[row * map.rows() + out] = (float) sum;
            }
        }
        return images;
    }

    @Test
    void aTranslationIsTheMeanDifference() {
        Matrix from = random(5, 7, 1);
        Matrix to = Matrix.zeros(5, 7);
        for (int i = 0; i < to.data().length; i++) {
            to.data()[i] = from.data()[i] + i % 7 - 3;
        }
        double[] difference = Relations.difference(from, to);
        for (int c = 0; c < 7; c++) {
            assertThat(difference[c]).isCloseTo(c - 3, within(1e-6));
        }
    }

    @Test
    void aLinearMapIsFoundFromEnoughPairs() {
        Matrix map = random(6, 6, 2);
        Matrix from = random(40, 6, 3);
        Matrix found = Relations.leastSquares(from, mapped(from, map), 1e-8);
        for (int i = 0; i < map.data().length; i++) {
            assertThat(found.data()[i]).isCloseTo(map.data()[i], within(1e-4f));
        }
    }

    @Test
    void whatNoPairTellsOfStaysAsItIs() {
        Matrix found = Relations.leastSquares(Matrix.of(1, 3, 1, 0, 0), Matrix.of(1, 3, 0, 1, 0), 1e-6);
        Matrix images = mapped(Matrix.of(3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1), found);
        float[] expected = {0, 1, 0, 0, 1, 0, 0, 0, 1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(images.data()[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    /** The gradient of the ridge's objective is zero: {@code (W - I)(X'X + r I) = (Y - X)'X}. */
    @Property(tries = 60)
    void solvesTheNormalEquations(
            @ForAll @IntRange(min = 1, max = 12) int pairs, @ForAll @IntRange(min = 1, max = 9) int width,
            @ForAll @DoubleRange(min = 0.01, max = 10) double ridge, @ForAll long seed) {
        Matrix from = random(pairs, width, seed);
        Matrix to = random(pairs, width, seed + 1);
        Matrix map = Relations.leastSquares(from, to, ridge);
        double square = 0;
        for (float value : from.data()) {
            square += (double) value * value / pairs;
        }
        for (int row = 0; row < width; row++) {
            for (int column = 0; column < width; column++) {
                double left = 0;
                for (int c = 0; c < width; c++) {
                    double moved = map.at(row, c) - (row == c ? 1 : 0);
                    double kernel = c == column ? ridge * square : 0;
                    for (int pair = 0; pair < pairs; pair++) {
                        kernel += (double) from.at(pair, c) * from.at(pair, column);
                    }
                    left += moved * kernel;
                }
                double right = 0;
                for (int pair = 0; pair < pairs; pair++) {
                    right += ((double) to.at(pair, row) - from.at(pair, row)) * from.at(pair, column);
                }
                assertThat(left).isCloseTo(right, within(1e-4 * (1 + ridge)));
            }
        }
    }

    @Test
    void pairsThatArentAreRefused() {
        assertThatThrownBy(() -> Relations.difference(Matrix.zeros(0, 2), Matrix.zeros(0, 2))).isInstanceOf(LatentException.class)
                .hasMessageContaining("there must be some");
        assertThatThrownBy(() -> Relations.leastSquares(Matrix.zeros(2, 2), Matrix.zeros(3, 2), 1)).isInstanceOf(LatentException.class)
                .hasMessageContaining("[2, 2] and [3, 2]");
        assertThatThrownBy(() -> Relations.leastSquares(Matrix.zeros(2, 2), Matrix.zeros(2, 2), 0)).isInstanceOf(LatentException.class)
                .hasMessageContaining("more than 0");
    }

    @Test
    void polesOfAnAxisLieAtMinusOneAndOne() {
        Matrix from = random(2, 5, 4);
        Matrix to = random(3, 5, 5);
        Axis axis = Axis.between(from, to);
        try (WorkerPool pool = new WorkerPool(1)) {
            double[] low = axis.places(from, pool);
            double[] high = axis.places(to, pool);
            assertThat((low[0] + low[1]) / 2).isCloseTo(-1, within(1e-6));
            assertThat((high[0] + high[1] + high[2]) / 3).isCloseTo(1, within(1e-6));
            Axis back = Axis.between(to, from);
            assertThat(back.places(from, pool)[0]).isCloseTo(-low[0], within(1e-9));
            assertThat(Similarities.length(axis.direction())).isCloseTo(1, within(1e-12));
        }
    }
}
