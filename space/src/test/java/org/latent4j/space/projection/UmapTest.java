package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

class UmapTest {
    private static final UmapSettings PLAIN = UmapSettings.of(2, Metric.EUCLIDEAN, 1);

    private static UmapMap fit(Matrix points, UmapSettings settings, int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            return UmapMap.fit(points, settings, pool, Progress.NONE);
        }
    }

    private static void isFinite(Projection map, int points) {
        assertThat(map.coordinates().rows()).isEqualTo(points);
        for (float value : map.coordinates().data()) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void theCurveIsUmapLearns() {
        double[] expected = Golden.numbers("umap_ab_min_dist_0.1_spread_1");
        Curve curve = Curve.fitted(0.1, 1);
        assertThat(curve.a()).isCloseTo(expected[0], within(1e-5));
        assertThat(curve.b()).isCloseTo(expected[1], within(1e-5));
    }

    @Test
    void theFuzzyGraphIsUmapLearns() {
        Matrix digits = Golden.floats("x");
        try (WorkerPool pool = new WorkerPool(2)) {
            Neighbours neighbours = Neighbours.among(digits, 14, Metric.EUCLIDEAN, pool);
            FuzzyGraph fuzzy = FuzzyGraph.of(neighbours, pool);
            float[] rhos = Golden.floats("umap_rhos").data();
            float[] sigmas = Golden.floats("umap_sigmas").data();
            for (int i = 0; i < rhos.length; i++) {
                assertThat(fuzzy.rhos()[i]).isCloseTo(rhos[i], within(1e-4f));
                assertThat(fuzzy.sigmas()[i]).isCloseTo(sigmas[i], within(2e-3f));
            }
            Graph graph = fuzzy.union(neighbours, pool);
            int[] rows = Golden.ints("umap_graph_rows");
            int[] columns = Golden.ints("umap_graph_cols");
            float[] weights = Golden.floats("umap_graph_weights").data();
            assertThat(graph.ends().length).isCloseTo(rows.length, within(40)); // ties at the edge of neighbourhoods
            int missing = 0;
            for (int e = 0; e < rows.length; e++) {
                int at = Arrays.binarySearch(graph.ends(), graph.starts()[rows[e]], graph.starts()[rows[e] + 1], columns[e]);
                missing += at < 0 || Math.abs(graph.weights()[at] - weights[e]) > 1e-3 ? 1 : 0;
            }
            assertThat(missing).isLessThan(40);
        }
    }

    @Test
    void aMapIsAsGoodAsUmapLearnsAndTheSameOnAnyThreads() {
        Matrix digits = Golden.floats("x");
        UmapMap map = fit(digits, PLAIN, 1);
        assertThat(fit(digits, PLAIN, 3).coordinates()).isEqualTo(map.coordinates());
        try (WorkerPool pool = new WorkerPool(2)) {
            MapQuality quality = MapQuality.of(digits, map.coordinates(), Metric.EUCLIDEAN, 15, pool, Progress.NONE);
            assertThat(quality.trustworthiness()).isGreaterThan(0.978); // umap-learn 0.981 to 0.982
            assertThat(quality.neighboursKept()).isGreaterThan(0.625); // umap-learn 0.634 to 0.640
            Matrix placed = map.place(digits.rows(0, 40), pool);
            assertThat(placed).isEqualTo(map.coordinates().rows(0, 40));
        }
    }

    @Test
    void newPointsComeToLieWhereTheirLikesAre() {
        assertThat(Digits.rightlyPlaced(fit(Digits.fitted(), PLAIN, 2))).isGreaterThan(85);
    }

    @Test
    void classesPullTheirPointsTogetherAndDensityIsKept() {
        Matrix digits = Golden.floats("x");
        int[] labels = Golden.ints("labels");
        UmapMap supervised = fit(digits, PLAIN.withClasses(labels), 2);
        try (WorkerPool pool = new WorkerPool(2)) {
            Neighbours nearest = Neighbours.among(supervised.coordinates(), 1, Metric.EUCLIDEAN, pool);
            int right = 0;
            for (int i = 0; i < 600; i++) {
                right += labels[i] == labels[nearest.index(i, 0)] ? 1 : 0;
            }
            assertThat(right).isGreaterThan(594);
        }
        Matrix blobs = twoBlobs(150, 8);
        assertThat(spreadRatio(fit(blobs, PLAIN.withDensity(), 2))).isGreaterThan(1.5 * spreadRatio(fit(blobs, PLAIN, 2)));
        assertThatThrownBy(() -> fit(digits, PLAIN.withClasses(new int[3]), 1)).isInstanceOf(LatentException.class)
                .hasMessageContaining("3 classes for 600 points");
    }

    /** Two clouds, the second ten times as wide. */
    private static Matrix twoBlobs(int each, int width) {
        SeededRandom random = new SeededRandom(5, 0);
        Matrix points = Matrix.zeros(2 * each, width);
        for (int i = 0; i < points.data().length; i++) {
            double size = i / width < each ? 1 : 10;
            points.data()[i] = (float) (size * (random.at(i) - 0.5) + (i / width < each ? 40 : 0));
        }
        return points;
    }

    private static double spreadRatio(UmapMap map) {
        int half = map.coordinates().rows() / 2;
        return spread(map.coordinates().rows(half, 2 * half)) / spread(map.coordinates().rows(0, half));
    }

    private static double spread(Matrix places) {
        double[] mean = new double[2];
        for (int i = 0; i < places.data().length; i++) {
            mean[i % 2] += places.data()[i] / places.rows();
        }
        double sum = 0;
        for (int i = 0; i < places.data().length; i++) {
            sum += Math.pow(places.data()[i] - mean[i % 2], 2);
        }
        return Math.sqrt(sum / places.rows());
    }

    @Test
    void oddInputHasASensibleMap() {
        for (Matrix points : OddPoints.all()) {
            for (Metric metric : new Metric[]{Metric.EUCLIDEAN, Metric.COSINE}) {
                isFinite(fit(points, UmapSettings.of(2, metric, 1).withEpochs(50), 2), points.rows());
            }
        }
        isFinite(fit(Matrix.zeros(100_000, 2), PLAIN.withNeighbours(5).withEpochs(3), 2), 100_000);
        isFinite(fit(twoBlobs(60, 3), PLAIN.withClasses(new int[120]).withEpochs(50), 2), 120); // one label
        Matrix parts = twoBlobs(60, 3); // no edge leads from one to the other
        isFinite(fit(parts, PLAIN.withNeighbours(4).withEpochs(50), 2), 120);
        isFinite(fit(parts, UmapSettings.of(3, Metric.MANHATTAN, 1).withEpochs(50), 2), 120);
        assertThatThrownBy(() -> fit(Matrix.zeros(1, 2), PLAIN, 1)).isInstanceOf(LatentException.class).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> fit(Matrix.of(3, 1, 1, Float.NaN, 2), PLAIN, 1)).isInstanceOf(LatentException.class)
                .hasMessageContaining("point 1 has the value NaN");
        assertThatThrownBy(() -> PLAIN.withNeighbours(1)).isInstanceOf(LatentException.class).hasMessageContaining("from 2");
    }
}
