package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;

/**
 * Exact 10 nearest of embedded descriptions: queries a second, one at a time on one thread and 500 at once. The same work as
 * {@code peers/exact.py} here: the first 500 are searched for among the others. The first 500 that a search is asked are told apart from those
 * after 2,000, for which it has shortened its products; in these laying points out and shortening isn't counted. Arguments: the vectors as
 * {@code .npy}, how many runs are counted.
 */
public final class NeighbourSpeed {
    private static final int QUERIES = 500;
    private static final int BEFORE = 4;

    private NeighbourSpeed() {}

    /** Prints lines for every run after one that isn't counted. */
    public static void main(String[] arguments) throws IOException {
        Matrix all = Vectors.read(Path.of(arguments[0]), Integer.MAX_VALUE);
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Matrix queries = all.rows(0, QUERIES);
        Matrix points = all.rows(QUERIES, all.rows());
        for (int run = 0; run <= runs; run++) {
            try (WorkerPool one = new WorkerPool(1); WorkerPool two = new WorkerPool(2)) {
                tell("1 thread", run, queries, points, one);
                tell("2 threads", run, queries, points, two);
            }
        }
    }

    private static void tell(String threads, int run, Matrix queries, Matrix points, WorkerPool pool) {
        NeighbourSearch search = new NeighbourSearch(points, Metric.DOT, pool);
        search.nearest(queries.rows(0, 1), 10);
        double firstSingle = perSecond(search, queries.rows(0, QUERIES / 2), 1);
        double first = perSecond(new NeighbourSearch(points, Metric.DOT, pool), queries, QUERIES);
        for (int before = 0; before < BEFORE; before++) {
            search.nearest(queries, 10);
        }
        double single = perSecond(search, queries, 1);
        double together = perSecond(search, queries, QUERIES);
        if (run > 0) {
            System.out.printf(Locale.ROOT, "latent4j exact, one at a time, %s: %.0f queries/s (the first %.0f)%n", threads, single,
                    firstSingle);
            System.out.printf(Locale.ROOT, "latent4j exact, 500 at once, %s: %.0f queries/s (the first, points laid out for them: %.0f)%n",
                    threads,
                    together, first);
        }
    }

    private static double perSecond(NeighbourSearch search, Matrix queries, int atATime) {
        long begun = System.nanoTime();
        for (int from = 0; from < queries.rows(); from += atATime) {
            search.nearest(queries.rows(from, from + atATime), 10);
        }
        return queries.rows() / ((System.nanoTime() - begun) / 1e9);
    }
}
