package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowProductsTest {
    private static Matrix product(Kernels kernels, Matrix x, Matrix w, int atATime) {
        Matrix out = Matrix.zeros(x.rows(), w.rows());
        RowProducts products = new RowProducts(kernels);
        for (int from = 0; from < x.rows(); from += atATime) {
            products.take(x, from, Math.min(x.rows(), from + atATime));
            products.times(w, 0, w.rows(), out.data(), from * w.rows(), w.rows());
        }
        return out;
    }

    @Property(tries = 60)
    void equalsTheSumInDoublePrecision(
            @ForAll @IntRange(min = 1, max = 30) int rows,
            @ForAll @IntRange(min = 1, max = 1700) int width,
            @ForAll @IntRange(min = 1, max = 90) int others,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, width, seed);
        Matrix w = Weights.activations(others, width, seed + 1);
        Matrix vector = product(new VectorKernels(), x, w, rows);
        Matrix scalar = product(new ScalarKernels(), x, w, rows);
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < others; o++) {
                double exact = 0;
                double size = 0;
                for (int k = 0; k < width; k++) {
                    exact += (double) x.at(r, k) * w.at(o, k);
                    size += Math.abs((double) x.at(r, k) * w.at(o, k));
                }
                assertThat(Math.abs(vector.at(r, o) - exact)).isLessThanOrEqualTo(1e-6 * size);
                assertThat(Math.abs(scalar.at(r, o) - exact)).isLessThanOrEqualTo(1e-5 * size);
            }
        }
    }

    @Property(tries = 60)
    void aProductIsTheSameBitsAloneAndInAnyBlock(
            @ForAll @IntRange(min = 1, max = 120) int rows,
            @ForAll @IntRange(min = 1, max = 1700) int width,
            @ForAll @IntRange(min = 1, max = 90) int others,
            @ForAll @IntRange(min = 1, max = 50) int atATime,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, width, seed);
        Matrix w = Weights.activations(others, width, seed + 1);
        for (Kernels kernels : new Kernels[]{new VectorKernels(), new ScalarKernels()}) {
            Matrix all = product(kernels, x, w, rows);
            assertThat(product(kernels, x, w, atATime)).isEqualTo(all);
            assertThat(product(kernels, x, w, 1)).isEqualTo(all);
        }
    }

    @Test
    void refusesRowsOfAnotherWidth() {
        RowProducts products = new RowProducts();
        products.take(Matrix.zeros(2, 4), 0, 2);
        assertThatThrownBy(() -> products.times(Matrix.zeros(2, 5), 0, 2, new float[4], 0, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
