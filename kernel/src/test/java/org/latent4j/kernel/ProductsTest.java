package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProductsTest {
    private static Matrix product(Kernels kernels, int threads, Matrix x, PackedMatrix w, float[] bias) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Matrix out = Matrix.zeros(x.rows(), w.rows());
            new Products(pool, kernels).multiply(Precision.F32, x, new Product(w, bias, out));
            return out;
        }
    }

    private static int blocks(Packing packing, int size) {
        return (size + packing.blockSize() - 1) / packing.blockSize() * packing.blockSize();
    }

    @Property(tries = 60)
    void equalsTheSumInDoublePrecision(
            @ForAll Packing packing,
            @ForAll @IntRange(min = 1, max = 13) int rows,
            @ForAll @IntRange(min = 1, max = 1700) int inputs,
            @ForAll @IntRange(min = 1, max = 40) int outputs,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, blocks(packing, inputs), seed);
        PackedMatrix w = Weights.random(packing, outputs, x.columns(), seed + 1);
        float[] bias = Weights.activations(1, outputs, seed + 2).data();
        Matrix vector = product(new VectorKernels(), 2, x, w, bias);
        Matrix scalar = product(new ScalarKernels(), 2, x, w, bias);
        for (int o = 0; o < outputs; o++) {
            float[] weights = Weights.row(w, o);
            for (int r = 0; r < rows; r++) {
                double exact = bias[o];
                double size = Math.abs(exact);
                for (int k = 0; k < weights.length; k++) {
                    exact += (double) weights[k] * x.at(r, k);
                    size += Math.abs((double) weights[k] * x.at(r, k));
                }
                assertThat(Math.abs(vector.at(r, o) - exact)).isLessThanOrEqualTo(1e-6 * size);
                assertThat(Math.abs(vector.at(r, o) - scalar.at(r, o))).isLessThanOrEqualTo((float) (1e-5 * size));
            }
        }
    }

    @Property(tries = 40)
    void aRowsProductIsTheSameBitsAloneAndInAnyBatchOnAnyThreads(
            @ForAll Packing packing,
            @ForAll @IntRange(min = 2, max = 400) int rows,
            @ForAll @IntRange(min = 1, max = 1700) int inputs,
            @ForAll @IntRange(min = 1, max = 70) int outputs,
            @ForAll @IntRange(min = 1, max = 7) int threads,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, blocks(packing, inputs), seed);
        PackedMatrix w = Weights.random(packing, outputs, x.columns(), seed + 1);
        Matrix all = product(new VectorKernels(), threads, x, w, new float[0]);
        for (int from : new int[]{0, rows / 2, rows - 1}) {
            int to = Math.min(rows, from + 1 + (int) Math.floorMod(seed, 5L));
            Matrix some = product(new VectorKernels(), 1, x.rows(from, to), w, new float[0]);
            assertThat(some).isEqualTo(all.rows(from, to));
        }
    }

    /** Decoding works on few rows, reading a prompt on many: token by token must equal all at once. */
    @ParameterizedTest
    @EnumSource(Packing.class)
    void fewRowsGiveTheBitsOfManyForEveryPacking(Packing packing) {
        for (int inputs : new int[]{1, 13, 576, 771, 1601}) {
            for (int outputs : new int[]{1, 3, 4, 7, 8, 41}) {
                Matrix x = Weights.activations(60, blocks(packing, inputs), inputs);
                PackedMatrix w = Weights.random(packing, outputs, x.columns(), outputs);
                Matrix all = product(new VectorKernels(), 2, x, w, new float[0]);
                for (int rows = 1; rows <= 9; rows++) {
                    Matrix some = product(new VectorKernels(), 1 + rows % 3, x.rows(rows, 2 * rows), w, new float[0]);
                    assertThat(some).isEqualTo(all.rows(rows, 2 * rows));
                }
            }
        }
    }

    @Test
    void refusesActivationsOfAnotherWidth() {
        PackedMatrix w = Weights.random(Packing.F32, 3, 5, 1);
        assertThatThrownBy(() -> product(new VectorKernels(), 1, Matrix.zeros(2, 4), w, new float[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 columns");
    }
}
