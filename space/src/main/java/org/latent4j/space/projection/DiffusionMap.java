package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * A diffusion map (Coifman and Lafon 2006): points lie near each other where a walk that steps from neighbour to neighbour gets
 * from one to the other by many ways. A step from x to y is as likely as {@code exp(-|x - y|^2 / bandwidth)} says, less the
 * points' density to the power of {@code alpha}. Coordinate i is {@code value_i^time * vector_i}, of the walk's eigenvectors after the
 * first, which is constant; vectors have a mean square of 1 under the walk's stationary distribution, and their largest
 * component is positive. No chance is involved.
 *
 * <p>Copies of a point lie where it lies: the walk goes among the different points and counts each as often as it is there, as
 * it would if every point were everyone's neighbour. Copies that took up each other's neighbourhoods would keep it where it is.
 *
 * @param settings how it was fitted
 * @param points the points that were fitted, {@code [points, width]}; not a copy
 * @param coordinates where they lie, {@code [points, dims]}; zero where there are fewer eigenvectors than dimensions
 * @param values the walk's eigenvalues, the first, which is 1, left out; at most 1, largest first, {@code [dims]}
 * @param bandwidth the squared distance at which the kernel has fallen to 1/e
 * @param densities each point's sum over the kernel, {@code [points]}
 */
public record DiffusionMap(
        DiffusionSettings settings,
        Matrix points,
        Matrix coordinates,
        double[] values,
        double bandwidth,
        double[] densities) implements Projection {
    /** Below it an eigenvalue says that a coordinate is gone after a step; nothing can be placed along it. */
    private static final double GONE = 1e-9;

    /**
     * Fits a map.
     *
     * @throws LatentException if there are no two points, a value isn't finite, or the neighbour graph is in several parts
     */
    public static DiffusionMap fit(Matrix points, DiffusionSettings settings, WorkerPool pool, Progress progress) {
        int n = points.rows();
        UmapMap.requireTwo(n);
        Distinct distinct = Distinct.of(points);
        if (distinct.groups() == 1) {
            Crowd.requireMeasurable(points, settings.metric(), pool);
            double[] densities = new double[n];
            Arrays.fill(densities, n);
            double bandwidth = settings.bandwidth() > 0 ? settings.bandwidth() : 1;
            return new DiffusionMap(settings, points, Matrix.zeros(n, settings.dims()), new double[settings.dims()], bandwidth, densities);
        }
        Matrix different = distinct.pick(points);
        Neighbours neighbours = UmapMap.neighbours(different, settings.neighbours() + 1, settings.metric(), 1, pool, progress);
        Graph graph = Geodesics.graph(neighbours, pool);
        int parts = Arrays.stream(graph.parts()).max().orElse(-1) + 1;
        if (parts > 1) {
            throw new LatentException("the neighbour graph is in %d parts, between which nothing diffuses; take more neighbours"
                    .formatted(parts));
        }
        double bandwidth = settings.bandwidth() > 0 ? settings.bandwidth() : bandwidth(neighbours, settings);
        double[] kernel = new double[graph.ends().length];
        Arrays.setAll(kernel, e -> Math.exp(-settings.square(graph.weights()[e]) / bandwidth));
        double[] itself = new double[different.rows()];
        Arrays.fill(itself, 1);
        int[] counts = distinct.counts();
        double[] densities = sums(graph, kernel, itself, counts);
        normalise(graph, kernel, itself, densities, settings.alpha());
        double[] degrees = sums(graph, kernel, itself, counts);
        normalise(graph, kernel, itself, degrees, 0.5);
        normalise(graph, kernel, itself, Arrays.stream(counts).asDoubleStream().toArray(), -0.5);
        double[] stationary = new double[degrees.length];
        Arrays.setAll(stationary, i -> counts[i] * degrees[i]);
        double all = Arrays.stream(stationary).sum();
        Arrays.setAll(stationary, i -> Math.sqrt(stationary[i] / all));
        int found = Math.min(settings.dims(), degrees.length - 1);
        LeadingVectors vectors = new LeadingVectors(graph, kernel, itself, stationary, pool).find(found, progress);
        double[] values = Arrays.copyOf(vectors.values(), settings.dims());
        Matrix coordinates = coordinates(vectors, stationary, values, settings);
        double[] ofPoints = new double[n];
        Arrays.setAll(ofPoints, i -> densities[distinct.groupOf()[i]]);
        return new DiffusionMap(settings, points, distinct.spread(coordinates), values, bandwidth, ofPoints);
    }

    private static double bandwidth(Neighbours neighbours, DiffusionSettings settings) {
        double[] squares = new double[neighbours.rows()];
        Arrays.setAll(squares, i -> settings.square(neighbours.distance(i, neighbours.k() - 1)));
        Arrays.sort(squares);
        double median = squares[squares.length / 2];
        double mean = Arrays.stream(squares).sum() / squares.length;
        return median > 0 ? median : mean > 0 ? mean : 1; // by cosine different points may lie at no distance
    }

    /** What the walk may step to from each of the different points, all copies counted. */
    private static double[] sums(Graph graph, double[] kernel, double[] itself, int[] counts) {
        double[] sums = new double[itself.length];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = counts[i] * itself[i];
            for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                sums[i] += counts[graph.ends()[e]] * kernel[e];
            }
        }
        return sums;
    }

    /** Divides by the power of what both ends of an edge have. */
    private static void normalise(Graph graph, double[] kernel, double[] itself, double[] sums, double power) {
        double[] factors = Arrays.stream(sums).map(sum -> Math.pow(sum, -power)).toArray();
        for (int i = 0; i < itself.length; i++) {
            itself[i] *= factors[i] * factors[i];
            for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                kernel[e] *= factors[i] * factors[graph.ends()[e]];
            }
        }
    }

    private static Matrix coordinates(LeadingVectors found, double[] stationary, double[] values, DiffusionSettings settings) {
        int n = stationary.length;
        Matrix coordinates = Matrix.zeros(n, settings.dims());
        for (int d = 0; d < found.values().length; d++) {
            double farthest = 0;
            for (int i = 0; i < n; i++) {
                double place = found.at(i, d) / stationary[i];
                farthest = Math.abs(place) > Math.abs(farthest) * (1 + 1e-6) ? place : farthest;
            }
            double factor = Math.copySign(values[d] > GONE ? Math.pow(values[d], settings.time()) : 0, farthest);
            for (int i = 0; i < n; i++) {
                coordinates.data()[i * settings.dims() + d] = (float) (factor * found.at(i, d) / stationary[i]);
            }
        }
        return coordinates;
    }

    @Override
    public Metric metric() {
        return settings.metric();
    }

    /** Where the walk's next step leads from new points (Nyström's extension, Coifman and Lafon 2006b). */
    @Override
    public Matrix place(Matrix added, WorkerPool pool) {
        int dims = settings.dims();
        Distinct distinct = Distinct.of(points);
        Neighbours nearest = new NeighbourSearch(distinct.pick(points), settings.metric(), pool).nearest(added, settings.neighbours() + 1);
        Matrix placed = Matrix.zeros(added.rows(), dims);
        pool.run(added.rows(), (row, _) -> {
            double[] steps = new double[nearest.k()];
            double least = settings.square(nearest.distance(row, 0));
            double all = 0;
            for (int j = 0; j < steps.length; j++) {
                // What all have in common falls out; so that a point far away has steps as well.
                double kernel = Math.exp((least - settings.square(nearest.distance(row, j))) / bandwidth);
                int group = nearest.index(row, j);
                steps[j] = distinct.counts()[group] * kernel * Math.pow(densities[distinct.firsts()[group]], -settings.alpha());
                all += steps[j];
            }
            for (int d = 0; d < dims; d++) {
                double sum = 0;
                for (int j = 0; j < steps.length && values[d] > GONE; j++) {
                    sum += steps[j] / all * coordinates.at(distinct.firsts()[nearest.index(row, j)], d) / values[d];
                }
                placed.data()[row * dims + d] = (float) sum;
            }
        });
        return placed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DiffusionMap that && points.equals(that.points) && coordinates.equals(that.coordinates);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(coordinates.data());
    }
}
