package org.latent4j.bench;

import java.util.Arrays;
import java.util.Locale;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourDescent;
import org.latent4j.space.Neighbours;
import org.latent4j.space.cluster.Hdbscan;
import org.latent4j.space.cluster.KMeans;
import org.latent4j.space.projection.TsneMap;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapMap;
import org.latent4j.space.projection.UmapSettings;

/**
 * How time and memory grow with the number of points: one piece of work on 50 heaps of points, 50 wide, beside the same of {@code
 * bench/peers/growth.py}. One a process, so that the peak of memory is its own. Arguments: kmeans, umap, tsne, hdbscan, knn (exact) or
 * descent; how many points; threads (default 2).
 */
public final class GrowthSpeed {
    private static final int WIDTH = 50;
    private static final int HEAPS = 50;
    private static final int K = 15;

    private GrowthSpeed() {}

    /** Prints a line; the same work on 500 points before it isn't counted. */
    public static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[1]);
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
        Matrix points = heaps(count);
        try (WorkerPool pool = new WorkerPool(threads)) {
            work(arguments[0], points.rows(0, Math.min(500, count)), pool);
            long begun = System.nanoTime();
            String result = work(arguments[0], points, pool);
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf(Locale.ROOT, "latent4j %s %d x %d: %.2f s, at most %d MB, %s%n", arguments[0], count, WIDTH, seconds,
                    PeakMemory.megabytes(), result);
        }
    }

    /** Points around 50 places, nearer to some than to others, {@code [count, 50]}. */
    private static Matrix heaps(int count) {
        SeededRandom random = new SeededRandom(8, 0);
        Matrix points = Matrix.zeros(count, WIDTH);
        for (int i = 0; i < points.data().length; i++) {
            int row = i / WIDTH;
            double spread = 0.3 + 0.7 * random.at(-1 - row);
            points.data()[i] = (float) (3 * Vectors.normal(new SeededRandom(8, 1), row % HEAPS * WIDTH + i % WIDTH)
                    + spread * Vectors.normal(random, i));
        }
        return points;
    }

    private static String work(String which, Matrix points, WorkerPool pool) {
        return switch (which) {
            case "kmeans" -> String.format(Locale.ROOT, "inertia %.5g",
                    KMeans.fit(points, new KMeans.Options(HEAPS, 1, 300, 1e-4, 0, false, 1), pool, Progress.NONE).inertia());
            case "umap" -> "map of %d".formatted(
                    UmapMap.fit(points, UmapSettings.of(2, Metric.EUCLIDEAN, 1), pool, Progress.NONE).coordinates().rows());
            case "tsne" -> String.format(Locale.ROOT, "KL %.3f",
                    TsneMap.fit(points, TsneSettings.of(2, Metric.EUCLIDEAN, 1), pool, Progress.NONE).divergence());
            case "hdbscan" -> {
                Hdbscan found = Hdbscan.fit(points, new Hdbscan.Options(10, 5, Metric.EUCLIDEAN), pool, Progress.NONE);
                yield found.clusters() + " clusters, " + Arrays.stream(found.labels()).filter(label -> label < 0).count() + " of none";
            }
            case "knn" -> farthest(Neighbours.among(points, K, Metric.EUCLIDEAN, pool));
            case "descent" -> farthest(new NeighbourDescent(points, Metric.EUCLIDEAN, K, 1, pool).run(Progress.NONE));
            default -> throw new IllegalArgumentException("kmeans, umap, tsne, hdbscan, knn or descent, not " + which);
        };
    }

    private static String farthest(Neighbours neighbours) {
        double sum = 0;
        for (int row = 0; row < neighbours.rows(); row++) {
            sum += neighbours.distance(row, neighbours.k() - 1);
        }
        return String.format(Locale.ROOT, "%d-th nearest at %.4f on average", neighbours.k(), sum / neighbours.rows());
    }
}
