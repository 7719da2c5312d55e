package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

class TrueNeighboursTest {
    private static Matrix cloud(int count, int width) {
        Random random = new Random(4);
        Matrix points = Matrix.zeros(count, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) random.nextGaussian();
        }
        return points;
    }

    @Test
    void fewPointsHaveAllOfThemAndManyTellTheShare() {
        Matrix points = cloud(3000, 24);
        try (WorkerPool pool = new WorkerPool(2)) {
            TrueNeighbours all = TrueNeighbours.of(points, 15, Metric.COSINE, 1, pool, Progress.NONE);
            assertThat(all.share()).isEqualTo(1);
            assertThat(all.near()).isEqualTo(Neighbours.among(points, 15, Metric.COSINE, pool));
            TrueNeighbours nearly = TrueNeighbours.nearly(points, 15, Metric.COSINE, 1, pool, Progress.NONE);
            long missing = 0;
            for (int i = 0; i < all.near().distances().length; i++) {
                missing += nearly.near().distance(i / 15, i % 15) > all.near().distance(i / 15, 14) ? 1 : 0;
            }
            assertThat(nearly.share()).isBetween(0.8, 0.999);
            assertThat(Math.abs(1 - missing / 45000.0 - nearly.share())).isLessThan(0.02);
            assertThat(TrueNeighbours.nearly(points, 5, Metric.COSINE, 1, pool, Progress.NONE).near().k()).isEqualTo(5);
        }
    }

    @Test
    void aHundredThousandEqualPointsTakeNoTime() {
        Matrix equal = Matrix.zeros(100_000, 4);
        Arrays.fill(equal.data(), 0.7f);
        try (WorkerPool pool = new WorkerPool(2)) {
            TrueNeighbours found = TrueNeighbours.of(equal, 15, Metric.COSINE, 1, pool, Progress.NONE);
            assertThat(found.near().index(99_999, 14)).isEqualTo(14);
            assertThat(TrueNeighbours.nearly(equal, 15, Metric.EUCLIDEAN, 1, pool, Progress.NONE).share()).isEqualTo(0.999);
        }
    }
}
