package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.cluster.Hdbscan;
import org.latent4j.space.cluster.KMeans;

/**
 * Seconds of clusterings. Arguments: {@code kmeans|hdbscan POINTS.npy RUNS [ROWS] [THREADS]}; a line a run, after two that
 * aren't counted.
 */
public final class ClusterSpeed {
    private ClusterSpeed() {}

    /** Prints a line a run. */
    public static void main(String[] arguments) throws IOException {
        String which = arguments[0];
        int runs = Integer.parseInt(arguments[2]);
        int rows = arguments.length > 3 ? Integer.parseInt(arguments[3]) : Integer.MAX_VALUE;
        int threads = arguments.length > 4 ? Integer.parseInt(arguments[4]) : Runtime.getRuntime().availableProcessors();
        Matrix points = Vectors.read(Path.of(arguments[1]), rows);
        try (WorkerPool pool = new WorkerPool(threads)) {
            Supplier<String> work = which.equals("kmeans") ? () -> kMeans(points, pool) : () -> hdbscan(points, pool);
            for (int run = -2; run < runs; run++) {
                long start = System.nanoTime();
                String result = work.get();
                if (run >= 0) {
                    System.out.printf(Locale.ROOT, "%s %d x %d: %.3f s, %s%n", which, points.rows(), points.columns(),
                            (System.nanoTime() - start) / 1e9, result);
                }
            }
        }
    }

    private static String hdbscan(Matrix points, WorkerPool pool) {
        Hdbscan found = Hdbscan.fit(points, new Hdbscan.Options(10, 5, Metric.EUCLIDEAN), pool, Progress.NONE);
        long noise = Arrays.stream(found.labels()).filter(label -> label < 0).count();
        return found.clusters() + " clusters, " + noise + " points of noise";
    }

    private static String kMeans(Matrix points, WorkerPool pool) {
        KMeans found = KMeans.fit(points, new KMeans.Options(50, 1, 300, 1e-4, 0, false, 0), pool, Progress.NONE);
        return String.format(Locale.ROOT, "inertia %.6g after %d iterations", found.inertia(), found.iterations());
    }
}
