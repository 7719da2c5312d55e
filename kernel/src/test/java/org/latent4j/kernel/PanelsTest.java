package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PanelsTest {
    private static Matrix product(Kernels kernels, Matrix x, Matrix w, int atATime) {
        Matrix out = Matrix.zeros(x.rows(), w.rows());
        Panels panels = Panels.of(w, kernels);
        Panels.Block block = new Panels.Block();
        int stride = 96;
        for (int from = 0; from < x.rows(); from += atATime) {
            int to = Math.min(x.rows(), from + atATime);
            block.take(x, from, to);
            for (int column = 0; column < w.rows(); column += stride) {
                int count = Math.min(stride, w.rows() - column);
                float[] some = new float[block.roundedRows() * stride];
                block.times(panels, column, column + count, some, stride);
                for (int r = from; r < to; r++) {
                    System.arraycopy(some, (r - from) * stride, out.data(), r * w.rows() + column, count);
                }
            }
        }
        return out;
    }

    /** The chain of multiply-adds, one after the other. */
    private static float chain(Matrix x, int r, Matrix w, int o) {
        float sum = 0;
        for (int k = 0; k < x.columns(); k++) {
            sum = Math.fma(x.at(r, k), w.at(o, k), sum);
        }
        return sum;
    }

    @Property(tries = 60)
    void aProductIsTheSameBitsAloneInAnyBlockAndWithoutVectors(
            @ForAll @IntRange(min = 1, max = 60) int rows,
            @ForAll @IntRange(min = 1, max = 700) int width,
            @ForAll @IntRange(min = 1, max = 150) int others,
            @ForAll @IntRange(min = 1, max = 50) int atATime,
            @ForAll long seed) {
        Matrix x = Weights.activations(rows, width, seed);
        Matrix w = Weights.activations(others, width, seed + 1);
        Matrix all = product(new VectorKernels(), x, w, rows);
        assertThat(product(new VectorKernels(), x, w, atATime)).isEqualTo(all);
        assertThat(product(new VectorKernels(), x, w, 1)).isEqualTo(all);
        assertThat(product(new ScalarKernels(), x, w, atATime)).isEqualTo(all);
        assertThat(all.at(rows - 1, others / 2)).isEqualTo(chain(x, rows - 1, w, others / 2));
        assertThat(all.at(rows / 2, others - 1)).isEqualTo(chain(x, rows / 2, w, others - 1));
    }

    @Property(tries = 60)
    void pickedRowsHaveTheProductsOfPanels(
            @ForAll @IntRange(min = 1, max = 400) int width,
            @ForAll @IntRange(min = 1, max = 120) int count,
            @ForAll long seed) {
        Matrix x = Weights.activations(50, width, seed);
        SeededRandom random = new SeededRandom(seed, 0);
        PickedRows rows = new PickedRows(120, width);
        for (int round = 0; round < 2; round++) { // the second finds what the first has left
            int[] picked = new int[count];
            for (int i = 0; i < count; i++) {
                picked[i] = (int) (random.at(round * 1000 + i) * 50);
            }
            int first = 1 + (int) (random.at(-1 - round) * count);
            float[] products = rows.products(x, picked, count, first);
            for (int i = 0; i < first; i++) {
                for (int j = 0; j < count; j += 7) {
                    assertThat(products[i * rows.stride() + j]).isEqualTo(chain(x, picked[i], x, picked[j]));
                }
            }
        }
    }

    @Test
    void refusesRowsOfAnotherWidthAndBeginningsThatAreNoSteps() {
        Panels.Block block = new Panels.Block();
        block.take(Matrix.zeros(2, 4), 0, 2);
        assertThatThrownBy(() -> block.times(Panels.of(Matrix.zeros(2, 5)), 0, 2, new float[192], 96))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> block.times(Panels.of(Matrix.zeros(9, 4)), 3, 9, new float[192], 96))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
