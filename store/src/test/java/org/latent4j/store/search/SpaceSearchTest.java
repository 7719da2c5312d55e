package org.latent4j.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
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
        SeededRandom random = new SeededRandom(9, 0);
        List<Long> shares = IntStream.range(0, vectors.rows()).mapToObj(i -> (long) (1000 * random.at(i))).toList();
        SpaceWriter.write(Space.of(vectors, Items.of(names, Map.of("share", shares)), Origin.of("test")), place, SpaceWriter.Type.F32);
        return Spaces.open(place);
    }

    private static SpaceSearch search(Space space, SpaceSearch.How how, Metric metric, WorkerPool pool) {
        List<String> notes = new ArrayList<>();
        SpaceSearch search = SpaceSearch.of(space, new SpaceSearch.Options(how, metric, Optional.empty(), 1), pool, Progress.NONE,
                notes::add);
        assertThat(notes).isEmpty();
        return search;
    }

    /**
     * Of Gaussian points queries of the same distribution are found as those far from all points, or better; what is stated of either kind
     * isn't more than what is found of it, and what is found of many candidates is stated as many. Among few of the points no less is found.
     */
    @Test
    void noMoreIsStatedThanIsFound() {
        int count = 6000;
        Matrix all = Matrix.zeros(count + 400, 32);
        SeededRandom random = new SeededRandom(4, 0);
        for (int i = 0; i < all.data().length; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - random.at(2L * i)));
            all.data()[i] = (float) (radius * Math.cos(2 * Math.PI * random.at(2L * i + 1)));
        }
        Space space = written(all.rows(0, count));
        Matrix fresh = all.rows(count, count + 400);
        try (WorkerPool pool = new WorkerPool(2); SpaceSearch exact = search(space, SpaceSearch.How.EXACT, Metric.COSINE, pool)) {
            List<List<Hit>> expected = exact.nearest(fresh, 10);
            for (double wanted : new double[]{0.3, 0.8, 0.95}) {
                var options = new SpaceSearch.Options(SpaceSearch.How.APPROXIMATE, Metric.COSINE, Optional.empty(), wanted);
                try (SpaceSearch search = SpaceSearch.of(space, options, pool, Progress.NONE, _ -> {})) {
                    double real = share(search.nearest(fresh, 10), expected);
                    double far = search.recallFar().orElseThrow();
                    assertThat(search.recall().orElseThrow()).as("%s", search.told()).isGreaterThanOrEqualTo(wanted);
                    assertThat(far).as("%s", search.told()).isLessThan(real + 0.03).isGreaterThan(real - 0.08); // both are samples
                    assertThat(search.told().orElseThrow()).contains("%s %% to ones far".formatted(Math.floor(1000 * far) / 10));
                }
                for (int share : new int[]{500, 50, 2}) { // of 1,000 points
                    Where where = Where.parse("share < " + share);
                    try (SpaceSearch search = SpaceSearch.of(space, options.with(where), pool, Progress.NONE, _ -> {});
                            SpaceSearch among = SpaceSearch.of(space, options.with(where).with(SpaceSearch.How.EXACT), pool, Progress.NONE,
                                    _ -> {})) {
                        assertThat(share(search.nearest(fresh, 10), among.nearest(fresh, 10))).as("%s of %s", wanted, where)
                                .isGreaterThanOrEqualTo(search.recallFar().orElseThrow());
                    }
                }
            }
        }
    }

    private static double share(List<List<Hit>> found, List<List<Hit>> expected) {
        long right = 0;
        for (int query = 0; query < found.size(); query++) {
            right += found.get(query).stream().filter(expected.get(query)::contains).count();
        }
        return right / (double) expected.stream().mapToInt(List::size).sum();
    }

    @Test
    void aSinglePointIsFoundExactly() {
        Space space = written(Matrix.of(1, 2, 1, 2));
        try (WorkerPool pool = new WorkerPool(1); SpaceSearch search = search(space, SpaceSearch.How.APPROXIMATE, Metric.COSINE, pool)) {
            assertThat(search.nearest(new float[]{2, 1}, 3)).extracting(Hit::point).containsExactly(0);
            assertThat(search.told()).isEmpty();
        }
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
