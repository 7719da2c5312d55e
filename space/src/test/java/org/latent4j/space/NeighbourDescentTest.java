package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

class NeighbourDescentTest {
    @Test
    void findsNearlyAllNeighboursTheSameOnAnyThreads() {
        SeededRandom random = new SeededRandom(1, 0);
        Matrix points = Matrix.zeros(3000, 12);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (random.at(i) - 0.5 + i / 12 % 9 * 0.4);
        }
        try (WorkerPool one = new WorkerPool(1); WorkerPool three = new WorkerPool(3)) {
            Neighbours found = new NeighbourDescent(points, Metric.EUCLIDEAN, 15, 7, one).run(Progress.NONE);
            assertThat(new NeighbourDescent(points, Metric.EUCLIDEAN, 15, 7, three).run(Progress.NONE)).isEqualTo(found);
            Neighbours exact = Neighbours.among(points, 15, Metric.EUCLIDEAN, three);
            int shared = 0;
            for (int i = 0; i < 3000; i++) {
                Set<Integer> true15 = new HashSet<>();
                for (int rank = 0; rank < 15; rank++) {
                    true15.add(exact.index(i, rank));
                }
                for (int rank = 0; rank < 15; rank++) {
                    shared += true15.contains(found.index(i, rank)) ? 1 : 0;
                }
            }
            assertThat(shared / (3000.0 * 15)).isGreaterThan(0.97);
        }
    }

    @Test
    void fewAndEqualPointsHaveAllOthers() {
        try (WorkerPool pool = new WorkerPool(2)) {
            Neighbours three = new NeighbourDescent(Matrix.of(3, 1, 0, 1, 3), Metric.EUCLIDEAN, 9, 1, pool).run(Progress.NONE);
            assertThat(three.indices()).containsExactly(1, 2, 0, 2, 1, 0);
            Neighbours equal = new NeighbourDescent(Matrix.zeros(5000, 3), Metric.COSINE, 5, 1, pool).run(Progress.NONE);
            assertThat(equal.k()).isEqualTo(5);
            assertThatThrownBy(() -> new NeighbourDescent(Matrix.zeros(1, 2), Metric.DOT, 3, 1, pool)).isInstanceOf(LatentException.class);
        }
    }
}
