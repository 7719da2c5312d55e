package org.latent4j.space.projection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.SymmetricEigen;

/**
 * Isomap (Tenenbaum, de Silva and Langford 2000): a map in which straight lines are as long as the shortest ways through the
 * neighbour graph. Of more than a thousand points it is laid out by a thousand landmarks (de Silva and Tenenbaum 2004): the first,
 * then always the point farthest from those before.
 *
 * @param coordinates {@code [points, dims]}
 * @param landmarks how many points the layout is made of
 */
public record Isomap(Matrix coordinates, int landmarks) {
    private static final int MOST_LANDMARKS = 1000;
    /** Up to so many points each is a landmark. */
    private static final int ALL = 1500;

    /**
     * Fits a map.
     *
     * @param k neighbours of each point in the graph
     * @throws LatentException if there are no two points, or the graph is in several parts
     */
    public static Isomap fit(Matrix points, int dims, int k, Metric metric, WorkerPool pool, Progress progress) {
        UmapSettings.require(dims >= 1 && dims <= 16, "dimensions of a map", dims, "from 1 to 16");
        Neighbours neighbours = UmapMap.neighbours(points, k + 1, metric, 1, pool, progress);
        return fit(new Geodesics(neighbours, pool), points.rows(), dims, pool, progress);
    }

    /** Fits a map from ways that are known. */
    public static Isomap fit(Geodesics geodesics, int n, int dims, WorkerPool pool, Progress progress) {
        int parts = geodesics.parts();
        if (parts > 1) {
            throw new LatentException(
                    "the neighbour graph is in %d parts, between which no way leads; take more neighbours".formatted(parts));
        }
        double[][] ways = n <= ALL ? all(geodesics, n, pool) : spread(geodesics, n, progress);
        return new Isomap(layout(ways, n <= ALL ? null : landmarksOf(ways), n, dims, pool), ways.length);
    }

    private static double[][] all(Geodesics geodesics, int n, WorkerPool pool) {
        double[][] ways = new double[n][];
        pool.run(n, (point, _) -> ways[point] = geodesics.from(point));
        return ways;
    }

    private static double[][] spread(Geodesics geodesics, int n, Progress progress) {
        double[][] ways = new double[Math.min(MOST_LANDMARKS, n)][];
        double[] nearest = new double[n];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int next = 0;
        for (int i = 0; i < ways.length; i++) {
            if (nearest[next] <= n * (double) Float.MIN_NORMAL) { // nothing but copies of the landmarks is left
                return Arrays.copyOf(ways, i);
            }
            ways[i] = geodesics.from(next);
            int farthest = 0;
            for (int p = 0; p < n; p++) {
                nearest[p] = Math.min(nearest[p], ways[i][p]);
                farthest = nearest[p] > nearest[farthest] ? p : farthest;
            }
            next = farthest;
            progress.report("Measuring ways", i + 1L, ways.length, Progress.Unit.STEPS);
        }
        return ways;
    }

    /** A landmark is the point that its own ways begin at. */
    private static int[] landmarksOf(double[][] ways) {
        int[] landmarks = new int[ways.length];
        for (int i = 0; i < landmarks.length; i++) {
            while (ways[i][landmarks[i]] > 0) {
                landmarks[i]++;
            }
        }
        return landmarks;
    }

    /** Classical scaling of the landmarks' ways; every point lies where its ways to them say. */
    private static Matrix layout(
            double[][] ways, int @Nullable [] landmarks, int n, int dims, WorkerPool pool) {
        int m = ways.length;
        double[][] squares = new double[m][m];
        double[] means = new double[m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double way = ways[i][landmarks == null ? j : landmarks[j]];
                squares[i][j] = way * way;
                means[i] += squares[i][j] / m;
            }
        }
        double mean = Arrays.stream(means).sum() / m;
        double[][] centred = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double way = (squares[i][j] + squares[j][i]) / 2;
                centred[i][j] = -(way - means[i] - means[j] + mean) / 2;
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(centred);
        Matrix coordinates = Matrix.zeros(n, dims);
        pool.run(n, (point, _) -> {
            for (int d = 0; d < Math.min(dims, m); d++) {
                double value = eigen.values()[m - 1 - d];
                double[] vector = eigen.vectors()[m - 1 - d];
                double sum = 0;
                for (int i = 0; i < m && value > 1e-12 * eigen.values()[m - 1]; i++) {
                    sum += vector[i] / Math.sqrt(value) * (means[i] - ways[i][point] * ways[i][point]) / 2;
                }
                coordinates.data()[point * dims + d] = (float) sum;
            }
        });
        return coordinates;
    }
}
