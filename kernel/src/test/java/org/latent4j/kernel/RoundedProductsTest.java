package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Products of rounded activations. */
class RoundedProductsTest {
    private static Matrix product(Kernels kernels, int threads, Matrix x, PackedMatrix... weights) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Product[] products = Stream.of(weights)
                    .map(w -> new Product(w, new float[w.rows()], Matrix.zeros(x.rows(), w.rows())))
                    .toArray(Product[]::new);
            Arrays.fill(products[0].bias(), 0.5f);
            new Products(pool, kernels).multiply(Precision.INT8, x, products);
            return products[0].out();
        }
    }

    @Provide
    Arbitrary<Packing> rounding() {
        return Arbitraries.of(Stream.of(Packing.values()).filter(Precision.INT8::rounds).toList());
    }

    private static int blocks(Packing packing, int size) {
        return (size + packing.blockSize() - 1) / packing.blockSize() * packing.blockSize();
    }

    /** The values that activations are rounded to: one scale for 32 of them, by which the largest is 127. */
    private static double[] rounded(float[] x) {
        double[] rounded = new double[x.length];
        for (int from = 0; from < x.length; from += 32) {
            float largest = 0;
            for (int k = from; k < from + 32; k++) {
                largest = Math.max(largest, Math.abs(x[k]));
            }
            for (int k = from; k < from + 32; k++) {
                rounded[k] = largest == 0 ? 0 : Math.round(x[k] * (127 / largest)) * (double) (largest / 127);
            }
        }
        return rounded;
    }

    @Property(tries = 100)
    void equalTheSumOfRoundedActivationsInDoublePrecision(
            @ForAll("rounding") Packing packing,
            @ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(min = 1, max = 1700) int inputs,
            @ForAll @IntRange(min = 1, max = 40) int outputs,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, blocks(packing, inputs), seed);
        PackedMatrix w = Weights.random(packing, outputs, x.columns(), seed + 1);
        Matrix vector = product(new VectorKernels(), 2, x, w);
        Matrix scalar = product(new ScalarKernels(), 1, x, w);
        for (int r = 0; r < rows; r++) {
            double[] activations = rounded(x.row(r));
            for (int o = 0; o < outputs; o++) {
                float[] weights = Weights.row(w, o);
                double exact = 0.5;
                double size = 0.5;
                for (int k = 0; k < weights.length; k++) {
                    exact += weights[k] * activations[k];
                    size += Math.abs(weights[k] * activations[k]);
                }
                assertThat(Math.abs(vector.at(r, o) - exact)).isLessThanOrEqualTo(1e-6 * size);
                assertThat(Math.abs(scalar.at(r, o) - exact)).isLessThanOrEqualTo(1e-5 * size);
            }
        }
    }

    @Property(tries = 40)
    void aRowsProductIsTheSameBitsAloneAndInAnyBatchOnAnyThreads(
            @ForAll("rounding") Packing packing,
            @ForAll @IntRange(min = 2, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 900) int inputs,
            @ForAll @IntRange(min = 1, max = 150) int outputs,
            @ForAll @IntRange(min = 1, max = 7) int threads,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, blocks(packing, inputs), seed);
        PackedMatrix w = Weights.random(packing, outputs, x.columns(), seed + 1);
        Matrix all = product(new VectorKernels(), threads, x, w);
        for (int row = 0; row < rows; row++) {
            assertThat(product(new VectorKernels(), 1, x.rows(row, row + 1), w)).isEqualTo(all.rows(row, row + 1));
        }
    }

    /** Weights of the largest magnitude that a packing has, times activations of the largest: sums of two products must fit. */
    @Test
    void extremesDoNotOverflow() {
        for (byte fill : new byte[]{(byte) 0x80, (byte) 0x7F, (byte) 0xFF, 0}) {
            for (Packing packing : Packing.values()) {
                if (!Precision.INT8.rounds(packing)) {
                    continue;
                }
                PackedMatrix w = Weights.filled(packing, 3, 256, fill);
                for (float sign : new float[]{1, -1}) {
                    Matrix x = Matrix.zeros(1, 256);
                    Arrays.fill(x.data(), sign * 127);
                    double exact = 0.5;
                    for (float weight : Weights.row(w, 0)) {
                        exact += weight * x.data()[0];
                    }
                    assertThat(product(new VectorKernels(), 1, x, w).at(0, 0)).as("%s of %d", packing, fill)
                            .isCloseTo((float) exact, org.assertj.core.data.Percentage.withPercentage(1e-3));
                }
            }
        }
    }

    @Test
    void whatIsNotFiniteStaysSo() {
        PackedMatrix w = Weights.random(Packing.Q4_1, 5, 64, 1);
        for (float value : new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Matrix x = Weights.activations(1, 64, 2);
            x.data()[40] = value;
            for (float y : product(new VectorKernels(), 1, x, w).data()) {
                assertThat(Float.isFinite(y)).isFalse();
            }
        }
    }

    @Test
    void nothingAndNextToNothingGiveTheBias() {
        PackedMatrix w = Weights.random(Packing.Q8_0, 5, 64, 1);
        for (float value : new float[]{0, Float.MIN_VALUE, -Float.MIN_NORMAL}) {
            Matrix x = Matrix.zeros(1, 64);
            Arrays.fill(x.data(), value);
            assertThat(product(new VectorKernels(), 1, x, w).data()).containsOnly(0.5f);
        }
    }

    @Test
    void weightsWithoutIntegersAreMultipliedAsEver() {
        Matrix x = Weights.activations(3, 64, 1);
        PackedMatrix plain = Weights.random(Packing.F16, 7, 64, 2);
        PackedMatrix packed = Weights.random(Packing.Q4_0, 9, 64, 3);
        try (WorkerPool pool = new WorkerPool(2)) {
            Products products = new Products(pool);
            Matrix expected = Matrix.zeros(3, 7);
            products.multiply(Precision.F32, x, new Product(plain, new float[0], expected));
            Matrix out = Matrix.zeros(3, 7);
            Matrix other = Matrix.zeros(3, 9);
            products.multiply(Precision.INT8, x, new Product(plain, new float[0], out), new Product(packed, new float[0], other));
            assertThat(out).isEqualTo(expected);
            Matrix exact = Matrix.zeros(3, 9);
            products.multiply(Precision.F32, x, new Product(packed, new float[0], exact));
            assertThat(other).isNotEqualTo(exact);
        }
    }

    @Test
    void precisionsHaveNames() {
        assertThat(Precision.named("INT8")).isEqualTo(Precision.INT8);
        assertThat(Precision.F32).hasToString("f32");
        assertThatThrownBy(() -> Precision.named("int4"))
                .isInstanceOf(LatentException.class)
                .hasMessage("'int4' is no precision; give f32 or int8");
    }
}
