package org.latent4j.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceWriter;
import org.latent4j.store.Spaces;

/** What approximate search answers and says of itself, against exact search. */
class SpaceSearchTest {
    @TempDir
    Path folder;

    private Space written(Matrix vectors) {
        Path place = folder.resolve("p.space");
        List<String> names = IntStream.range(0, vectors.rows()).mapToObj(i -> "p" + i).toList();
        SpaceWriter.write(Space.of(vectors, names), place, SpaceWriter.Type.F32);
        return Spaces.open(place);
    }

    private static SpaceSearch search(Space space, SpaceSearch.How how, Metric metric, WorkerPool pool) {
        List<String> notes = new ArrayList<>();
        SpaceSearch search = SpaceSearch.of(space, new SpaceSearch.Options(how, metric, Optional.empty(), 1), pool, Progress.NONE, notes::add);
        assertThat(notes).isEmpty();
        return search;
    }

    /** Similarities that are the same in single precision come from distances that are not. */
    @Test
    void answersStandInTheOrderOfExactOnes() {
        Matrix points = Matrix.zeros(50, 4);
        SeededRandom random = new SeededRandom(3, 0);
        for (int i = 0; i < points.data().length; i++) {
            points.data()[i] = (float) (1 + 1e-4 * random.at(i));
        }
        Space space = written(points);
        try (WorkerPool pool = new WorkerPool(1)) {
            for (Metric metric : List.of(Metric.COSINE, Metric.EUCLIDEAN, Metric.DOT)) {
                try (SpaceSearch exact = search(space, SpaceSearch.How.EXACT, metric, pool);
                        SpaceSearch approximate = search(space, SpaceSearch.How.APPROXIMATE, metric, pool)) {
                    assertThat(approximate.nearest(points, 50)).as("%s", metric).isEqualTo(exact.nearest(points, 50));
                }
            }
        }
    }
}
