package org.latent4j.space.cluster;

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
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;

class KMeansTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static KMeans fit(Matrix points, int k) {
        return KMeans.fit(points, KMeans.Options.of(k, false, 1), POOL, Progress.NONE);
    }

    @Test
    void inertiaIsTheBestOfScikitLearns() {
        KMeans found = fit(Golden.floats("x"), 10);
        assertThat(found.inertia()).isLessThan(1.005 * Golden.numbers("kmeans_k10_best_inertia_of_50")[0]);
        assertThat(found.predict(Golden.floats("x"), POOL)).isEqualTo(found.labels());
    }

    @Test
    void agreementIsScikitLearns() {
        Agreement agreement = Agreement.of(Golden.ints("kmeans_labels"), Golden.ints("labels"));
        assertThat(agreement.adjustedRand()).isCloseTo(Golden.numbers("kmeans_ari")[0], within(1e-9));
        assertThat(agreement.mutualInformation()).isCloseTo(Golden.numbers("kmeans_nmi")[0], within(1e-9));
    }

    @Test
    void silhouetteIsScikitLearns() {
        Matrix points = Golden.floats("x");
        int[] labels = Golden.ints("labels");
        assertThat(Separation.of(points, labels, Metric.EUCLIDEAN, 600, POOL).silhouette())
                .isCloseTo(Golden.numbers("silhouette_euclidean_true_labels")[0], within(1e-5));
        assertThat(Separation.of(points, labels, Metric.COSINE, 600, POOL).silhouette()).isCloseTo(0.27606896, within(1e-5));
        assertThat(Separation.daviesBouldin(points, labels)).isCloseTo(2.1147948, within(1e-5));
    }

    @Test
    void silhouettesKeepTheirDigitsInTightClustersNarrowConesAndAtZero() {
        Matrix pairs = HdbscanTest.blobs(300, 3, 6, 150);
        Matrix cone = HdbscanTest.blobs(300, 6, 7, 4);
        for (int i = 450; i < pairs.data().length; i++) {
            pairs.data()[i] = pairs.data()[i - 450] + 0.001f;
        }
        for (int i = 0; i < cone.data().length; i++) {
            cone.data()[i] += 10_000;
        }
        Matrix zero = HdbscanTest.blobs(40, 5, 8, 4);
        Arrays.fill(zero.data(), 30, 35, 0);
        for (Metric metric : new Metric[]{Metric.EUCLIDEAN, Metric.COSINE}) {
            assertSilhouettes(pairs, 150, metric);
            assertSilhouettes(cone, 4, metric);
            assertSilhouettes(zero, 4, metric);
        }
    }

    /** As defined, of every pair in double precision. */
    private static void assertSilhouettes(Matrix points, int clusters, Metric metric) {
        int n = points.rows();
        int[] labels = IntStream.range(0, n).map(i -> i % clusters).toArray();
        double[] found = Separation.of(points, labels, metric, n, POOL).silhouettes();
        for (int i = 0; i < n; i++) {
            double[] sums = new double[clusters];
            for (int j = 0; j < n; j++) {
                sums[labels[j]] += i == j ? 0 : metric.distance(points, i, points, j);
            }
            int own = labels[i];
            double within = sums[own] / (n / clusters - 1);
            double next = IntStream.range(0, clusters).filter(k -> k != own).mapToDouble(k -> sums[k] / (n / clusters)).min().orElseThrow();
            assertThat(found[i]).isCloseTo((next - within) / Math.max(within, next), within(1e-5));
        }
    }

    @Test
    void boundsSkipNothingThatWouldHaveChanged() {
        Matrix points = HdbscanTest.blobs(3000, 33, 5, 12);
        KMeans found = KMeans.fit(points, new KMeans.Options(20, 1, 300, 0, 0, false, 3), POOL, Progress.NONE);
        assertThat(found.predict(points, POOL)).isEqualTo(found.labels());
        Matrix centres = found.centres();
        for (int k = 0; k < 20; k++) { // every centre is the mean of its points: nothing is left to do
            double sum = 0;
            int count = 0;
            for (int row = 0; row < 3000; row++) {
                if (found.labels()[row] == k) {
                    sum += points.at(row, 0);
                    count++;
                }
            }
            assertThat(sum / count).isCloseTo(centres.at(k, 0), within(1e-5));
        }
    }

    @Test
    void threadsChangeNothing() {
        Matrix points = HdbscanTest.blobs(10_000, 20, 5, 12);
        KMeans found = fit(points, 12);
        try (WorkerPool one = new WorkerPool(1)) {
            KMeans again = KMeans.fit(points, KMeans.Options.of(12, false, 1), one, Progress.NONE);
            assertThat(again.labels()).isEqualTo(found.labels());
            assertThat(again.centres()).isEqualTo(found.centres());
            assertThat(again.inertia()).isEqualTo(found.inertia());
        }
    }

    @Test
    void sphericalAndMiniBatchFindSeparateBlobs() {
        Matrix points = HdbscanTest.blobs(2000, 24, 5, 4);
        int[] truth = new int[2000];
        Arrays.setAll(truth, i -> i % 4);
        for (KMeans.Options options : new KMeans.Options[]{new KMeans.Options(4, 5, 300, 1e-4, 0, true, 1),
            new KMeans.Options(4, 5, 300, 1e-4, 256, false, 1), new KMeans.Options(4, 5, 300, 1e-4, 256, true, 1)}) {
            KMeans found = KMeans.fit(points, options, POOL, Progress.NONE);
            assertThat(Agreement.of(found.labels(), truth).adjustedRand()).isGreaterThan(0.99);
        }
    }

    @Test
    void oddPointsHaveSensibleClusters() {
        assertThat(fit(Matrix.of(2, 1, 1, 2), 2).inertia()).isZero();
        assertThat(fit(Matrix.of(5, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 3).inertia()).isZero();
        assertThat(fit(Matrix.zeros(100_000, 4), 3).inertia()).isZero();
        assertThat(fit(HdbscanTest.blobs(50, 100_000, 1, 2), 2).labels()).contains(0, 1);
        assertThat(fit(HdbscanTest.blobs(50, 3, 1, 2), 1).labels()).containsOnly(0);
        assertThatThrownBy(() -> fit(Matrix.zeros(3, 2), 4)).isInstanceOf(LatentException.class)
                .hasMessageContaining("4 clusters of 3 points");
        assertThatThrownBy(() -> fit(Matrix.of(2, 1, 1, Float.POSITIVE_INFINITY), 1))
                .hasMessageContaining("point 1 has the value Infinity");
        assertThat(Separation.of(Matrix.zeros(4, 2), new int[4], Metric.EUCLIDEAN, 4, POOL).silhouette()).isNaN();
    }
}
