package org.latent4j.space.outlier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Cholesky;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;

class OutliersTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static double[] knn(Matrix points, int k) {
        return Outliers.nearestNeighbours(points, k, Metric.EUCLIDEAN, POOL, Progress.NONE);
    }

    private static double[] lof(Matrix points, int k) {
        return Outliers.localOutlierFactor(points, k, Metric.EUCLIDEAN, POOL, Progress.NONE);
    }

    @Test
    void scoresAreScikitLearns() {
        Matrix points = Golden.floats("x");
        assertClose(knn(points, 5), Golden.floats("knn_distance_5").data(), 1e-5);
        float[] expected = Golden.floats("lof_k20").data();
        double[] found = lof(points, 20);
        assertClose(found, expected, 1e-2); // images of whole numbers: equal distances to the 20th neighbour are broken otherwise
        assertThat(IntStream.range(0, 600).filter(row -> Math.abs(found[row] - expected[row]) < 1e-5).count()).isGreaterThan(400);
        ShrunkCovariance covariance = ShrunkCovariance.of(points, POOL);
        assertThat(covariance.shrinkage()).isCloseTo(Golden.numbers("ledoit_wolf_shrinkage")[0], within(1e-9));
        assertClose(covariance.distances(), Golden.floats("mahalanobis_ledoit_wolf_squared").data(), 1e-4);
    }

    private static void assertClose(double[] found, float[] expected, double part) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(part * largest));
        }
    }

    @Test
    void productsOfPointsGiveTheDistancesOfTheCovariance() {
        Matrix tall = Matrix.zeros(30, 29);
        for (int i = 0; i < tall.data().length; i++) {
            tall.data()[i] = (float) Math.sin(i * i * 0.37);
        }
        Matrix wide = Matrix.zeros(30, 31); // two constant columns more change the mean variance alone
        for (int row = 0; row < 30; row++) {
            System.arraycopy(tall.data(), row * 29, wide.data(), row * 31, 29);
        }
        double[] found = ShrunkCovariance.of(wide, POOL).distances();
        double shrinkage = ShrunkCovariance.of(wide, POOL).shrinkage();
        double[] expected = direct(wide, shrinkage);
        for (int row = 0; row < 30; row++) {
            assertThat(found[row]).isCloseTo(expected[row], within(1e-6 * expected[row]));
        }
    }

    private static double[] direct(Matrix points, double shrinkage) {
        int n = points.rows();
        int width = points.columns();
        double[][] centred = new double[n][width];
        for (int c = 0; c < width; c++) {
            double mean = 0;
            for (int row = 0; row < n; row++) {
                mean += points.at(row, c) / n;
            }
            for (int row = 0; row < n; row++) {
                centred[row][c] = points.at(row, c) - mean;
            }
        }
        double[][] covariance = new double[width][width];
        double trace = 0;
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                for (double[] row : centred) {
                    covariance[i][j] += row[i] * row[j] / n;
                }
            }
            trace += covariance[i][i];
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                covariance[i][j] = (1 - shrinkage) * covariance[i][j] + (i == j ? shrinkage * trace / width : 0);
            }
        }
        Cholesky.factor(covariance, POOL);
        double[] distances = new double[n];
        for (int row = 0; row < n; row++) {
            Cholesky.solveLower(covariance, centred[row]);
            distances[row] = Arrays.stream(centred[row]).map(x -> x * x).sum();
        }
        return distances;
    }

    @Test
    void curveCountsTiesHalf() {
        assertThat(Outliers.auroc(new double[]{1, 2, 3, 4}, new boolean[]{false, false, true, true})).isEqualTo(1);
        assertThat(Outliers.auroc(new double[]{1, 1, 1, 1}, new boolean[]{false, false, true, true})).isEqualTo(0.5);
        assertThat(Outliers.auroc(new double[]{3, 1, 2}, new boolean[]{true, true, false})).isEqualTo(0.5);
        assertThat(Outliers.auroc(new double[]{3, 1}, new boolean[2])).isNaN();
    }

    @Test
    void threadsChangeNothing() {
        Matrix points = Golden.floats("x");
        try (WorkerPool one = new WorkerPool(1)) {
            assertThat(Outliers.isolation(points, 3, one)).isEqualTo(Outliers.isolation(points, 3, POOL));
            assertThat(Outliers.tails(points, one)).isEqualTo(Outliers.tails(points, POOL));
            assertThat(Outliers.mahalanobis(points, one)).isEqualTo(Outliers.mahalanobis(points, POOL));
        }
    }

    @Test
    void oddPointsHaveSensibleScores() {
        Matrix equal = Matrix.zeros(100_000, 3);
        assertThat(Outliers.mahalanobis(equal, POOL)).containsOnly(0);
        assertThat(Outliers.tails(equal, POOL)).containsOnly(0);
        assertThat(Outliers.isolation(equal, 1, POOL)[0]).isFinite();
        assertThat(lof(Matrix.zeros(3000, 3), 5)).containsOnly(1);
        assertThat(knn(Matrix.zeros(3000, 3), 5)).containsOnly(0);
        Matrix two = Matrix.of(2, 1, 1, 5);
        assertThat(knn(two, 1)).containsExactly(4, 4);
        for (double[] scores : new double[][]{lof(two, 1), Outliers.mahalanobis(two, POOL), Outliers.tails(two, POOL),
            Outliers.isolation(two, 1, POOL)}) {
            assertThat(scores[0]).isCloseTo(scores[1], within(0.3)).isFinite();
        }
        Matrix wide = Matrix.zeros(20, 100_000);
        wide.data()[7 * 100_000 + 5] = 1;
        assertThat(Outliers.mahalanobis(wide, POOL)[7]).isGreaterThan(Outliers.mahalanobis(wide, POOL)[3]);
        assertThat(Outliers.tails(wide, POOL)[7]).isGreaterThan(Outliers.tails(wide, POOL)[3]);
        assertThat(Outliers.isolation(wide, 1, POOL)[7]).isGreaterThan(Outliers.isolation(wide, 1, POOL)[3]);
        assertThatThrownBy(() -> knn(two, 2)).isInstanceOf(LatentException.class).hasMessageContaining("ask for 1 to 1");
    }
}
