package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

class ScoreBoundsTest {
    /** Points whose spread falls from column to column, off centre by as much as is wanted. */
    private static Matrix falling(int rows, int width, double fall, double offset, long seed) {
        SeededRandom random = new SeededRandom(seed, 0);
        Matrix points = Matrix.zeros(rows, width);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) ((random.at(i) - 0.5) * Math.pow(fall, i % width) + offset);
        }
        return points;
    }

    @Property(tries = 100)
    void aPointAtADistanceIsNeverBoundedBelowIt(
            @ForAll Metric metric,
            @ForAll @IntRange(min = 16, max = 200) int width,
            @ForAll @IntRange(min = 50, max = 100) int fall,
            @ForAll @IntRange(min = -3, max = 3) int offset,
            @ForAll boolean shortened,
            @ForAll long seed) {
        Assume.that(metric != Metric.MANHATTAN && metric != Metric.HAMMING);
        Matrix points = falling(150, width, fall / 100.0, offset == 0 ? 0 : Math.pow(10, offset), seed);
        try (WorkerPool pool = new WorkerPool(1)) {
            Factors factors = new Factors(points, metric, pool);
            Optional<Matrix> directions = shortened ? LeadingDirections.of(factors, 1, pool) : Optional.empty();
            ScoreBounds bounds = new ScoreBounds(factors, metric, directions, pool);
            ScoreBounds.Reaches queries = bounds.of(points, 0, 20);
            Panels.Block block = new Panels.Block();
            block.take(queries.rows(), 0, 20);
            float[] scores = new float[block.roundedRows() * 192];
            block.times(bounds.panels(), 0, 150, scores, 192);
            for (int q = 0; q < 20; q++) {
                bounds.adjust(scores, q * 192, 150, 0);
                for (int p = 0; p < 150; p++) {
                    float least = bounds.least(queries.squares()[q], metric.distance(points, q, points, p));
                    assertThat(scores[q * 192 + p]).isGreaterThan(least);
                }
            }
        }
    }

    @Test
    void directionsAreFoundWherePointsReachAlongFewOnly() {
        try (WorkerPool pool = new WorkerPool(2)) {
            Matrix few = falling(4000, 64, 0.8, 3, 1);
            Matrix directions = LeadingDirections.of(new Factors(few, Metric.EUCLIDEAN, pool), 10, pool).orElseThrow();
            assertThat(directions.rows()).isBetween(8, 32);
            for (int i = 0; i < directions.rows(); i++) {
                assertThat(Vectors.norm(directions, i)).isBetween(1 - 1e-6, 1 + 1e-6);
                for (int j = 0; j < i; j++) {
                    assertThat(Math.abs(Vectors.dot(directions, i, directions, j))).isLessThan(1e-6);
                }
            }
            Matrix alike = falling(4000, 64, 1, 0, 2);
            assertThat(LeadingDirections.of(new Factors(alike, Metric.EUCLIDEAN, pool), 10, pool)).isEmpty();
        }
    }
}
