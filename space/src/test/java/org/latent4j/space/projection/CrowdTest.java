package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

/** Copies by the thousand: each map ends soon, and copies lie at one place among the different points. */
class CrowdTest {
    private static final int N = 100_000;

    static Stream<Arguments> maps() {
        Map<String, Function<Matrix, Matrix>> maps = Map.of(
                "umap",
                points -> on(pool -> UmapMap.fit(points, UmapSettings.of(2, Metric.EUCLIDEAN, 1), pool, Progress.NONE).coordinates()),
                "tsne", points -> on(pool -> TsneMap.fit(points, TsneSettings.of(2, Metric.COSINE, 1), pool, Progress.NONE).coordinates()),
                "diffusion", points -> on(
                        pool -> DiffusionMap.fit(points, DiffusionSettings.of(2, Metric.EUCLIDEAN), pool, Progress.NONE).coordinates()),
                "isomap", points -> on(pool -> Isomap.fit(points, 2, 15, Metric.EUCLIDEAN, pool, Progress.NONE).coordinates()));
        return maps.entrySet().stream().map(map -> Arguments.of(map.getKey(), map.getValue()));
    }

    private static Matrix on(Function<WorkerPool, Matrix> work) {
        try (WorkerPool pool = new WorkerPool(2)) {
            return work.apply(pool);
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void aHundredThousandEqualPointsLieAtOnePlace(String name, Function<Matrix, Matrix> map) {
        Matrix points = Matrix.zeros(N, 3);
        Arrays.fill(points.data(), 0.1f);
        assertThat(places(map.apply(points), 0, N)).as(name).hasSize(1);
        Arrays.fill(points.data(), Float.POSITIVE_INFINITY);
        assertThatThrownBy(() -> map.apply(points.rows(0, 300))).as(name).isInstanceOf(LatentException.class)
                .hasMessageContaining("point 0");
    }

    @ParameterizedTest
    @MethodSource("maps")
    void copiesBesideDifferentPointsLieAtOnePlace(String name, Function<Matrix, Matrix> map) {
        SeededRandom random = new SeededRandom(4, 0);
        int copies = 5_000;
        Matrix points = Matrix.zeros(copies + 600, 3);
        Arrays.fill(points.data(), 1);
        for (int i = 3 * copies; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) + 0.5);
        }
        Matrix found = map.apply(points);
        assertThat(places(found, 0, copies)).as(name).hasSize(1);
        assertThat(places(found, copies, copies + 600)).as(name).hasSize(600);
        for (float value : found.data()) {
            assertThat(value).isFinite();
        }
    }

    private static Set<String> places(Matrix map, int from, int to) {
        Set<String> places = new HashSet<>();
        for (int i = from; i < to; i++) {
            places.add(map.at(i, 0) + " " + map.at(i, 1));
        }
        return places;
    }
}
