package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceWriter;
import org.latent4j.store.Spaces;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import org.latent4j.store.search.SpaceSearch.How;

/**
 * What search costs as spaces grow: time and memory of the exact 10 nearest and of HNSW, by the number of random points, 384 wide.
 * Random directions are the hardest there are for a graph: real texts are found with fewer candidates.
 *
 * <p>Arguments: the numbers of points ({@code 1000,10000,100000}; {@code 1000000} wants {@code -Xmx5g}), and up to how many an index is
 * made of (100000).
 */
public final class SearchGrowth {
    private static final int WIDTH = 384;
    private static final int QUERIES = 200;
    private static final int K = 10;

    private SearchGrowth() {}

    /** Prints a line for exact search of each number of points and one for HNSW. */
    public static void main(String[] arguments) throws IOException {
        String counts = arguments.length > 0 ? arguments[0] : "1000,10000,100000";
        int indexed = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
        Matrix queries = Vectors.gaussian(QUERIES, WIDTH, 1);
        try (WorkerPool one = new WorkerPool(1); WorkerPool all = new WorkerPool(Runtime.getRuntime().availableProcessors())) {
            exact(Vectors.gaussian(1000, WIDTH, 0), queries, one, all); // compiles
            for (String count : counts.split(",")) {
                Matrix points = Vectors.gaussian(Integer.parseInt(count), WIDTH, 0);
                PeakMemory.reset();
                Neighbours truth = exact(points, queries, one, all);
                if (points.rows() <= indexed) {
                    Path folder = written(points);
                    try {
                        PeakMemory.reset();
                        approximate(Spaces.open(folder.resolve("points.space")), queries, truth, all);
                    } finally {
                        delete(folder);
                    }
                }
            }
        }
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static Neighbours exact(Matrix points, Matrix queries, WorkerPool one, WorkerPool all) {
        double single = oneAtATime(points, queries, one);
        long begun = System.nanoTime();
        NeighbourSearch together = prepared(points, all);
        double prepared = seconds(begun);
        begun = System.nanoTime();
        Neighbours found = together.nearest(queries, K);
        System.out.printf(Locale.ROOT,
                "latent4j exact, %,d x %d: prepared in %.2f s on %d threads, one at a time on 1 thread %.1f queries/s, %d at once on %d %.0f; %,d MB%n",
                points.rows(), WIDTH, prepared, all.threads(), QUERIES / single, QUERIES, all.threads(), QUERIES / seconds(begun),
                PeakMemory.megabytes());
        return found;
    }

    /** Asked once, since points are laid out for the first query. */
    private static NeighbourSearch prepared(Matrix points, WorkerPool pool) {
        NeighbourSearch search = new NeighbourSearch(points, Metric.COSINE, pool);
        search.nearest(points.rows(0, 1), K);
        return search;
    }

    private static double oneAtATime(Matrix points, Matrix queries, WorkerPool one) {
        NeighbourSearch alone = prepared(points, one);
        long begun = System.nanoTime();
        for (int query = 0; query < QUERIES; query++) {
            alone.nearest(queries.rows(query, query + 1), K);
        }
        return seconds(begun);
    }

    private static Path written(Matrix points) throws IOException {
        Path folder = Files.createTempDirectory("latent-growth");
        List<String> names = IntStream.range(0, points.rows()).mapToObj(Integer::toString).toList();
        SpaceWriter.write(Space.of(points, names), folder.resolve("points.space"), SpaceWriter.Type.F32);
        return folder;
    }

    private static void approximate(Space space, Matrix queries, Neighbours truth, WorkerPool pool) {
        var options = new SpaceSearch.Options(How.APPROXIMATE, Metric.COSINE, Optional.empty(), 0.95);
        long begun = System.nanoTime();
        try (SpaceSearch search = SpaceSearch.of(space, options, pool, Progress.NONE, System.out::println)) {
            double built = seconds(begun);
            search.nearest(queries, K); // compiles
            begun = System.nanoTime();
            List<List<Hit>> found = search.nearest(queries, K);
            double searched = seconds(begun);
            System.out.printf(Locale.ROOT,
                    "latent4j HNSW, %,d x %d: made in %.1f s on %d threads, %.0f queries/s, recall %.3f; %s; %,d MB%n",
                    space.size(), WIDTH, built, pool.threads(), QUERIES / searched, recall(found, truth), search.told().orElse("exact"),
                    PeakMemory.megabytes());
        }
    }

    private static double recall(List<List<Hit>> found, Neighbours truth) {
        long right = 0;
        for (int query = 0; query < found.size(); query++) {
            int row = query;
            right += found.get(query).stream()
                    .filter(hit -> IntStream.range(0, K).anyMatch(rank -> truth.index(row, rank) == hit.point())).count();
        }
        return (double) right / (found.size() * K);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
