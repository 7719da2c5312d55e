package org.latent4j.space.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

class CompareTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    @Test
    void alignmentIsTheReferences() {
        KernelAlignment alignment = KernelAlignment.of(Golden.floats("x"), Golden.floats("x2"), POOL);
        assertThat(alignment.biased()).isCloseTo(Golden.numbers("linear_cka")[0], within(1e-6));
        assertThat(alignment.unbiased()).isCloseTo(Golden.numbers("linear_cka_unbiased")[0], within(1e-6));
    }

    @Test
    void disparityIsScipys() {
        Procrustes found = Procrustes.of(Golden.floats("x"), Golden.floats("x2"), POOL);
        assertThat(found.disparity()).isCloseTo(DISPARITY, within(1e-6));
        assertThat(Procrustes.of(Golden.floats("x2"), Golden.floats("x"), POOL).disparity()).isCloseTo(DISPARITY, within(1e-6));
        double sum = 0;
        for (double residual : found.residuals()) {
            sum += residual * residual;
        }
        assertThat(sum).isCloseTo(found.disparity(), within(1e-9));
    }

    private static final double DISPARITY = 0.22732964176673215;

    private static Matrix noise(int count, int width, long seed) {
        Matrix noise = Matrix.zeros(count, width);
        SeededRandom random = new SeededRandom(seed, 0);
        for (int i = 0; i < noise.data().length; i++) {
            noise.data()[i] = (float) random.at(i) - 0.5f;
        }
        return noise;
    }

    @Test
    void whatIsTurnedMovedAndScaledIsTheSame() {
        Matrix one = noise(50, 2, 1);
        Matrix other = Matrix.zeros(50, 2);
        for (int row = 0; row < 50; row++) {
            other.data()[2 * row] = 3 * (0.6f * one.at(row, 0) - 0.8f * one.at(row, 1)) + 7;
            other.data()[2 * row + 1] = 3 * (0.8f * one.at(row, 0) + 0.6f * one.at(row, 1)) - 2;
        }
        assertThat(KernelAlignment.of(one, other, POOL).biased()).isCloseTo(1, within(1e-6));
        assertThat(KernelAlignment.of(one, other, POOL).unbiased()).isCloseTo(1, within(1e-6));
        assertThat(Procrustes.of(one, other, POOL).disparity()).isCloseTo(0, within(1e-6));
        Neighbours near = Neighbours.among(one, 5, Metric.EUCLIDEAN, POOL);
        assertThat(NeighbourOverlap.of(near, Neighbours.among(other, 5, Metric.EUCLIDEAN, POOL)).mean()).isEqualTo(1);
    }

    @Test
    void noiseIsUnlikeNoise() {
        Matrix one = noise(60, 300, 1);
        Matrix other = noise(60, 200, 2);
        KernelAlignment alignment = KernelAlignment.of(one, other, POOL);
        assertThat(alignment.biased()).isGreaterThan(0.7); // few items, wide vectors
        assertThat(alignment.unbiased()).isCloseTo(0, within(0.1));
    }

    @Test
    void oddSpacesAreToldOrHaveNoAlignment() {
        assertThat(KernelAlignment.of(Matrix.zeros(5, 2), noise(5, 2, 1), POOL).biased()).isNaN();
        assertThat(KernelAlignment.of(noise(3, 2, 2), noise(3, 2, 1), POOL).unbiased()).isNaN();
        assertThatThrownBy(() -> KernelAlignment.of(noise(3, 2, 2), noise(4, 2, 1), POOL)).isInstanceOf(LatentException.class);
        assertThatThrownBy(() -> Procrustes.of(Matrix.zeros(5, 2), noise(5, 2, 1), POOL))
                .hasMessageContaining("all points of a space are equal");
        assertThat(Procrustes.of(noise(2, 1, 2), noise(2, 1, 1), POOL).disparity()).isCloseTo(0, within(1e-9));
    }
}
