package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PanelProductsTest {
    private static PackedMatrix packed(Matrix w) {
        MemorySegment data = Arena.ofAuto().allocate(4L * w.data().length, 4);
        MemorySegment.copy(w.data(), 0, data, ValueLayout.JAVA_FLOAT, 0, w.data().length);
        return new PackedMatrix(Packing.F32, w.rows(), w.columns(), data);
    }

    @ParameterizedTest
    @CsvSource({"1,5,3", "2,48,128", "7,100,129", "31,96,16", "300,50,300", "513,7,24"})
    void outputsAreTheInnerProductsWithTheSameBitsForAnyRowsAndThreads(int rows, int outputs, int width) {
        Matrix x = Weights.activations(rows, width, 3);
        Matrix w = Weights.activations(outputs, width, 4);
        float[] bias = Weights.activations(1, outputs, 5).data();
        PackedMatrix weights = packed(w);
        for (Kernels kernels : List.of(new ScalarKernels(), KernelChoice.best())) {
            Matrix one = Matrix.zeros(rows, outputs);
            try (WorkerPool pool = new WorkerPool(1)) {
                Operations operations = new Operations(pool, kernels);
                operations.keep(List.of(weights));
                operations.linear(x, new Product(weights, bias, one));
                for (int r = 0; r < rows; r += 1 + rows / 9) {
                    Matrix alone = Matrix.zeros(1, outputs);
                    operations.linear(Matrix.of(1, width, Arrays.copyOfRange(x.data(), r * width, (r + 1) * width)),
                            new Product(weights, bias, alone));
                    assertThat(alone.data()).isEqualTo(Arrays.copyOfRange(one.data(), r * outputs, (r + 1) * outputs));
                }
            }
            try (WorkerPool pool = new WorkerPool(3)) {
                Operations operations = new Operations(pool, kernels);
                operations.keep(List.of(weights));
                Matrix many = Matrix.zeros(rows, outputs);
                operations.linear(x, new Product(weights, bias, many));
                assertThat(many).isEqualTo(one);
            }
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < outputs; c++) {
                    double sum = bias[c];
                    double size = 1;
                    for (int k = 0; k < width; k++) {
                        sum += (double) x.data()[r * width + k] * w.data()[c * width + k];
                        size += Math.abs((double) x.data()[r * width + k] * w.data()[c * width + k]);
                    }
                    assertThat(Math.abs(one.data()[r * outputs + c] - sum)).isLessThan(2e-6 * size);
                }
            }
        }
    }
}
