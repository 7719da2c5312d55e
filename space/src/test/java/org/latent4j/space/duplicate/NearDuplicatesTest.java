package org.latent4j.space.duplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.duplicate.NearDuplicates.Group;
import org.latent4j.space.duplicate.NearDuplicates.Pair;

class NearDuplicatesTest {
    private static final double THRESHOLD = 0.9;

    /** Clouds of various tightness, exact copies and a row of zeros. */
    private static Matrix points() {
        Matrix points = Matrix.zeros(700, 12);
        SeededRandom random = new SeededRandom(1, 0);
        for (int row = 0; row < 699; row++) {
            for (int c = 0; c < 12; c++) {
                double centre = new SeededRandom(2, row / 3).at(c) - 0.5;
                double aside = (random.at(row * 12 + c) - 0.5) * (row % 7) * 0.1;
                points.data()[row * 12 + c] = (float) (row % 50 == 49 ? points.at(row - 20, c) : centre + aside);
            }
        }
        return points;
    }

    private static List<Group> groups(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            return NearDuplicates.of(points(), THRESHOLD, pool, Progress.NONE);
        }
    }

    @Test
    void groupsAreThoseOfAllPairsOneByOne() {
        Matrix points = points();
        List<TreeSet<Integer>> sets = new ArrayList<>();
        for (int i = 0; i < points.rows(); i++) {
            sets.add(new TreeSet<>(List.of(i)));
        }
        for (int a = 0; a < points.rows(); a++) {
            for (int b = a + 1; b < points.rows(); b++) {
                if (1 - Metric.COSINE.distance(points, a, points, b) >= THRESHOLD && sets.get(a) != sets.get(b)) {
                    TreeSet<Integer> both = sets.get(a);
                    both.addAll(sets.get(b));
                    both.forEach(member -> sets.set(member, both));
                }
            }
        }
        List<List<Integer>> expected = sets.stream().filter(set -> set.size() > 1).distinct().map(set -> List.copyOf(set)).toList();
        List<Group> found = groups(2);
        assertThat(expected).hasSizeGreaterThan(10);
        assertThat(found.stream().map(Group::members)).containsExactlyInAnyOrderElementsOf(expected);
        for (Group group : found) {
            assertThat(group.joined()).hasSize(group.members().size() - 1);
            for (Pair pair : group.joined()) {
                assertThat(pair.similarity()).isGreaterThanOrEqualTo((float) THRESHOLD);
                assertThat(1 - Metric.COSINE.distance(points, pair.a(), points, pair.b())).isCloseTo(pair.similarity(),
                        Offset.offset(1e-6));
            }
        }
    }

    @Test
    void threadsChangeNothing() {
        assertThat(groups(1)).isEqualTo(groups(3));
    }

    @Test
    void copiesAreFoundWithoutEndAndZerosAreAlikeToNothing() {
        Matrix points = Matrix.zeros(20_000, 4);
        for (int row = 0; row < 10_000; row++) {
            points.data()[row * 4] = 2;
        }
        try (WorkerPool pool = new WorkerPool(2)) {
            List<Group> groups = NearDuplicates.of(points, 1, pool, Progress.NONE);
            assertThat(groups).hasSize(1);
            assertThat(groups.getFirst().members()).hasSize(10_000);
            assertThat(groups.getFirst().similarity()).isEqualTo(1);
            assertThatThrownBy(() -> NearDuplicates.of(points, 1.5, pool, Progress.NONE)).isInstanceOf(LatentException.class)
                    .hasMessageContaining("give above 0 to 1");
        }
    }
}
