package org.latent4j.space;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.latent4j.kernel.DoubleSums;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/**
 * What search by products multiplies: the points less their mean, for cosine and angle of unit length before. The nearest by
 * angle are the nearest unit vectors; taking the mean off keeps the digits that tell points of a narrow cone apart. Inner
 * products are of the points as they are. A score, the larger the nearer, is the product less half the factor's squared length.
 */
final class Factors {
    /** Columns whose means a worker takes at a time. */
    private static final int COLUMNS_AT_A_TIME = 32;
    /** Points whose lengths a worker takes at a time. */
    private static final int POINTS_AT_A_TIME = 1024;

    private final Matrix points;
    private final Metric metric;
    private final double[] squares;
    private final float[] mean;
    private final float[] halves;

    /** @throws org.latent4j.kernel.LatentException if a value isn't finite, or squared distances aren't in single precision */
    Factors(Matrix points, Metric metric, WorkerPool pool) {
        NeighbourSearch.requireFinite(points, "point");
        this.points = points;
        this.metric = metric;
        this.squares = new double[byAngle() ? points.rows() : 0];
        eachOf(squares.length, pool, i -> squares[i] = square(points, i));
        this.mean = new float[differences() ? points.columns() : 0];
        takeMean(pool);
        this.halves = new float[differences() ? points.rows() : 0];
        double[] farthest = new double[halves.length / POINTS_AT_A_TIME + 1];
        eachOf(halves.length, pool, i -> {
            double square = square(of(points, i, i + 1), 0);
            // A zero vector's cosine is 0 by definition, its distance from a unit vector not that of a right angle.
            halves[i] = (float) (square / 2 + (byAngle() && squares[i] == 0 ? 0.5 : 0));
            farthest[i / POINTS_AT_A_TIME] = Math.max(farthest[i / POINTS_AT_A_TIME], square);
        });
        if (metric == Metric.EUCLIDEAN) {
            Vectors.requireMeasurable(Arrays.stream(farthest).max().orElse(0));
        }
    }

    private static void eachOf(int count, WorkerPool pool, IntConsumer work) {
        pool.run((count + POINTS_AT_A_TIME - 1) / POINTS_AT_A_TIME, (item, _) -> {
            int end = Math.min(count, (item + 1) * POINTS_AT_A_TIME);
            for (int i = item * POINTS_AT_A_TIME; i < end; i++) {
                work.accept(i);
            }
        });
    }

    /** Every column's sum is taken in the order of the points, whatever the threads. */
    private void takeMean(WorkerPool pool) {
        int width = mean.length;
        pool.run((width + COLUMNS_AT_A_TIME - 1) / COLUMNS_AT_A_TIME, (item, _) -> {
            int first = item * COLUMNS_AT_A_TIME;
            int count = Math.min(COLUMNS_AT_A_TIME, width - first);
            double[] sums = new double[count];
            for (int row = 0; row < points.rows(); row++) {
                int at = row * width + first;
                double length = byAngle() ? Math.sqrt(squares[row]) : 1;
                for (int c = 0; c < count && length > 0; c++) {
                    sums[c] += (float) (points.data()[at + c] / length);
                }
            }
            for (int c = 0; c < count; c++) {
                mean[first + c] = (float) (sums[c] / Math.max(1, points.rows()));
            }
        });
    }

    boolean byAngle() {
        return metric == Metric.COSINE || metric == Metric.ANGULAR;
    }

    /** Whether points less their mean are multiplied. */
    boolean differences() {
        return byAngle() || metric == Metric.EUCLIDEAN;
    }

    /** Whether the metric is one of products at all. */
    boolean isUsed() {
        return differences() || metric == Metric.DOT;
    }

    /**
     * What rows of the points or of queries are multiplied as, {@code [to - from, width]}: a copy, made where it is needed, since one of
     * all points would be as large as they are.
     */
    Matrix of(Matrix rows, int from, int to) {
        Matrix factors = Matrix.zeros(to - from, rows.columns());
        for (int row = from; row < to; row++) {
            write(rows, row, factors.data(), (row - from) * rows.columns());
        }
        return factors;
    }

    /** The points laid out for products with such rows. */
    Panels panels(WorkerPool pool) {
        return Panels.of(points.rows(), points.columns(), (from, to) -> of(points, from, to), pool);
    }

    /** The points' squared lengths, for cosine and angle. */
    double[] squares() {
        return squares;
    }

    /** Turns products with the points from {@code first} on into scores. */
    void adjust(float[] scores, int at, int count, int first) {
        if (differences()) {
            for (int j = 0; j < count; j++) {
                scores[at + j] -= halves[first + j];
            }
        }
    }

    /** What is taken off a product with a point. */
    float half(int point) {
        return halves.length > 0 ? halves[point] : 0;
    }

    Matrix points() {
        return points;
    }

    static boolean isZero(Matrix rows, int row) {
        int width = rows.columns();
        for (int c = 0; c < width; c++) {
            if (rows.data()[row * width + c] != 0) {
                return false;
            }
        }
        return true;
    }

    static double square(Matrix rows, int row) {
        int width = rows.columns();
        return DoubleSums.product(rows.data(), row * width, rows.data(), row * width, width);
    }

    /** Writes what a row of the points or of queries is multiplied as. */
    void write(Matrix rows, int row, float[] into, int at) {
        int width = rows.columns();
        int from = row * width;
        if (!differences()) {
            System.arraycopy(rows.data(), from, into, at, width);
            return;
        }
        double length = byAngle() ? Math.sqrt(square(rows, row)) : 1;
        for (int c = 0; c < width; c++) {
            float value = length > 0 ? (float) (rows.data()[from + c] / length) : 0; // zero rows stay
            into[at + c] = value - mean[c];
        }
    }
}
