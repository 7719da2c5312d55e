package org.latent4j.space.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

class HdbscanTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static Hdbscan fit(Matrix points, int minClusterSize, int minSamples, Metric metric) {
        return Hdbscan.fit(points, new Hdbscan.Options(minClusterSize, minSamples, metric), POOL, Progress.NONE);
    }

    @Test
    void labelsAndProbabilitiesAreScikitLearns() {
        Hdbscan found = fit(Golden.floats("blobs"), 10, 5, Metric.EUCLIDEAN);
        assertThat(found.labels()).isEqualTo(Golden.ints("hdbscan_labels_min10_samples5"));
        float[] expected = Golden.floats("hdbscan_probabilities").data();
        for (int i = 0; i < expected.length; i++) {
            assertThat(found.probabilities()[i]).isCloseTo(expected[i], within(1e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"400, 3, EUCLIDEAN", "400, 40, EUCLIDEAN", "1000, 25, EUCLIDEAN", "1000, 25, COSINE", "300, 12, COSINE", "300, 60, COSINE"})
    void spanningTreeIsMinimal(int count, int width, Metric metric) {
        Matrix points = blobs(count, width, 7, 3);
        int minSamples = 5;
        double[] expected = primWeights(points, minSamples, metric);
        int[] counts = new int[count];
        Arrays.fill(counts, 1);
        for (int listed : new int[]{4, 12}) { // with few listed neighbours most edges have to be searched for
            Reachability tree = new TreeReachability(points, counts, minSamples, listed, metric == Metric.COSINE, POOL);
            Reachability wide = new WideReachability(points, counts, minSamples, listed, metric, POOL, Progress.NONE);
            for (Reachability reachability : new Reachability[]{tree, wide}) {
                double[] found = new SpanningTree(reachability, POOL, Progress.NONE).weights;
                Arrays.sort(found);
                assertThat(found).containsExactly(expected, within(1e-9));
            }
        }
    }

    @Test
    void blocksThatAreTooFarArePassedOver() {
        Matrix points = blobs(3000, 30, 5, 20);
        int[] counts = new int[points.rows()];
        Arrays.fill(counts, 1);
        Reachability wide = new WideReachability(points, counts, 5, 9, Metric.EUCLIDEAN, POOL, Progress.NONE);
        Neighbours expected = Neighbours.among(points, 9, Metric.EUCLIDEAN, POOL);
        for (int place = 0; place < points.rows(); place++) {
            for (int rank = 0; rank < 9; rank++) {
                assertThat(wide.row(wide.places[9 * place + rank])).isEqualTo(expected.index(wide.row(place), rank));
                assertThat((float) wide.distances[9 * place + rank]).isEqualTo(expected.distance(wide.row(place), rank));
            }
        }
    }

    @Test
    void narrowConesLoseNoNeighbours() {
        Matrix points = blobs(600, 30, 5, 4);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] += 100_000; // cosines differ from the tenth digit on
        }
        int[] counts = new int[points.rows()];
        Arrays.fill(counts, 1);
        Reachability wide = new WideReachability(points, counts, 5, 9, Metric.COSINE, POOL, Progress.NONE);
        Neighbours expected = Neighbours.among(points, 9, Metric.COSINE, POOL);
        for (int place = 0; place < points.rows(); place++) {
            for (int rank = 0; rank < 9; rank++) {
                assertThat((float) wide.distances[9 * place + rank]).isEqualTo(expected.distance(wide.row(place), rank));
            }
        }
    }

    @Test
    void zeroVectorsAreAtRightAnglesToAllWhateverTheWidth() {
        for (int width : new int[]{4, 30}) {
            Matrix points = blobs(80, width, 9, 2);
            Arrays.fill(points.data(), 17 * width, 18 * width, 0);
            int[] counts = new int[points.rows()];
            Arrays.fill(counts, 1);
            double[] expected = primWeights(points, 5, Metric.COSINE);
            Reachability tree = new TreeReachability(points, counts, 5, 12, true, POOL);
            Reachability wide = new WideReachability(points, counts, 5, 12, Metric.COSINE, POOL, Progress.NONE);
            for (Reachability reachability : new Reachability[]{tree, wide}) {
                double[] found = new SpanningTree(reachability, POOL, Progress.NONE).weights;
                Arrays.sort(found);
                assertThat(found).containsExactly(expected, within(1e-12));
            }
        }
    }

    private static double[] primWeights(Matrix points, int minSamples, Metric metric) {
        int n = points.rows();
        double[][] reach = new double[n][n];
        double[] core = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                reach[i][j] = i == j ? 0 : metric.distance(points, i, points, j);
            }
            double[] sorted = reach[i].clone();
            Arrays.sort(sorted);
            core[i] = sorted[minSamples - 1];
        }
        double[] nearest = new double[n];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        boolean[] in = new boolean[n];
        double[] weights = new double[n - 1];
        int current = 0;
        for (int k = 0; k < n - 1; k++) {
            in[current] = true;
            int best = -1;
            for (int j = 0; j < n; j++) {
                if (!in[j]) {
                    nearest[j] = Math.min(nearest[j], Math.max(reach[current][j], Math.max(core[current], core[j])));
                    best = best < 0 || nearest[j] < nearest[best] ? j : best;
                }
            }
            weights[k] = nearest[best];
            current = best;
        }
        Arrays.sort(weights);
        return weights;
    }

    static Matrix blobs(int count, int width, int seed, int blobs) {
        Random random = new Random(seed);
        Matrix points = Matrix.zeros(count, width);
        float[][] centres = new float[blobs][width];
        for (float[] centre : centres) {
            for (int c = 0; c < width; c++) {
                centre[c] = 3 * (float) random.nextGaussian();
            }
        }
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < width; c++) {
                points.data()[i * width + c] = centres[i % blobs][c] + (float) random.nextGaussian();
            }
        }
        return points;
    }

    @Test
    void whatIsSavedPlacesItsOwnPointsWhereTheyWere() {
        Matrix points = Golden.floats("blobs");
        Hdbscan found = fit(points, 10, 5, Metric.EUCLIDEAN);
        Hdbscan again = Hdbscan.of(found.state());
        assertThat(again.labels()).isEqualTo(found.labels());
        int[] placed = again.predict(points, POOL).labels();
        int same = 0;
        for (int i = 0; i < placed.length; i++) {
            same += placed[i] == found.labels()[i] ? 1 : 0;
        }
        assertThat(same).isGreaterThan(placed.length * 9 / 10); // a point is among its own neighbours now, which are nearer
        Hdbscan.State damaged = new Hdbscan.State(new Hdbscan.Options(10, 5, Metric.EUCLIDEAN), points, new float[270], new int[300],
                new int[300], new int[300], new float[300]);
        assertThatThrownBy(() -> Hdbscan.of(damaged)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void threadsChangeNothing() {
        Matrix points = blobs(1500, 6, 3, 5);
        Hdbscan found = fit(points, 10, 5, Metric.EUCLIDEAN);
        try (WorkerPool one = new WorkerPool(1); WorkerPool five = new WorkerPool(5)) {
            for (WorkerPool pool : new WorkerPool[]{one, five}) {
                Hdbscan again = Hdbscan.fit(points, new Hdbscan.Options(10, 5, Metric.EUCLIDEAN), pool, Progress.NONE);
                assertThat(again.labels()).isEqualTo(found.labels());
                assertThat(again.probabilities()).isEqualTo(found.probabilities());
            }
        }
    }

    @Test
    void aHundredThousandEqualPointsAreNoClusters() {
        Hdbscan found = fit(Matrix.zeros(100_000, 3), 10, 5, Metric.EUCLIDEAN);
        assertThat(found.clusters()).isZero();
        assertThat(found.labels()).containsOnly(-1);
    }

    @Test
    void twoHeapsOfEqualPointsAreTwoClusters() {
        Matrix points = Matrix.zeros(40, 2);
        for (int i = 20; i < 40; i++) {
            points.data()[2 * i] = 5;
        }
        Hdbscan found = fit(points, 5, 5, Metric.EUCLIDEAN);
        assertThat(found.clusters()).isEqualTo(2);
        assertThat(found.labels()[0]).isNotEqualTo(found.labels()[39]);
    }

    @Test
    void whatCannotBeClusteredIsTold() {
        assertThatThrownBy(() -> fit(Matrix.zeros(1, 3), 5, 1, Metric.EUCLIDEAN)).isInstanceOf(LatentException.class)
                .hasMessageContaining("at least 2 points; there are 1");
        assertThatThrownBy(() -> fit(Matrix.zeros(3, 3), 5, 4, Metric.EUCLIDEAN)).hasMessageContaining("at least 4 points");
        assertThatThrownBy(() -> fit(Matrix.of(2, 1, 1, Float.NaN), 2, 1, Metric.EUCLIDEAN)).hasMessageContaining("NaN");
        assertThat(fit(Matrix.of(2, 1, 1, 2), 2, 1, Metric.EUCLIDEAN).labels()).containsExactly(-1, -1);
        assertThat(fit(Matrix.zeros(3, 100_000), 2, 2, Metric.EUCLIDEAN).labels()).containsExactly(-1, -1, -1);
    }
}
