package org.latent4j.space.projection;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;

/**
 * A map by t-SNE (van der Maaten and Hinton 2008) as openTSNE fits it (Policar, Strazar and Zupan 2024): from principal components
 * scaled down to a spread of 0.0001, with a learning rate of the number of points over the exaggeration. The same seed gives the
 * same bits on any number of threads.
 *
 * @param settings how it was fitted
 * @param points the points that were fitted, {@code [points, width]}; not a copy
 * @param coordinates where they lie, {@code [points, dims]}
 * @param divergence the Kullback-Leibler divergence that is left, in nats
 */
public record TsneMap(TsneSettings settings, Matrix points, Matrix coordinates, double divergence) implements Projection {
    private static final double START_SPREAD = 1e-4;
    /** From how many points on interpolation is the faster way. */
    private static final int INTERPOLATION_FROM = 50_000;
    private static final int PLACED_PERPLEXITY = 5;
    private static final int PLACED_NEIGHBOURS = 25;
    private static final int PLACED_STEPS = 250;
    private static final double PLACED_EXAGGERATION = 1.5;
    private static final double PLACED_RATE = 0.1;
    private static final double PLACED_LARGEST = 0.25;

    /**
     * Fits a map. Where copies of a point fill its neighbourhood, the different points are fitted alone.
     *
     * @throws LatentException if there are no two points, or a value isn't finite
     */
    public static TsneMap fit(Matrix points, TsneSettings settings, WorkerPool pool, Progress progress) {
        int n = points.rows();
        Optional<Distinct> crowd = Crowd.in(points, n < 2 ? 1 : settings.neighboursFor(n), settings.metric(), pool);
        if (crowd.isPresent()) {
            Matrix different = crowd.get().pick(points);
            TsneMap fitted = different.rows() == 1
                    ? new TsneMap(settings, different, Matrix.zeros(1, settings.dims()), 0)
                    : fit(different, settings, pool, progress);
            return new TsneMap(settings, points, crowd.get().spread(fitted.coordinates), fitted.divergence);
        }
        Neighbours neighbours = UmapMap.neighbours(points, n < 2 ? 2 : settings.neighboursFor(n) + 1, settings.metric(), settings.seed(),
                pool, progress);
        Graph joint = Affinities.joint(neighbours, settings.perplexityFor(n), pool);
        double[] places = start(points, settings, pool);
        boolean grid = settings.repulsion() == TsneSettings.Approximation.INTERPOLATION
                || settings.repulsion() == TsneSettings.Approximation.AUTO && settings.dims() == 2 && n >= INTERPOLATION_FROM;
        Repulsion repulsion = grid ? new GridRepulsion(n, pool) : new QuadTree(n, settings.dims(), pool);
        TsneLayout layout = new TsneLayout(joint, places, settings.dims(), repulsion, pool);
        int all = settings.earlySteps() + settings.steps();
        layout.run(settings.earlySteps(), settings.exaggeration(), 0.5,
                step -> progress.report("Fitting t-SNE", step, all, Progress.Unit.STEPS));
        layout.run(settings.steps(), 1, 0.8,
                step -> progress.report("Fitting t-SNE", settings.earlySteps() + step, all, Progress.Unit.STEPS));
        double divergence = Math.max(0, layout.divergence()); // of equal points it is nothing but rounding
        return new TsneMap(settings, points, floats(places, n, settings.dims()), divergence);
    }

    private static Matrix floats(double[] places, int rows, int dims) {
        Matrix coordinates = Matrix.zeros(rows, dims);
        for (int i = 0; i < places.length; i++) {
            coordinates.data()[i] = (float) places[i];
        }
        return coordinates;
    }

    private static double[] start(Matrix points, TsneSettings settings, WorkerPool pool) {
        int dims = settings.dims();
        float[] components = PrincipalMap.coordinates(points, dims, settings.seed(), pool);
        double sum = 0;
        for (int i = 0; i < components.length; i += dims) {
            sum += (double) components[i] * components[i];
        }
        double spread = Math.sqrt(sum / points.rows());
        SeededRandom noise = new SeededRandom(settings.seed(), 4);
        double[] places = new double[components.length];
        Arrays.setAll(places, i -> START_SPREAD * ((spread > 0 ? components[i] / spread : 0) + 0.01 * (noise.at(i) - 0.5)));
        return places;
    }

    @Override
    public Metric metric() {
        return settings.metric();
    }

    /** Each new point by itself, as openTSNE's {@code transform}: pulled by its neighbours, pushed by all fitted points. */
    @Override
    public Matrix place(Matrix added, WorkerPool pool) {
        int dims = settings.dims();
        Neighbours nearest = new NeighbourSearch(points, settings.metric(), pool).nearest(added, PLACED_NEIGHBOURS);
        float[] choices = Affinities.conditional(nearest, PLACED_PERPLEXITY, pool);
        double[] fitted = new double[coordinates.data().length];
        Arrays.setAll(fitted, i -> coordinates.data()[i]);
        QuadTree tree = new QuadTree(points.rows(), dims, pool);
        tree.build(fitted);
        Matrix placed = Matrix.zeros(added.rows(), dims);
        pool.run(added.rows(), (row, _) -> {
            double[] place = median(nearest, row, dims);
            settle(place, nearest, choices, row, fitted, tree);
            for (int d = 0; d < dims; d++) {
                placed.data()[row * dims + d] = (float) place[d];
            }
        });
        return placed;
    }

    private double[] median(Neighbours nearest, int row, int dims) {
        double[] place = new double[dims];
        float[] values = new float[nearest.k()];
        for (int d = 0; d < dims; d++) {
            for (int j = 0; j < values.length; j++) {
                values[j] = coordinates.at(nearest.index(row, j), d);
            }
            Arrays.sort(values);
            place[d] = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2.0;
        }
        return place;
    }

    private void settle(double[] place, Neighbours nearest, float[] choices, int row, double[] fitted, QuadTree tree) {
        int dims = place.length;
        double[] push = new double[dims + 1];
        double[] gradient = new double[dims];
        TsneLayout.Step step = new TsneLayout.Step(dims);
        for (int round = 0; round < PLACED_STEPS; round++) {
            tree.at(place, 0, -1, push);
            double length = 0;
            for (int d = 0; d < dims; d++) {
                gradient[d] = -4 * push[d] / push[dims];
            }
            for (int j = 0; j < nearest.k(); j++) {
                int other = nearest.index(row, j) * dims;
                double square = 0;
                for (int d = 0; d < dims; d++) {
                    square += (place[d] - fitted[other + d]) * (place[d] - fitted[other + d]);
                }
                double pull = 4 * PLACED_EXAGGERATION * choices[row * nearest.k() + j] / (1 + square);
                for (int d = 0; d < dims; d++) {
                    gradient[d] += pull * (place[d] - fitted[other + d]);
                }
            }
            for (double value : gradient) {
                length += value * value;
            }
            double factor = Math.min(1, PLACED_LARGEST / (Math.sqrt(length) + 1e-6));
            for (int d = 0; d < dims; d++) {
                gradient[d] *= factor;
            }
            step.take(place, 0, gradient, PLACED_RATE, 0.8, Double.POSITIVE_INFINITY);
        }
    }
}
