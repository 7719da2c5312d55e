package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;

class MapQualityTest {
    @Test
    void agreesWithScikitLearn() {
        Matrix digits = Golden.floats("x");
        Matrix layout = Golden.floats("layout2d");
        try (WorkerPool pool = new WorkerPool(2)) {
            MapQuality quality = MapQuality.of(digits, layout, Metric.EUCLIDEAN, 15, pool, Progress.NONE);
            assertThat(quality.trustworthiness()).isCloseTo(Golden.numbers("trustworthiness_layout2d_k15")[0], within(2e-5));
            assertThat(quality.continuity()).isCloseTo(Golden.numbers("continuity_layout2d_k15")[0], within(2e-5));
            assertThat(quality.neighboursKept()).isCloseTo(Golden.numbers("neighbour_preservation_layout2d_k15")[0], within(5e-4));
            MapQuality five = MapQuality.of(digits, layout, Metric.EUCLIDEAN, 5, pool, Progress.NONE);
            assertThat(five.trustworthiness()).isCloseTo(Golden.numbers("trustworthiness_layout2d_k5")[0], within(2e-5));
        }
    }

    @Test
    void aSpaceIsItsOwnBestMap() {
        Matrix layout = Golden.floats("layout2d");
        try (WorkerPool pool = new WorkerPool(2)) {
            MapQuality quality = MapQuality.of(layout, layout, Metric.EUCLIDEAN, 15, pool, Progress.NONE);
            assertThat(quality.trustworthiness()).isEqualTo(1);
            assertThat(quality.continuity()).isEqualTo(1);
            assertThat(quality.neighboursKept()).isEqualTo(1);
            assertThat(MapQuality.shepard(layout, layout, Metric.EUCLIDEAN, 1)).isCloseTo(1, within(1e-12));
            Matrix two = layout.rows(0, 2);
            assertThat(MapQuality.of(two, two, Metric.EUCLIDEAN, 15, pool, Progress.NONE).neighboursKept()).isEqualTo(1);
            Matrix one = layout.rows(0, 1);
            assertThat(MapQuality.of(one, one, Metric.EUCLIDEAN, 15, pool, Progress.NONE).trustworthiness()).isEqualTo(1);
        }
    }
}
