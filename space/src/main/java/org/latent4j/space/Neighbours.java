package org.latent4j.space;

import java.util.Arrays;
import java.util.Objects;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

/**
 * The nearest points of each of some rows, nearest first; of equally near ones the one with the lower index first.
 *
 * <p>The arrays behind it are not copied: whoever changes them changes this. Safe for reading from several threads.
 */
public final class Neighbours {
    private final int rows;
    private final int k;
    private final int[] indices;
    private final float[] distances;
    private final Metric metric;

    /**
     * Wraps arrays {@code [rows, k]}.
     *
     * @throws IllegalArgumentException if one has another length
     */
    public Neighbours(int rows, int k, int[] indices, float[] distances, Metric metric) {
        if (indices.length != (long) rows * k || distances.length != indices.length) {
            throw new IllegalArgumentException("%d neighbours of each of %d rows are not %d indices and %d distances"
                    .formatted(k, rows, indices.length, distances.length));
        }
        this.rows = rows;
        this.k = k;
        this.indices = indices;
        this.distances = distances;
        this.metric = metric;
    }

    /**
     * The exact nearest points of every point among the others, itself left out. Where many points are copies of others, the
     * different ones alone are looked at.
     *
     * @param points {@code [points, width]}
     * @param k how many; all others where there are fewer
     * @throws org.latent4j.kernel.LatentException if a value isn't finite or the result is larger than an array holds
     */
    public static Neighbours among(Matrix points, int k, Metric metric, WorkerPool pool) {
        return among(points, k, metric, pool, Progress.NONE);
    }

    /** The exact nearest points of every point among the others, telling how many are done. */
    public static Neighbours among(Matrix points, int k, Metric metric, WorkerPool pool, Progress progress) {
        return NeighboursOfCopies.when(points, k).map(copies -> copies.among(metric, pool, progress))
                .orElseGet(() -> new NeighbourSearch(points, metric, pool).among(k, progress));
    }

    /**
     * Nearly all nearest points of every point among the others, by {@link NeighbourDescent} among the different points.
     *
     * @param points {@code [points, width]}
     * @param k how many; all others where there are fewer
     * @throws org.latent4j.kernel.LatentException if a value isn't finite, there is no point or the result is larger than an array holds
     */
    public static Neighbours nearly(Matrix points, int k, Metric metric, long seed, WorkerPool pool, Progress progress) {
        return NeighboursOfCopies.when(points, k).map(copies -> copies.nearly(metric, seed, pool, progress))
                .orElseGet(() -> new NeighbourDescent(points, metric, k, seed, pool).run(progress));
    }

    /**
     * The exact nearest points of each query. For many calls on the same points make a {@link NeighbourSearch}.
     *
     * @param queries {@code [queries, width]}
     * @param points {@code [points, width]}
     * @param k how many; all points where there are fewer
     * @throws org.latent4j.kernel.LatentException if a value isn't finite or the result is larger than an array holds
     */
    public static Neighbours of(Matrix queries, Matrix points, int k, Metric metric, WorkerPool pool) {
        return new NeighbourSearch(points, metric, pool).nearest(queries, k);
    }

    /** How many rows have neighbours here. */
    public int rows() {
        return rows;
    }

    /** How many neighbours each row has. */
    public int k() {
        return k;
    }

    /** What {@link #distance} measures. */
    public Metric metric() {
        return metric;
    }

    /** The index of a row's neighbour; rank 0 is the nearest. */
    public int index(int row, int rank) {
        return indices[at(row, rank)];
    }

    /** The distance to it. */
    public float distance(int row, int rank) {
        return distances[at(row, rank)];
    }

    /** {@link Metric#similarity} of that distance. */
    public float similarity(int row, int rank) {
        return (float) metric.similarity(distance(row, rank));
    }

    private int at(int row, int rank) {
        return Objects.checkIndex(row, rows) * k + Objects.checkIndex(rank, k);
    }

    /** All indices, {@code [rows, k]}; not a copy. */
    public int[] indices() {
        return indices;
    }

    /** All distances, {@code [rows, k]}; not a copy. */
    public float[] distances() {
        return distances;
    }

    /** The first {@code count} neighbours of every row. */
    public Neighbours first(int count) {
        int kept = Math.min(count, k);
        int[] fewerIndices = new int[rows * kept];
        float[] fewerDistances = new float[rows * kept];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(indices, row * k, fewerIndices, row * kept, kept);
            System.arraycopy(distances, row * k, fewerDistances, row * kept, kept);
        }
        return new Neighbours(rows, kept, fewerIndices, fewerDistances, metric);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Neighbours that
                && rows == that.rows
                && k == that.k
                && metric == that.metric
                && Arrays.equals(indices, that.indices)
                && Arrays.equals(distances, that.distances);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rows, k, metric, Arrays.hashCode(indices), Arrays.hashCode(distances));
    }

    @Override
    public String toString() {
        return "Neighbours[%d of each of %d, %s]".formatted(k, rows, metric);
    }
}
