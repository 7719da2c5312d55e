package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

class NeighboursTest {
    private static Matrix random(int rows, int width, long seed, double offset) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix points = Matrix.zeros(rows, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) - 0.5 + offset);
        }
        return points;
    }

    /** Indices by a search in double precision that measures every pair, ties by index. */
    private static int[] bruteForce(Matrix queries, int query, Matrix points, int k, Metric metric, boolean amongThemselves) {
        double[] distances = IntStream.range(0, points.rows()).mapToDouble(p -> metric.distance(queries, query, points, p)).toArray();
        return IntStream.range(0, points.rows()).filter(p -> !amongThemselves || p != query).boxed()
                .sorted(Comparator.comparingDouble((Integer p) -> distances[p]).thenComparing(p -> p)).limit(k)
                .mapToInt(p -> p).toArray();
    }

    private static int[] row(Neighbours found, int row) {
        return IntStream.range(0, found.k()).map(rank -> found.index(row, rank)).toArray();
    }

    @Property(tries = 60)
    void equalsASearchInDoublePrecision(
            @ForAll Metric metric,
            @ForAll @IntRange(min = 1, max = 300) int points,
            @ForAll @IntRange(min = 1, max = 130) int queries,
            @ForAll @IntRange(min = 1, max = 100) int width,
            @ForAll @IntRange(min = 1, max = 20) int k,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll long seed) {
        Matrix space = random(points, width, seed, 3);
        Matrix asked = random(queries, width, seed + 1, 3);
        try (WorkerPool pool = new WorkerPool(threads)) {
            Neighbours found = Neighbours.of(asked, space, k, metric, pool);
            assertThat(found.k()).isEqualTo(Math.min(k, points));
            for (int q = 0; q < queries; q++) {
                assertThat(row(found, q)).isEqualTo(bruteForce(asked, q, space, k, metric, false));
                assertThat(found.distance(q, 0)).isEqualTo((float) metric.distance(asked, q, space, found.index(q, 0)));
            }
            Neighbours among = Neighbours.among(space, k, metric, pool);
            for (int p = 0; p < points; p++) {
                assertThat(row(among, p)).isEqualTo(bruteForce(space, p, space, k, metric, true));
            }
        }
    }

    @Test
    void givesTheSameBitsForAnyBatchOnAnyThreads() {
        Matrix space = random(7000, 48, 1, 0);
        Matrix queries = random(130, 48, 2, 0);
        for (Metric metric : new Metric[]{Metric.COSINE, Metric.EUCLIDEAN}) {
            try (WorkerPool one = new WorkerPool(1); WorkerPool three = new WorkerPool(3)) {
                Neighbours all = Neighbours.of(queries, space, 10, metric, one);
                assertThat(Neighbours.of(queries, space, 10, metric, three)).isEqualTo(all);
                NeighbourSearch search = new NeighbourSearch(space, metric, three);
                for (int q = 0; q < 4; q++) {
                    Neighbours single = search.nearest(queries.rows(q, q + 1), 10);
                    assertThat(row(single, 0)).isEqualTo(row(all, q));
                    assertThat(single.distance(0, 9)).isEqualTo(all.distance(q, 9));
                }
            }
        }
    }

    /** Points near a plane of few directions, some far out, some zero, all off centre: what shortened products are made for. */
    private static Matrix reachingAlongFew(int rows, int width, long seed, double scale) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix directions = random(4, width, seed + 7, 0);
        Matrix points = random(rows, width, seed + 8, 0);
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < width; c++) {
                double value = 0.5 + 0.05 * points.at(row, c);
                for (int d = 0; d < 4; d++) {
                    value += (random.at(4L * row + d) - 0.5) * directions.at(d, c) * (row % 50 == 7 ? 20 : 1);
                }
                points.data()[row * width + c] = row % 97 == 5 ? 0 : (float) (scale * value);
            }
        }
        return points;
    }

    @Property(tries = 20)
    void shortenedProductsGiveTheSame(
            @ForAll Metric metric,
            @ForAll @IntRange(min = 400, max = 500) int points,
            @ForAll @IntRange(min = 16, max = 28) int width,
            @ForAll @IntRange(min = 1, max = 20) int k,
            @ForAll @IntRange(min = -15, max = 15) int scale,
            @ForAll long seed) {
        Matrix space = reachingAlongFew(points, width, seed, Math.pow(10, scale));
        assertThat(LeadingDirections.mayPay(points, points, width)).isTrue();
        try (WorkerPool pool = new WorkerPool(2)) {
            NeighbourSearch search = new NeighbourSearch(space, metric, pool);
            Neighbours before = search.nearest(space.rows(0, 5), k);
            Neighbours among = search.among(k);
            for (int p = 0; p < points; p++) {
                assertThat(row(among, p)).isEqualTo(bruteForce(space, p, space, k, metric, true));
            }
            assertThat(search.nearest(space.rows(0, 5), k)).isEqualTo(before);
        }
    }

    @Test
    void productsThatOverflowAreMeasured() {
        Matrix space = random(400, 16, 5, 0);
        for (int i = 0; i < space.data().length; i++) {
            space.data()[i] *= 3e38f;
        }
        try (WorkerPool pool = new WorkerPool(2)) {
            for (Metric metric : new Metric[]{Metric.DOT, Metric.COSINE, Metric.ANGULAR}) {
                Neighbours among = Neighbours.among(space, 5, metric, pool);
                for (int p = 0; p < 400; p++) {
                    assertThat(row(among, p)).isEqualTo(bruteForce(space, p, space, 5, metric, true));
                }
            }
        }
    }

    @Test
    void agreesWithScikitLearn() {
        Matrix digits = Golden.floats("x");
        int[] expected = Golden.ints("cosine_neighbours_10");
        try (WorkerPool pool = new WorkerPool(2)) {
            Neighbours found = Neighbours.among(digits, 10, Metric.COSINE, pool);
            int differing = 0;
            for (int i = 0; i < expected.length; i++) {
                if (found.indices()[i] != expected[i]) {
                    differing++;
                    double theirs = Metric.COSINE.distance(digits, i / 10, digits, expected[i]);
                    assertThat((float) theirs).as("a tie").isEqualTo(found.distances()[i], offset(2e-7f));
                }
            }
            assertThat(differing).isLessThan(20);
            Neighbours fifth = Neighbours.among(digits, 5, Metric.EUCLIDEAN, pool);
            float[] distances = Golden.floats("knn_distance_5").data();
            for (int i = 0; i < distances.length; i++) {
                assertThat(fifth.distance(i, 4)).isEqualTo(distances[i], offset(1e-5f * distances[i]));
            }
        }
    }

    @Test
    void duplicatesComeInTheOrderOfTheirIndicesAndZeroVectorsAreFarFromEverything() {
        Matrix same = Matrix.zeros(5000, 3);
        Arrays.fill(same.data(), 0.3f);
        try (WorkerPool pool = new WorkerPool(2)) {
            for (Metric metric : Metric.values()) {
                Neighbours found = Neighbours.among(same, 3, metric, pool);
                assertThat(row(found, 0)).containsExactly(1, 2, 3);
                assertThat(row(found, 2)).containsExactly(0, 1, 3);
                assertThat(row(found, 4999)).containsExactly(0, 1, 2);
            }
            Matrix withZero = Matrix.of(3, 2, 0, 0, 1, 0, 1, 0.1f);
            Neighbours found = Neighbours.among(withZero, 5, Metric.COSINE, pool);
            assertThat(found.k()).isEqualTo(2);
            assertThat(row(found, 1)).containsExactly(2, 0);
            assertThat(found.similarity(0, 0)).isZero();
        }
    }

    @Property(tries = 60)
    void copiesHaveTheNeighboursThatASearchAmongAllFinds(
            @ForAll Metric metric,
            @ForAll @IntRange(min = 2, max = 300) int points,
            @ForAll @IntRange(min = 1, max = 40) int different,
            @ForAll @IntRange(min = 1, max = 9) int width,
            @ForAll @IntRange(min = 1, max = 20) int k,
            @ForAll long seed) {
        Matrix copied = random(different, width, seed, 0);
        for (int i = 0; i < copied.data().length; i++) { // coarse, so that different points are equally far from others
            copied.data()[i] = Math.round(3 * copied.data()[i]);
        }
        SeededRandom random = new SeededRandom(seed, 1);
        Matrix space = Matrix.zeros(points, width);
        for (int row = 0; row < points; row++) {
            System.arraycopy(copied.data(), (int) (random.at(row) * different) * width, space.data(), row * width, width);
        }
        try (WorkerPool pool = new WorkerPool(2)) {
            Neighbours found = Neighbours.among(space, k, metric, pool);
            for (int p = 0; p < points; p++) {
                assertThat(row(found, p)).isEqualTo(bruteForce(space, p, space, k, metric, true));
                assertThat(found.distance(p, 0)).isEqualTo((float) metric.distance(space, p, space, found.index(p, 0)));
            }
            assertThat(Neighbours.nearly(space, points, metric, 1, pool, Progress.NONE))
                    .isEqualTo(Neighbours.among(space, points, metric, pool));
        }
    }

    @Property(tries = 40)
    void ranksAreThePlacesInTheOrderOfDistances(
            @ForAll @IntRange(min = 20, max = 300) int points, @ForAll @IntRange(min = 1, max = 17) int k, @ForAll long seed) {
        Matrix space = random(points, 2, seed, 0);
        for (int i = 0; i < space.data().length; i++) { // exact in single precision, with many ties
            space.data()[i] = Math.round(10 * space.data()[i]);
        }
        Matrix centred = Matrix.zeros(points + points, 2); // mirrored, so that the mean is 0
        System.arraycopy(space.data(), 0, centred.data(), 0, space.data().length);
        for (int i = 0; i < space.data().length; i++) {
            centred.data()[space.data().length + i] = -space.data()[i];
        }
        int row = (int) (new SeededRandom(seed, 2).at(0) * points);
        int[] ordered = bruteForce(centred, row, centred, 2 * points, Metric.EUCLIDEAN, true);
        int[] places = IntStream.range(0, k).map(j -> (int) (new SeededRandom(seed, 3).at(j) * ordered.length)).toArray();
        try (WorkerPool pool = new WorkerPool(1)) {
            int[] seen = Arrays.stream(places).map(place -> ordered[place]).toArray();
            assertThat(new NeighbourRanks(centred, Metric.EUCLIDEAN, pool).of(new int[]{row}, seen, k))
                    .containsExactly(Arrays.stream(places).map(place -> place + 1).toArray());
        }
    }

    @Test
    void ranksCountWhatIsEquallyFarByIndex() {
        Matrix space = Matrix.of(7, 1, 0, 2, -1, 1, 1, 1, 5);
        try (WorkerPool pool = new WorkerPool(1)) {
            NeighbourRanks ranks = new NeighbourRanks(space, Metric.EUCLIDEAN, pool);
            assertThat(ranks.of(new int[]{0, 6}, new int[]{6, 5, 2, 1, 0, 4}, 3)).containsExactly(6, 4, 1, 1, 5, 3);
            Matrix equal = Matrix.zeros(500, 3);
            int[] last = {499, 3, 17};
            assertThat(new NeighbourRanks(equal, Metric.COSINE, pool).of(new int[]{5}, last, 3)).containsExactly(499, 4, 17);
        }
    }

    @Test
    void refusesWhatIsntFiniteAndAnotherWidth() {
        try (WorkerPool pool = new WorkerPool(1)) {
            Matrix broken = Matrix.of(2, 2, 1, 2, 3, Float.NaN);
            assertThatThrownBy(() -> Neighbours.among(broken, 1, Metric.COSINE, pool)).isInstanceOf(LatentException.class)
                    .hasMessageContaining("point 1 has the value NaN in column 1");
            assertThatThrownBy(() -> Neighbours.of(Matrix.zeros(1, 3), Matrix.zeros(2, 2), 1, Metric.DOT, pool))
                    .isInstanceOf(LatentException.class).hasMessageContaining("3 wide and the points 2");
            assertThatThrownBy(() -> Neighbours.among(Matrix.zeros(3, 2), 0, Metric.DOT, pool))
                    .isInstanceOf(LatentException.class).hasMessageContaining("at least 1");
            assertThat(Neighbours.among(Matrix.zeros(1, 2), 4, Metric.DOT, pool).k()).isZero();
        }
    }
}
