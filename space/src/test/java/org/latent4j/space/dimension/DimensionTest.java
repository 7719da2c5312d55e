package org.latent4j.space.dimension;

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

class DimensionTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static Neighbours neighbours(Matrix points, int k) {
        return Neighbours.among(points, k, Metric.EUCLIDEAN, POOL);
    }

    @Test
    void estimatesAreTheReferences() {
        Neighbours ten = neighbours(Golden.floats("x"), 10);
        assertThat(Dimension.twoNearest(ten)).isCloseTo(Golden.numbers("twonn_90")[0], within(1e-3));
        assertThat(Dimension.maximumLikelihood(ten)).isCloseTo(Golden.numbers("mle_k10_mackay")[0], within(1e-4));
    }

    @Test
    void aSheetInManyDimensionsIsASheet() {
        Matrix sheet = Matrix.zeros(2000, 40);
        SeededRandom random = new SeededRandom(1, 0);
        for (int row = 0; row < 2000; row++) {
            double u = random.at(2L * row);
            double v = random.at(2L * row + 1);
            for (int c = 0; c < 40; c++) {
                sheet.data()[row * 40 + c] = (float) (u * Math.sin(c) + v * Math.cos(2 * c));
            }
        }
        Neighbours ten = neighbours(sheet, 10);
        assertThat(Dimension.twoNearest(ten)).isBetween(1.8, 2.2);
        assertThat(Dimension.maximumLikelihood(ten)).isBetween(1.7, 2.3);
        assertThat(Dimension.localComponents(sheet, ten, 0.95, POOL)).isBetween(1.5, 2.0);
        assertThat(Dimension.participationRatio(sheet, POOL)).isBetween(1.5, 2.0);
        assertThat(Dimension.participationRatio(sheet.rows(0, 30), POOL)).isBetween(1.4, 2.0);
    }

    @Test
    void oddPointsHaveNoDimension() {
        Matrix equal = Matrix.zeros(100, 3);
        assertThat(Dimension.twoNearest(neighbours(equal, 10))).isNaN();
        assertThat(Dimension.maximumLikelihood(neighbours(equal, 10))).isNaN();
        assertThat(Dimension.localComponents(equal, neighbours(equal, 10), 0.95, POOL)).isNaN();
        assertThat(Dimension.participationRatio(equal, POOL)).isNaN();
        assertThat(Dimension.participationRatio(Matrix.of(2, 1, 1, 2), POOL)).isCloseTo(1, within(1e-12));
        assertThatThrownBy(() -> Dimension.twoNearest(neighbours(Matrix.of(2, 1, 1, 2), 5))).isInstanceOf(LatentException.class)
                .hasMessageContaining("takes 2 neighbours of each point; there are 1");
    }
}
