package org.latent4j.space;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.DoubleSums;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/**
 * Upper bounds of scores ({@link Factors}) by products of fewer columns: how far a query and a point reach along some directions, and as a
 * last column the length of what remains of each, since what remain of two can't have a larger product than their lengths have. Without
 * directions all columns are taken, and nothing remains.
 *
 * <p>No rounding makes a bound too low. Of a product in single precision the error is at most some roundings times both lengths; the
 * remaining lengths are made so much longer that their product is larger by that. What is off in a point's own length is taken off what is
 * subtracted for it, and what is off in the query's off what bounds are compared with.
 */
final class ScoreBounds {
    /** The largest relative error of a value in single precision. */
    private static final double ROUNDING = 0x1p-24;
    /** Products of lengths up to this can't overflow on their way. */
    private static final double MOST = 1e37;

    private final Factors factors;
    private final Metric metric;
    private final Optional<Panels> directions;
    private final int columns;
    private final double slack;
    private final Panels panels;
    private final float[] subtracted;
    private final double longest;

    /**
     * Some rows as they are multiplied.
     *
     * @param rows along the directions, then what remains: {@code [rows, columns + 1]}
     * @param squares their squared lengths
     */
    record Reaches(Matrix rows, double[] squares) {}

    /**
     * Prepares bounds of scores of all points.
     *
     * @param directions orthonormal but for roundings, {@code [columns, width]}
     */
    ScoreBounds(Factors factors, Metric metric, Optional<Matrix> directions, WorkerPool pool) {
        int width = factors.points().columns();
        int n = factors.points().rows();
        this.factors = factors;
        this.metric = metric;
        this.directions = directions.map(Panels::of);
        this.columns = directions.map(Matrix::rows).orElse(width);
        // Without directions one product's chain; with them, the square root of as many chains (of which each reach is one) twice, the
        // directions' own roundings, and what all that changes in the remaining length.
        this.slack = ROUNDING * (directions.isEmpty() ? width + 16 : 6 * Math.sqrt(columns) * (width + columns + 16));
        this.subtracted = new float[factors.differences() ? n : 0];
        double[] squares = new double[n];
        this.panels = Panels.of(n, columns + 1, (from, to) -> {
            Reaches reaches = reaches(factors.of(factors.points(), from, to));
            System.arraycopy(reaches.squares(), 0, squares, from, to - from);
            return reaches.rows();
        }, pool);
        for (int i = 0; i < subtracted.length; i++) {
            double off = 2 * ROUNDING * scale() * Math.sqrt(squares[i]) + 4 * ROUNDING * squares[i];
            subtracted[i] = Math.nextDown((float) (factors.half(i) - off));
        }
        this.longest = Math.sqrt(Arrays.stream(squares).max().orElse(0));
    }

    /** By angle, factors are differences of vectors of length 1, and rounded as such; otherwise as what they are themselves. */
    private double scale() {
        return factors.byAngle() ? 1 : 0;
    }

    /** The points to multiply queries with. */
    Panels panels() {
        return panels;
    }

    /** What some queries, {@code [queries, width]}, are multiplied as. */
    Reaches of(Matrix queries, int from, int to) {
        return reaches(factors.of(queries, from, to));
    }

    private Reaches reaches(Matrix rows) {
        Matrix reaches = Matrix.zeros(rows.rows(), columns + 1);
        double[] squares = new double[rows.rows()];
        int stride = directions.isEmpty() ? columns : (columns + Panels.STEP - 1) / Panels.STEP * Panels.STEP;
        float[] along = directions.map(some -> products(rows, some, stride)).orElse(rows.data());
        for (int r = 0; r < rows.rows(); r++) {
            int at = r * (columns + 1);
            System.arraycopy(along, r * stride, reaches.data(), at, columns);
            squares[r] = Factors.square(rows, r);
            double reached = DoubleSums.product(reaches.data(), at, reaches.data(), at, columns);
            double remaining = Math.max(0, squares[r] - reached) + slack * squares[r];
            reaches.data()[at + columns] = Math.nextUp((float) Math.sqrt(remaining));
        }
        return new Reaches(reaches, squares);
    }

    private static float[] products(Matrix rows, Panels directions, int stride) {
        Panels.Block block = new Panels.Block();
        block.take(rows, 0, rows.rows());
        float[] products = new float[block.roundedRows() * stride];
        block.times(directions, 0, directions.rows(), products, stride);
        return products;
    }

    /** Turns products with the points from {@code start} on into bounds of scores. */
    void adjust(float[] products, int at, int count, int start) {
        for (int j = 0; j < count && subtracted.length > 0; j++) {
            products[at + j] -= subtracted[start + j];
        }
    }

    /**
     * What the bound of a point's score is at least, if it is nearer than a distance; NaN where products may overflow, so that nothing can be
     * said.
     *
     * @param square the query's squared length as a factor
     */
    float least(double square, double distance) {
        double length = Math.sqrt(square);
        if (!(length * longest < MOST && square < MOST)) {
            return Float.NaN;
        }
        double score = switch (metric) {
            case COSINE -> square / 2 - distance;
            case ANGULAR -> square / 2 - (1 - Math.cos(distance));
            case EUCLIDEAN -> (square - distance * distance) / 2;
            case DOT -> -distance;
            case MANHATTAN, HAMMING -> throw new IllegalStateException("scores by " + metric);
        };
        double off = factors.differences() ? 2 * ROUNDING * (scale() * length + square) + 1e-13 * scale() : 0;
        double underflow = (columns + 2.0) * Float.MIN_VALUE;
        return Math.nextDown((float) (score - off - underflow));
    }
}
