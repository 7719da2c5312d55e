package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Matrix;

class PrincipalComponentsTest {
    private static Matrix points(int count, int width, long seed) {
        Random random = new Random(seed);
        Matrix points = Matrix.zeros(count, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.nextGaussian() * (1 + 5.0 / (1 + i % width)));
        }
        return points;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Property(tries = 50)
    void componentsAreOrthogonalEigenvectorsOfTheCovariance(
            @ForAll @IntRange(min = 3, max = 60) int count, @ForAll @IntRange(min = 2, max = 20) int width, @ForAll long seed) {
        Matrix points = points(count, width, seed);
        int wanted = Math.min(2, width);
        PrincipalComponents found = PrincipalComponents.of(points, wanted);
        for (int k = 0; k < wanted; k++) {
            double[] direction = found.components()[k];
            double[] image = new double[width];
            for (int r = 0; r < count; r++) {
                double along = found.project(points.row(r))[k];
                for (int c = 0; c < width; c++) {
                    image[c] += along * (points.at(r, c) - found.mean()[c]) / (count - 1);
                }
            }
            assertThat(dot(direction, direction)).isCloseTo(1, within(1e-9));
            for (int c = 0; c < width; c++) {
                assertThat(image[c]).isCloseTo(found.variances()[k] * direction[c], within(1e-3 * found.variances()[0]));
            }
        }
        assertThat(Math.abs(dot(found.components()[0], found.components()[1]))).isLessThan(1e-9);
        assertThat(found.variances()[0]).isGreaterThanOrEqualTo(found.variances()[1]);
        assertThat(found.share(0) + found.share(1)).isBetween(0.0, 1 + 1e-9);
    }

    @Test
    void aLineHasOneComponent() {
        Matrix points = Matrix.zeros(20, 3);
        for (int r = 0; r < 20; r++) {
            points.data()[3 * r] = 3 * r;
            points.data()[3 * r + 1] = -4 * r;
            points.data()[3 * r + 2] = 7;
        }
        PrincipalComponents found = PrincipalComponents.of(points, 2);
        assertThat(found.components()[0]).containsExactly(new double[]{-0.6, 0.8, 0}, within(1e-9));
        assertThat(found.share(0)).isCloseTo(1, within(1e-12));
        assertThat(found.variances()[1]).isCloseTo(0, within(1e-9));
    }

    @Test
    void equalPointsHaveNoSpread() {
        PrincipalComponents found = PrincipalComponents.of(Matrix.of(3, 2, 1, 2, 1, 2, 1, 2), 2);
        assertThat(found.share(0)).isZero();
        assertThat(found.project(new float[]{1, 2})).containsExactly(0, 0);
    }

    @Test
    void onePointHasNoComponents() {
        assertThatThrownBy(() -> PrincipalComponents.of(Matrix.zeros(1, 4), 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cosinesAndNormsAreTheDefinitions() {
        Matrix a = Matrix.of(2, 2, 3, 4, 0, 0);
        assertThat(Vectors.norm(a, 0)).isEqualTo(5);
        assertThat(Vectors.cosine(a, 0, a, 0)).isCloseTo(1, within(1e-15));
        assertThat(Vectors.cosine(a, 0, Matrix.of(1, 2, -4, 3), 0)).isCloseTo(0, within(1e-15));
        assertThat(Vectors.cosine(a, 0, a, 1)).isNaN();
    }
}
