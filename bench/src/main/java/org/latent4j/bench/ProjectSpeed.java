package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.projection.MapQuality;
import org.latent4j.space.projection.Projection;
import org.latent4j.space.projection.TsneMap;
import org.latent4j.space.projection.TsneSettings;
import org.latent4j.space.projection.UmapMap;
import org.latent4j.space.projection.UmapSettings;

/**
 * Seconds and quality of maps of embedded descriptions. The same work as the peers' {@code project.py}. Arguments: umap, tsne or tsne-grid,
 * the vectors as {@code .npy}, how many rows (default 10,000), how many runs (default 1).
 */
public final class ProjectSpeed {
    private ProjectSpeed() {}

    /** Prints a line for every run; a small map before them isn't counted. */
    public static void main(String[] arguments) throws IOException {
        int rows = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10_000;
        int runs = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1;
        Matrix points = Vectors.read(Path.of(arguments[1]), rows);
        try (WorkerPool pool = new WorkerPool(2)) {
            fit(arguments[0], points.rows(0, Math.min(500, points.rows())), 1, pool);
            for (int run = 0; run < runs; run++) {
                long begun = System.nanoTime();
                Projection map = fit(arguments[0], points, run + 1, pool);
                double seconds = (System.nanoTime() - begun) / 1e9;
                MapQuality quality = MapQuality.of(points, map.coordinates(), Metric.COSINE, 15, pool, Progress.NONE);
                System.out.printf(Locale.ROOT,
                        "latent4j %s of %d x %d: %.2f s, trustworthiness (k 15) %.4f, continuity %.4f, neighbours kept (k 15) %.4f, %d MB%n",
                        arguments[0], points.rows(), points.columns(), seconds, quality.trustworthiness(), quality.continuity(),
                        quality.neighboursKept(),
                        (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
            }
        }
    }

    private static Projection fit(String method, Matrix points, long seed, WorkerPool pool) {
        Progress progress = System.getenv("PROGRESS") == null ? Progress.NONE : new Stages();
        return switch (method) {
            case "umap" -> UmapMap.fit(points, UmapSettings.of(2, Metric.COSINE, seed), pool, progress);
            case "tsne" -> TsneMap.fit(points, TsneSettings.of(2, Metric.COSINE, seed), pool, progress);
            case "tsne-grid" -> TsneMap.fit(points,
                    TsneSettings.of(2, Metric.COSINE, seed).withRepulsion(TsneSettings.Approximation.INTERPOLATION), pool, progress);
            default -> throw new IllegalArgumentException("umap, tsne or tsne-grid, not " + method);
        };
    }

    /** When each stage ended, for those who look for what takes long. */
    private static final class Stages implements Progress {
        private final long begun = System.nanoTime();

        @Override
        public void report(String what, long done, long total, Unit unit) {
            if (done == total) {
                System.err.printf(Locale.ROOT, "%s: until %.2f s%n", what, (System.nanoTime() - begun) / 1e9);
            }
        }
    }
}
