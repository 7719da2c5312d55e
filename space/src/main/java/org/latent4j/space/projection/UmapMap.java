package org.latent4j.space.projection;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * A map by UMAP (McInnes, Healy and Melville 2018): points that are neighbours in the space are pulled together, random others
 * pushed apart. The same seed gives the same bits on any number of threads.
 *
 * @param settings how it was fitted
 * @param points the points that were fitted, {@code [points, width]}; not a copy
 * @param coordinates where they lie, {@code [points, dims]}
 */
public record UmapMap(UmapSettings settings, Matrix points, Matrix coordinates) implements Projection {
    /** From how many points on neighbours are found by descent; up to there the exact search is as fast. */
    static final int DESCENT_FROM = 20_000;

    /**
     * Fits a map. Where copies of a point fill its neighbourhood and there are no classes, the different points are fitted alone.
     *
     * @param points {@code [points, width]}
     * @throws LatentException if there are no two points, a value isn't finite, or there aren't as many classes as points
     */
    public static UmapMap fit(Matrix points, UmapSettings settings, WorkerPool pool, Progress progress) {
        Optional<Distinct> crowd = settings.classes().isPresent()
                ? Optional.empty()
                : Crowd.in(points, settings.neighbours() - 1, settings.metric(), pool);
        if (crowd.isPresent()) {
            Matrix different = crowd.get().pick(points);
            Matrix places = different.rows() == 1
                    ? Matrix.zeros(1, settings.dims())
                    : fit(different, settings, pool, progress).coordinates();
            return new UmapMap(settings, points, crowd.get().spread(places));
        }
        return fit(points, neighbours(points, settings.neighbours(), settings.metric(), settings.seed(), pool, progress), settings, pool,
                progress);
    }

    /** Fits a map where the neighbours are known: {@code settings.neighbours() - 1} other points of each. */
    public static UmapMap fit(Matrix points, Neighbours neighbours, UmapSettings settings, WorkerPool pool, Progress progress) {
        int n = points.rows();
        settings.classes().ifPresent(classes -> {
            if (classes.length != n) {
                throw new LatentException("%d classes for %d points; give one for each".formatted(classes.length, n));
            }
        });
        FuzzyGraph fuzzy = FuzzyGraph.of(neighbours, pool);
        Graph graph = fuzzy.union(neighbours, pool);
        if (settings.classes().isPresent()) {
            graph = Supervision.intersect(graph, settings.classes().get(), pool);
        }
        float[] start = SpectralStart.of(graph, points, settings.dims(), settings.seed(), pool);
        rescale(start, settings.dims());
        UmapLayout layout = new UmapLayout(graph, settings, n, pool);
        if (settings.density()) {
            layout.keepDensity(Density.of(graph, points, settings.metric(), pool));
        }
        layout.run(start, settings.epochsFor(n), progress);
        return new UmapMap(settings, points, Matrix.of(n, settings.dims(), start));
    }

    static Neighbours neighbours(Matrix points, int neighbours, Metric metric, long seed, WorkerPool pool, Progress progress) {
        int n = points.rows();
        requireTwo(n);
        int others = Math.min(neighbours - 1, n - 1);
        return n < DESCENT_FROM
                ? Neighbours.among(points, others, metric, pool, progress)
                : Neighbours.nearly(points, others, metric, seed, pool, progress);
    }

    static void requireTwo(int points) {
        if (points < 2) {
            throw new LatentException("a map of %d point%s; at least 2 are needed".formatted(points, points == 1 ? "" : "s"));
        }
    }

    /** Every coordinate from 0 to 10, as umap-learn begins. */
    private static void rescale(float[] start, int dims) {
        for (int d = 0; d < dims; d++) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (int i = d; i < start.length; i += dims) {
                low = Math.min(low, start[i]);
                high = Math.max(high, start[i]);
            }
            for (int i = d; i < start.length; i += dims) {
                start[i] = high > low ? 10 * (start[i] - low) / (high - low) : 0;
            }
        }
    }

    @Override
    public Metric metric() {
        return settings.metric();
    }

    @Override
    public Matrix place(Matrix added, WorkerPool pool) {
        int dims = settings.dims();
        Neighbours nearest = new NeighbourSearch(points, settings.metric(), pool).nearest(added, settings.neighbours());
        FuzzyGraph fuzzy = FuzzyGraph.ofNew(nearest, pool);
        int k = nearest.k();
        float[] start = new float[added.rows() * dims];
        for (int i = 0; i < added.rows(); i++) {
            double sum = 0;
            for (int j = 0; j < k; j++) {
                sum += fuzzy.strengths()[i * k + j];
            }
            for (int d = 0; d < dims; d++) {
                double mean = 0;
                for (int j = 0; j < k; j++) {
                    mean += fuzzy.strengths()[i * k + j] / sum * coordinates.at(nearest.index(i, j), d);
                }
                start[i * dims + d] = (float) mean;
                if (nearest.distance(i, 0) <= 0 && settings.metric() != Metric.DOT) {
                    start[i * dims + d] = coordinates.at(nearest.index(i, 0), d); // it is one of the points that were fitted
                }
            }
        }
        Graph edges = Graph.directed(added.rows(), k, nearest.indices(), fuzzy.strengths(), pool);
        int epochs = Math.max(30, settings.epochsFor(points.rows()) / 3);
        float[] placed = new UmapLayout(edges, settings, points.rows(), pool).place(start, coordinates.data(), epochs);
        for (int i = 0; i < added.rows(); i++) {
            if (nearest.distance(i, 0) <= 0 && settings.metric() != Metric.DOT) {
                System.arraycopy(start, i * dims, placed, i * dims, dims);
            }
        }
        return Matrix.of(added.rows(), dims, placed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UmapMap that && points.equals(that.points) && coordinates.equals(that.coordinates);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(coordinates.data());
    }
}
