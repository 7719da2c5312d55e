package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;

class IsomapTest {
    private static Isomap fit(Matrix points, int dims, int k) {
        try (WorkerPool pool = new WorkerPool(2)) {
            return Isomap.fit(points, dims, k, Metric.EUCLIDEAN, pool, Progress.NONE);
        }
    }

    /** A spiral of one and a half turns; points lie evenly along it, {@code length} in all. */
    private static Matrix spiral(int n, double length) {
        Matrix points = Matrix.zeros(n, 3);
        double angle = Math.PI;
        for (int i = 0; i < n; i++) {
            points.data()[3 * i] = (float) (angle * Math.cos(angle));
            points.data()[3 * i + 2] = (float) (angle * Math.sin(angle));
            angle += length / (n - 1) / Math.hypot(1, angle);
        }
        return points;
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 2000})
    void aSpiralIsAsLongAsItIsUnrolled(int n) {
        Isomap map = fit(spiral(n, 60), 2, 4);
        assertThat(map.landmarks()).isEqualTo(n <= 1500 ? n : 1000);
        double first = map.coordinates().at(0, 0);
        for (int i = 0; i < n; i++) {
            assertThat(Math.abs(map.coordinates().at(i, 0) - first)).isCloseTo(60.0 * i / (n - 1), within(0.6));
            assertThat(map.coordinates().at(i, 1)).isCloseTo(0, within(0.5f));
        }
    }

    @Test
    void oddInputHasASensibleMapOrALine() {
        for (Matrix points : OddPoints.all()) {
            for (float value : fit(points, 2, 60).coordinates().data()) {
                assertThat(value).isFinite();
            }
        }
        Matrix apart = spiral(40, 20);
        for (int i = 20; i < 40; i++) {
            apart.data()[3 * i + 1] = 1000;
        }
        assertThatThrownBy(() -> fit(apart, 2, 3)).isInstanceOf(LatentException.class).hasMessageContaining("in 2 parts");
        assertThatThrownBy(() -> fit(Matrix.of(3, 1, 1, Float.NaN, 2), 1, 1)).hasMessageContaining("NaN");
    }
}
