package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

class DiffusionMapTest {
    private static final DiffusionSettings PLAIN = DiffusionSettings.of(2, Metric.EUCLIDEAN);

    private static DiffusionMap fit(Matrix points, DiffusionSettings settings, int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            return DiffusionMap.fit(points, settings, pool, Progress.NONE);
        }
    }

    /** What bench/golden/diffusion.py wrote: matrices by name. */
    private static Map<String, Matrix> golden() throws IOException {
        Map<String, Matrix> matrices = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(DiffusionMapTest.class.getResourceAsStream("diffusion.txt"));
                Scanner from = new Scanner(in, StandardCharsets.US_ASCII)) {
            while (from.hasNext()) {
                String name = from.next();
                Matrix matrix = Matrix.zeros(Integer.parseInt(from.next()), Integer.parseInt(from.next()));
                for (int i = 0; i < matrix.data().length; i++) {
                    matrix.data()[i] = Float.parseFloat(from.next());
                }
                matrices.put(name, matrix);
            }
        }
        return matrices;
    }

    @ParameterizedTest
    @CsvSource({"whole, 120, 119, 0.5, 1, 1", "density, 120, 119, 0.5, 0, 3", "halved, 120, 119, 0.8, 0.5, 2",
        "sparse, 300, 24, 0, 1, 1"})
    void mapsAreThoseOfTheDefinition(String name, int n, int neighbours, double bandwidth, double alpha, double time) throws IOException {
        Map<String, Matrix> golden = golden();
        DiffusionSettings settings = new DiffusionSettings(3, Metric.EUCLIDEAN, neighbours, bandwidth, alpha, time);
        DiffusionMap map = fit(Objects.requireNonNull(golden.get("points")).rows(0, n), settings, 2);
        Matrix expected = Objects.requireNonNull(golden.get(name));
        for (int d = 0; d < 3; d++) {
            assertThat(map.values()[d]).isCloseTo(Objects.requireNonNull(golden.get(name + "_values")).at(0, d), within(2e-6));
        }
        for (int i = 0; i < expected.data().length; i++) {
            assertThat(map.coordinates().data()[i]).isCloseTo(expected.data()[i], within(2e-4f));
        }
    }

    /** Points on a circle in five dimensions, {@code uneven} times as dense on one side as on the other. */
    private static Matrix circle(int n, double uneven) {
        Matrix points = Matrix.zeros(n, 5);
        for (int i = 0; i < n; i++) {
            double turn = 2 * Math.PI * i / n;
            double angle = turn + (uneven - 1) / (uneven + 1) * Math.sin(turn);
            points.data()[5 * i + 1] = (float) (3 * Math.cos(angle));
            points.data()[5 * i + 4] = (float) (3 * Math.sin(angle));
        }
        return points;
    }

    private static double[] radii(DiffusionMap map) {
        double[] radii = new double[map.coordinates().rows()];
        Arrays.setAll(radii, i -> Math.hypot(map.coordinates().at(i, 0), map.coordinates().at(i, 1)));
        Arrays.sort(radii);
        return radii;
    }

    @Test
    void aCircleIsACircleHoweverDenselyItIsDrawn() {
        DiffusionMap even = fit(circle(400, 1), PLAIN.withNeighbours(20), 2);
        assertThat(even.values()[1]).isCloseTo(even.values()[0], within(1e-9)); // both directions alike
        double[] radii = radii(even);
        assertThat(radii[0]).isCloseTo(Math.sqrt(2) * even.values()[0], within(1e-3));
        assertThat(radii[399]).isCloseTo(radii[0], within(1e-3));
        DiffusionSettings fine = PLAIN.withNeighbours(399).withBandwidth(0.05);
        double[] shape = radii(fit(circle(400, 3), fine, 2));
        double[] density = radii(fit(circle(400, 3), fine.withAlpha(0), 2));
        assertThat(shape[399] / shape[0]).isLessThan(1.3);
        assertThat(density[399] / density[0]).isGreaterThan(1.5 * shape[399] / shape[0]);
    }

    @Test
    void eigenvaluesFallFromOneAndTimeIsTheirPower() {
        Matrix points = cloud(400, 6);
        DiffusionMap one = fit(points, DiffusionSettings.of(4, Metric.COSINE), 1);
        DiffusionMap three = fit(points, DiffusionSettings.of(4, Metric.COSINE).withTime(3), 3);
        assertThat(three.values()).isEqualTo(one.values()); // on any number of threads
        for (int d = 0; d < 4; d++) {
            assertThat(one.values()[d]).isPositive().isLessThan(d == 0 ? 1 : one.values()[d - 1] + 1e-12);
            for (int i = 0; i < 400; i++) {
                assertThat(three.coordinates().at(i, d))
                        .isCloseTo((float) (one.coordinates().at(i, d) * one.values()[d] * one.values()[d]), within(1e-5f));
            }
        }
        assertThat(fit(points, DiffusionSettings.of(4, Metric.COSINE), 3).coordinates()).isEqualTo(one.coordinates());
    }

    private static Matrix cloud(int n, int width) {
        SeededRandom random = new SeededRandom(9, 0);
        Matrix points = Matrix.zeros(n, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) + random.at(i + 1_000_000L) - 0.7);
        }
        return points;
    }

    @Test
    void aPointThatWasFittedIsPlacedWhereItLies() {
        Matrix points = cloud(250, 3);
        DiffusionMap map = fit(points, PLAIN.withNeighbours(249), 2);
        try (WorkerPool pool = new WorkerPool(2)) {
            Matrix placed = map.place(points, pool);
            for (int i = 0; i < placed.data().length; i++) {
                assertThat(placed.data()[i]).isCloseTo(map.coordinates().data()[i], within(1e-4f));
            }
            Matrix far = map.place(Matrix.of(1, 3, 1e6f, 1e6f, -1e6f), pool);
            assertThat(far.at(0, 0)).isFinite();
            assertThatThrownBy(() -> map.place(Matrix.zeros(1, 4), pool)).isInstanceOf(LatentException.class)
                    .hasMessageContaining("4 wide");
        }
    }

    /** The walk of all points, copies among them, is that of the different ones where everyone is everyone's neighbour. */
    @Test
    void copiesLieWhereTheirPointsLie() {
        Matrix once = cloud(150, 3);
        Matrix points = Matrix.zeros(260, 3);
        for (int i = 0; i < 260; i++) { // the first twenty points come six times, the next once more, the rest once
            int from = i < 150 ? i : i < 250 ? (i - 150) % 20 : 20 + i - 250;
            System.arraycopy(once.data(), from * 3, points.data(), i * 3, 3);
        }
        Matrix apart = points.rows(0, 260);
        for (int i = 150; i < 260; i++) {
            apart.data()[i * 3] += 1e-5f; // no copies any more
        }
        DiffusionSettings settings = PLAIN.withNeighbours(259).withBandwidth(0.3).withAlpha(0.5);
        DiffusionMap map = fit(points, settings, 2);
        DiffusionMap expected = fit(apart, settings, 2);
        for (int d = 0; d < 2; d++) {
            assertThat(map.values()[d]).isCloseTo(expected.values()[d], within(1e-4));
        }
        for (int i = 0; i < 520; i++) {
            assertThat(map.coordinates().data()[i]).isCloseTo(expected.coordinates().data()[i], within(1e-3f));
        }
        try (WorkerPool pool = new WorkerPool(2)) {
            Matrix placed = map.place(points, pool);
            for (int i = 0; i < 520; i++) {
                assertThat(placed.data()[i]).isCloseTo(map.coordinates().data()[i], within(1e-4f));
            }
        }
    }

    /** Copies don't crowd a neighbourhood: half of these are one point, and have 40 others for neighbours, not each other alone. */
    @Test
    void aThousandCopiesAreOnePoint() {
        Matrix points = cloud(2000, 3);
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(points.data(), 0, points.data(), 3 * i, 3);
        }
        DiffusionMap map = fit(points, PLAIN.withNeighbours(40), 2);
        assertThat(map.values()[1]).isPositive();
        for (int i = 1; i < 1000; i++) {
            assertThat(map.coordinates().at(i, 0)).isEqualTo(map.coordinates().at(0, 0));
        }
        DiffusionMap equal = fit(points.rows(0, 1000), PLAIN, 2);
        assertThat(equal.values()).containsOnly(0);
        assertThat(equal.coordinates().data()).containsOnly(0);
    }

    /** Different points that lie at no distance by cosine: hubs of a star, whose leaves have one eigenvalue a thousandfold. */
    @Test
    void multiplesOfOnePointEndSoon() {
        Matrix points = Matrix.zeros(3000, 2);
        for (int i = 0; i < 3000; i++) {
            points.data()[2 * i] = i + 1;
        }
        DiffusionMap map = fit(points, DiffusionSettings.of(2, Metric.COSINE), 2);
        assertThat(map.values()[1]).isCloseTo(map.values()[0], within(1e-12));
        for (float value : map.coordinates().data()) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void oddInputHasASensibleMapOrALine() {
        for (Matrix points : OddPoints.all()) {
            for (float value : fit(points, PLAIN, 2).coordinates().data()) {
                assertThat(value).isFinite();
            }
        }
        Matrix apart = circle(100, 1);
        for (int i = 0; i < 50; i++) {
            apart.data()[5 * i] = 1e4f;
        }
        assertThatThrownBy(() -> fit(apart, PLAIN.withNeighbours(5), 1)).isInstanceOf(LatentException.class)
                .hasMessageContaining("in 2 parts").hasMessageContaining("take more neighbours");
        assertThatThrownBy(() -> fit(Matrix.zeros(1, 2), PLAIN, 1)).isInstanceOf(LatentException.class).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> PLAIN.withAlpha(2)).isInstanceOf(LatentException.class).hasMessageContaining("from 0 to 1");
    }
}
