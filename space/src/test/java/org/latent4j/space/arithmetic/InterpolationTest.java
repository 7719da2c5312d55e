package org.latent4j.space.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.space.Golden;

/** Ways between vectors, and the middle of several, by their laws and by what a general minimiser finds. */
class InterpolationTest {
    private static Matrix random(int rows, int width, long seed) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix points = Matrix.zeros(rows, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) - 0.4);
        }
        return points;
    }

    private static double angle(double[] a, double[] b) {
        double cosine = Interpolation.dot(a, b) / (Similarities.length(a) * Similarities.length(b));
        return Math.acos(Math.clamp(cosine, -1, 1));
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static void close(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("value %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }

    @Property(tries = 200)
    void theSphericalWayTurnsEvenlyAndItsLengthChangesEvenly(
            @ForAll @IntRange(min = 2, max = 40) int width, @ForAll @DoubleRange(min = 0, max = 1) double t, @ForAll long seed) {
        Matrix ends = random(2, width, seed);
        float[] a = ends.row(0);
        float[] b = ends.row(1);
        double whole = angle(doubles(a), doubles(b));
        if (Math.PI - whole < 1e-3) {
            return;
        }
        double[] between = Interpolation.spherical(a, b, t);
        assertThat(angle(doubles(a), between)).isCloseTo(t * whole, within(1e-6));
        assertThat(angle(between, doubles(b))).isCloseTo((1 - t) * whole, within(1e-6));
        assertThat(Similarities.length(between))
                .isCloseTo((1 - t) * Similarities.length(doubles(a)) + t * Similarities.length(doubles(b)), within(1e-9));
        close(Interpolation.spherical(b, a, 1 - t), between, 1e-9);
        close(Interpolation.spherical(a, b, 0), doubles(a), 1e-9);
        close(Interpolation.linear(a, b, 1), doubles(b), 1e-9);
    }

    @Test
    void aQuarterOfTheWayRoundIsWhatItShouldBe() {
        close(Interpolation.spherical(new float[]{1, 0}, new float[]{0, 1}, 1.0 / 3), new double[]{Math.sqrt(3) / 2, 0.5}, 1e-12);
        close(Interpolation.spherical(new float[]{2, 0}, new float[]{0, 4}, 0.5), new double[]{3 / Math.sqrt(2), 3 / Math.sqrt(2)}, 1e-12);
        close(Interpolation.linear(new float[]{1, 0}, new float[]{0, 1}, 0.25), new double[]{0.75, 0.25}, 0);
        close(Interpolation.spherical(new float[]{1, 1}, new float[]{3, 3}, 0.5), new double[]{2, 2}, 1e-9); // one direction
    }

    @Test
    void whereThereIsNoShortestWayThatIsSaid() {
        assertThatThrownBy(() -> Interpolation.spherical(new float[]{1, 2}, new float[]{-2, -4}, 0.5)).isInstanceOf(LatentException.class)
                .hasMessageContaining("opposite directions");
        assertThatThrownBy(() -> Interpolation.spherical(new float[]{1, 2}, new float[2], 0.5)).isInstanceOf(LatentException.class)
                .hasMessageContaining("zero vector");
        assertThatThrownBy(() -> Interpolation.frechetMean(Matrix.of(2, 2, 1, 0, -1, 0))).isInstanceOf(LatentException.class)
                .hasMessageContaining("cancel each other out");
        assertThatThrownBy(() -> Interpolation.frechetMean(Matrix.of(2, 2, 1, 0, 0, 0))).isInstanceOf(LatentException.class)
                .hasMessageContaining("vector 1 is zero");
        assertThatThrownBy(() -> Interpolation.frechetMean(Matrix.zeros(0, 2))).isInstanceOf(LatentException.class)
                .hasMessageContaining("at least one");
    }

    @Property(tries = 60)
    void nothingNearTheMeanHasALowerSumOfSquaredAngles(
            @ForAll @IntRange(min = 1, max = 12) int rows, @ForAll @IntRange(min = 2, max = 20) int width, @ForAll long seed) {
        Matrix vectors = random(rows, width, seed);
        for (int i = 0; i < vectors.data().length; i += width) {
            vectors.data()[i] += 2; // in one half of the sphere, where the mean is unique
        }
        double[] mean = Interpolation.frechetMean(vectors);
        assertThat(Similarities.length(mean)).isCloseTo(1, within(1e-12));
        double least = squares(vectors, mean);
        SeededRandom random = new SeededRandom(seed, 1);
        for (int direction = 0; direction < 10; direction++) {
            double[] aside = mean.clone();
            for (int c = 0; c < width; c++) {
                aside[c] += 1e-3 * (random.at(direction * width + c) - 0.5);
            }
            Interpolation.normalise(aside);
            assertThat(squares(vectors, aside)).isGreaterThanOrEqualTo(least - 1e-12);
        }
        if (rows == 2) {
            double[] middle = Interpolation.spherical(vectors.row(0), vectors.row(1), 0.5);
            Interpolation.normalise(middle);
            close(mean, middle, 1e-8);
        }
    }

    private static double squares(Matrix vectors, double[] from) {
        return IntStream.range(0, vectors.rows()).mapToDouble(row -> angle(doubles(vectors.row(row)), from)).map(angle -> angle * angle)
                .sum();
    }

    @Test
    void theMeanOfDigitsIsThatOfAGeneralMinimiser() {
        Matrix digits = Golden.floats("x").rows(0, 40);
        double[] mean = Interpolation.frechetMean(digits);
        // scipy.optimize.minimize (BFGS) of the sum of squared angles over the directions
        close(new double[]{mean[2], mean[3], mean[10], mean[60]},
                new double[]{0.09945898010452953, 0.21340217697922773, 0.16673446371354114, 0.24818192798423158}, 1e-7);
        assertThat(squares(digits, mean)).isCloseTo(13.927400419792123, within(1e-9));
    }
}
