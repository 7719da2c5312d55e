package org.latent4j.space;

import org.latent4j.kernel.Matrix;

/**
 * What search by products multiplies: the points less their mean, for cosine and angle of unit length before. The nearest by
 * angle are the nearest unit vectors; taking the mean off keeps the digits that tell points of a narrow cone apart. Inner
 * products are of the points as they are. A score, the larger the nearer, is the product less half the factor's squared length.
 */
final class Factors {
    private final Metric metric;
    private final Matrix rows;
    private final float[] mean;
    private final double[] squares;
    private final float[] halves;

    /** @throws org.latent4j.kernel.LatentException if a value isn't finite, or squared distances aren't in single precision */
    Factors(Matrix points, Metric metric) {
        NeighbourSearch.requireFinite(points, "point");
        this.metric = metric;
        Matrix scaled = byAngle() ? unit(points) : points;
        this.mean = differences() ? mean(scaled) : new float[0];
        this.rows = differences() ? centred(scaled, mean) : points;
        this.squares = new double[byAngle() ? points.rows() : 0];
        this.halves = new float[differences() ? points.rows() : 0];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = square(points, i);
        }
        double farthest = 0;
        for (int i = 0; i < halves.length; i++) {
            // A zero vector's cosine is 0 by definition, its distance from a unit vector not that of a right angle.
            halves[i] = (float) (square(rows, i) / 2 + (byAngle() && squares[i] == 0 ? 0.5 : 0));
            farthest = Math.max(farthest, square(rows, i));
        }
        if (metric == Metric.EUCLIDEAN) {
            Vectors.requireMeasurable(farthest);
        }
    }

    boolean byAngle() {
        return metric == Metric.COSINE || metric == Metric.ANGULAR;
    }

    private boolean differences() {
        return byAngle() || metric == Metric.EUCLIDEAN;
    }

    /** Whether the metric is one of products at all. */
    boolean isUsed() {
        return differences() || metric == Metric.DOT;
    }

    /** What is multiplied, {@code [points, width]}. */
    Matrix rows() {
        return rows;
    }

    /** What queries are multiplied as. */
    Matrix ofQueries(Matrix queries) {
        return differences() ? centred(byAngle() ? unit(queries) : queries, mean) : queries;
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
        return Metric.dot(rows.data(), row * width, rows.data(), row * width, width);
    }

    private static float[] mean(Matrix points) {
        int width = points.columns();
        double[] sums = new double[width];
        for (int row = 0; row < points.rows(); row++) {
            for (int c = 0; c < width; c++) {
                sums[c] += points.data()[row * width + c];
            }
        }
        float[] mean = new float[width];
        for (int c = 0; c < width; c++) {
            mean[c] = (float) (sums[c] / Math.max(1, points.rows()));
        }
        return mean;
    }

    /** Rows of length 1; zero rows stay. */
    private static Matrix unit(Matrix rows) {
        int width = rows.columns();
        Matrix unit = Matrix.zeros(rows.rows(), width);
        for (int row = 0; row < rows.rows(); row++) {
            double length = Math.sqrt(square(rows, row));
            for (int c = 0; c < width && length > 0; c++) {
                unit.data()[row * width + c] = (float) (rows.data()[row * width + c] / length);
            }
        }
        return unit;
    }

    private static Matrix centred(Matrix points, float[] mean) {
        int width = points.columns();
        Matrix centred = Matrix.zeros(points.rows(), width);
        for (int row = 0; row < points.rows(); row++) {
            for (int c = 0; c < width; c++) {
                centred.data()[row * width + c] = points.data()[row * width + c] - mean[c];
            }
        }
        return centred;
    }
}
