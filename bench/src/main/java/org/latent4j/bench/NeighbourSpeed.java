package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;

/**
 * Exact 10 nearest of embedded descriptions: queries a second, one at a time on one thread and 500 at once. The same work as
 * the peers' {@code neighbours.py}. Arguments: the vectors as {@code .npy}, how many runs are counted.
 */
public final class NeighbourSpeed {
    private static final int QUERIES = 500;

    private NeighbourSpeed() {}

    /** Prints two lines for every run after one that isn't counted. */
    public static void main(String[] arguments) throws IOException {
        Matrix all = Vectors.read(Path.of(arguments[0]), Integer.MAX_VALUE);
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Matrix queries = disturbed(all.rows(0, QUERIES));
        Matrix points = all.rows(QUERIES, all.rows());
        for (int run = 0; run <= runs; run++) {
            try (WorkerPool one = new WorkerPool(1); WorkerPool two = new WorkerPool(2)) {
                tell("one at a time, 1 thread", run, queries, 1, new NeighbourSearch(points, Metric.DOT, one));
                tell("500 at once, 1 thread", run, queries, QUERIES, new NeighbourSearch(points, Metric.DOT, one));
                tell("500 at once, 2 threads", run, queries, QUERIES, new NeighbourSearch(points, Metric.DOT, two));
            }
        }
    }

    private static void tell(String how, int run, Matrix queries, int atATime, NeighbourSearch search) {
        long begun = System.nanoTime();
        for (int from = 0; from < QUERIES; from += atATime) {
            search.nearest(queries.rows(from, from + atATime), 10);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (run > 0) {
            System.out.printf(Locale.ROOT, "latent4j exact, %s: %.0f queries/s%n", how, QUERIES / seconds);
        }
    }

    /** Queries beside the points, as the peers' script has them. */
    private static Matrix disturbed(Matrix queries) {
        SeededRandom random = new SeededRandom(0, 0);
        for (int i = 0; i < queries.data().length; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - random.at(2L * i)));
            queries.data()[i] += (float) (0.02 * radius * Math.cos(2 * Math.PI * random.at(2L * i + 1)));
        }
        return queries;
    }
}
