package org.latent4j.insight.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

class FitsTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");

    /** Points of classes that overlap, their coordinates as unlike and as correlated as those of states. */
    private static Matrix points(int[] labels, int width, long seed) {
        Random random = new Random(seed);
        Matrix x = Matrix.zeros(labels.length, width);
        for (int r = 0; r < labels.length; r++) {
            double shared = random.nextGaussian();
            for (int c = 0; c < width; c++) {
                x.data()[r * width + c] = (float) ((1 + c) * (random.nextGaussian() + 3 * shared + (c % 3 == labels[r] ? 0.7 : 0)) + 5 * c);
            }
        }
        return x;
    }

    private static int[] labels(int rows, int classes) {
        int[] labels = new int[rows];
        Arrays.setAll(labels, r -> r % classes);
        return labels;
    }

    /** The derivatives of scikit-learn's objective, in double precision, are 0 at its minimum. */
    @ParameterizedTest
    @ValueSource(ints = {9, 40, 700})
    void theFitIsTheMinimumWhetherRowsAreFewerOrMoreThanColumns(int rows) {
        int width = 20;
        int[] labels = labels(rows, 3);
        Matrix x = points(labels, width, 3);
        LinearProbe probe = (LinearProbe) Probe.fit(x, labels, CLASSES, Probe.Settings.STANDARD);
        Matrix p = probe.predict(x);
        Matrix z = probe.standardiser().apply(x);
        for (int k = 0; k < 3; k++) {
            for (int c = 0; c < width; c++) {
                double derivative = probe.weight().at(k, c) / rows; // C is 1
                for (int r = 0; r < rows; r++) {
                    derivative += (p.at(r, k) - (labels[r] == k ? 1 : 0)) * z.at(r, c) / rows;
                }
                assertThat(derivative).isCloseTo(0, within(5e-5));
            }
        }
    }

    @Test
    void twoClassesHaveOneWeightVectorAndOppositeDirections() {
        int[] labels = labels(200, 2);
        Probe probe = Probe.fit(points(labels, 12, 5), labels, List.of("no", "yes"), Probe.Settings.STANDARD);
        float[] no = probe.direction(0);
        float[] yes = probe.direction(1);
        for (int c = 0; c < 12; c++) {
            assertThat(no[c]).isEqualTo(-yes[c]);
        }
    }

    @Test
    void ridgeSolvesItsEquationsFromEitherSide() {
        Random random = new Random(7);
        for (int rows : new int[]{10, 200}) {
            int width = 30;
            Matrix x = points(labels(rows, 3), width, 11);
            double[] y = random.doubles(rows).toArray();
            LinearProbe probe = (LinearProbe) Probe.fit(x, y, Probe.Settings.STANDARD.withKind(Probe.Kind.RIDGE).withC(0.5));
            Matrix z = probe.standardiser().apply(x);
            Matrix said = probe.predict(x);
            for (int c = 0; c < width; c++) {
                double derivative = probe.weight().at(0, c) / 0.5;
                for (int r = 0; r < rows; r++) {
                    derivative += (said.at(r, 0) - y[r]) * z.at(r, c);
                }
                assertThat(derivative).isCloseTo(0, within(1e-3));
            }
        }
    }

    @Test
    void whatCannotBeFittedToIsTold() {
        Matrix x = points(labels(6, 3), 4, 1);
        assertThatThrownBy(() -> Probe.fit(x, new int[6], CLASSES, Probe.Settings.STANDARD)).isInstanceOf(LatentException.class)
                .hasMessageContaining("same label 'a'");
        assertThatThrownBy(() -> Probe.fit(x.rows(0, 1), new double[]{1}, Probe.Settings.STANDARD)).isInstanceOf(LatentException.class)
                .hasMessageContaining("two at least");
        assertThatThrownBy(() -> Probe.fit(x, new double[]{1, 2, 3, 4, 5, Double.NaN}, Probe.Settings.STANDARD))
                .isInstanceOf(LatentException.class).hasMessageContaining("must be finite");
        x.data()[9] = Float.NaN;
        assertThatThrownBy(() -> Probe.fit(x, labels(6, 3), CLASSES, Probe.Settings.STANDARD)).isInstanceOf(LatentException.class)
                .hasMessageContaining("row 2").hasMessageContaining("NaN");
        assertThatThrownBy(() -> Probe.fit(x, new double[6], Probe.Settings.STANDARD)).isInstanceOf(LatentException.class)
                .hasMessageContaining("row 2");
    }

    @Test
    void aClassWithoutRowsIsNeverTold() {
        int[] labels = {0, 1, 0, 1, 0, 1, 0, 1};
        Matrix x = points(labels, 6, 2);
        for (Probe.Kind kind : List.of(Probe.Kind.LOGISTIC, Probe.Kind.MEANS, Probe.Kind.MLP)) {
            assertThat(Probe.mostProbable(Probe.fit(x, labels, CLASSES, Probe.Settings.STANDARD.withKind(kind)).predict(x)))
                    .doesNotContain(2);
        }
    }
}
