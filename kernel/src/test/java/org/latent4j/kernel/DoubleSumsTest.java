package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DoubleSumsTest {
    @Property(tries = 200)
    void areTheSameBitsWithVectorsAndWithout(
            @ForAll @IntRange(min = 0, max = 700) int length,
            @ForAll @IntRange(min = 0, max = 5) int xAt,
            @ForAll @IntRange(min = 0, max = 5) int yAt,
            @ForAll long seed) {
        float[] x = Weights.activations(1, length + 5, seed).data();
        float[] y = Weights.activations(1, length + 5, seed + 1).data();
        double product = new VectorKernels().doubleProduct(x, xAt, y, yAt, length);
        double squared = new VectorKernels().doubleSquaredDistance(x, xAt, y, yAt, length);
        assertThat(new ScalarKernels().doubleProduct(x, xAt, y, yAt, length)).isEqualTo(product);
        assertThat(new ScalarKernels().doubleSquaredDistance(x, xAt, y, yAt, length)).isEqualTo(squared);
        double expectedProduct = 0;
        double expectedSquared = 0;
        double size = 1;
        for (int k = 0; k < length; k++) {
            double difference = (double) x[xAt + k] - y[yAt + k];
            expectedProduct += (double) x[xAt + k] * y[yAt + k];
            expectedSquared += difference * difference;
            size += Math.abs((double) x[xAt + k] * y[yAt + k]) + difference * difference;
        }
        assertThat(product).isEqualTo(expectedProduct, offset(1e-13 * size));
        assertThat(squared).isEqualTo(expectedSquared, offset(1e-13 * size));
    }

    @Property(tries = 200)
    void findsAllThatIsntAtMostABound(@ForAll @IntRange(min = 0, max = 100) int length, @ForAll @IntRange(min = 0, max = 9) int from,
            @ForAll long seed) {
        float[] values = Weights.activations(1, length + 10, seed).data();
        values[length / 2] = Float.NaN;
        for (float bound : new float[]{0, Float.NaN, Float.POSITIVE_INFINITY, 1}) {
            int[] some = new int[length + 10];
            int[] expected = new int[length + 10];
            int count = new VectorKernels().allAbove(values, from, from + length, bound, some);
            assertThat(new ScalarKernels().allAbove(values, from, from + length, bound, expected)).isEqualTo(count);
            assertThat(some).isEqualTo(expected);
        }
    }
}
