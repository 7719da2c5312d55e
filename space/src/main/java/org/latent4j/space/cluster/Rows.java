package org.latent4j.space.cluster;

import org.latent4j.kernel.Matrix;
import org.latent4j.space.Vectors;

/** What is often needed of the rows of a matrix, summed in double precision. */
final class Rows {
    private Rows() {}

    /** The squared length of each row. */
    static double[] squares(Matrix points) {
        double[] squares = new double[points.rows()];
        for (int row = 0; row < squares.length; row++) {
            squares[row] = square(points, row);
        }
        return squares;
    }

    /** The squared length of a row. */
    static double square(Matrix points, int row) {
        int width = points.columns();
        double sum = 0;
        for (int i = row * width; i < (row + 1) * width; i++) {
            sum += (double) points.data()[i] * points.data()[i];
        }
        return sum;
    }

    /** Rows of length 1; zero rows stay. */
    static Matrix unit(Matrix points) {
        int width = points.columns();
        double[] squares = squares(points);
        Matrix unit = Matrix.zeros(points.rows(), width);
        for (int row = 0; row < squares.length; row++) {
            double length = Math.sqrt(squares[row]);
            for (int i = row * width; i < (row + 1) * width && length > 0; i++) {
                unit.data()[i] = (float) (points.data()[i] / length);
            }
        }
        return unit;
    }

    /** The rows less their mean: distances stay, and keep more of their digits. */
    static Matrix centred(Matrix points) {
        return less(points, Vectors.mean(points));
    }

    /**
     * The rows at length 1, zero rows as they are, less their mean. In double precision up to the end: rows of a narrow cone differ in
     * digits that those of length 1 don't keep in single precision.
     */
    static Matrix centredUnit(Matrix points) {
        int width = points.columns();
        double[] lengths = squares(points);
        double[] mean = new double[width];
        for (int row = 0; row < lengths.length; row++) {
            lengths[row] = lengths[row] > 0 ? Math.sqrt(lengths[row]) : 1;
            for (int c = 0; c < width; c++) {
                mean[c] += points.data()[row * width + c] / lengths[row];
            }
        }
        Matrix centred = Matrix.zeros(points.rows(), width);
        for (int row = 0; row < lengths.length; row++) {
            for (int c = 0; c < width; c++) {
                int at = row * width + c;
                centred.data()[at] = (float) (points.data()[at] / lengths[row] - mean[c] / lengths.length);
            }
        }
        return centred;
    }

    /** The rows less a vector. */
    static Matrix less(Matrix points, double[] vector) {
        int width = points.columns();
        Matrix less = Matrix.zeros(points.rows(), width);
        for (int row = 0; row < points.rows(); row++) {
            for (int c = 0; c < width; c++) {
                less.data()[row * width + c] = (float) (points.data()[row * width + c] - vector[c]);
            }
        }
        return less;
    }

    /** Some rows, in the order given. */
    static Matrix pick(Matrix points, int[] rows) {
        int width = points.columns();
        Matrix picked = Matrix.zeros(rows.length, width);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(points.data(), rows[i] * width, picked.data(), i * width, width);
        }
        return picked;
    }

    /** The squared distance of a row from a vector. */
    static double square(Matrix points, int row, double[] vector) {
        double sum = 0;
        for (int c = 0; c < vector.length; c++) {
            double difference = points.data()[row * vector.length + c] - vector[c];
            sum += difference * difference;
        }
        return sum;
    }

    /** The squared distance of two vectors. */
    static double square(double[] one, double[] other) {
        double sum = 0;
        for (int c = 0; c < one.length; c++) {
            sum += (one[c] - other[c]) * (one[c] - other[c]);
        }
        return sum;
    }
}
