package org.latent4j.space.arithmetic;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Cholesky;

/** What leads from the first of a pair to the second: capital to country, singular to plural. Pairs are rows of two matrices. */
public final class Relations {
    private Relations() {}

    /**
     * The mean difference of pairs (Mikolov, Yih and Zweig 2013), {@code [width]}; to be added to a vector.
     *
     * @param from {@code [pairs, width]}
     * @param to {@code [pairs, width]}
     * @throws LatentException if there are no pairs or the sizes differ
     */
    public static double[] difference(Matrix from, Matrix to) {
        requirePairs(from, to);
        double[] mean = new double[from.columns()];
        for (int i = 0; i < from.data().length; i++) {
            mean[i % mean.length] += ((double) to.data()[i] - from.data()[i]) / from.rows();
        }
        return mean;
    }

    /**
     * The linear map that takes the first of each pair nearest to the second in the least-squares sense, {@code [width, width]}: a
     * vector's image is the map times it. With fewer pairs than dimensions the map is the one nearest to the identity: ridge regression of
     * the differences.
     *
     * @param ridge more than 0: how strongly the map is held to the identity, in units of the mean squared length of {@code from}
     * @throws LatentException if there are no pairs, the sizes differ, or the ridge isn't positive
     */
    public static Matrix leastSquares(Matrix from, Matrix to, double ridge) {
        requirePairs(from, to);
        if (!(ridge > 0)) {
            throw new LatentException("a ridge of %s; more than 0 is needed".formatted(ridge));
        }
        // With fewer pairs than dimensions the dual is smaller: W = I + D' (K + r I)^-1 X, K = X X'
        int pairs = from.rows();
        int width = from.columns();
        double[][] kernel = new double[pairs][pairs];
        double trace = 0;
        for (int i = 0; i < pairs; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int c = 0; c < width; c++) {
                    sum += (double) from.data()[i * width + c] * from.data()[j * width + c];
                }
                kernel[i][j] = sum;
                kernel[j][i] = sum;
            }
            trace += kernel[i][i];
        }
        for (int i = 0; i < pairs; i++) {
            kernel[i][i] += ridge * Math.max(trace / pairs, Double.MIN_NORMAL);
        }
        double[][] solved = solve(kernel, from);
        Matrix map = Matrix.zeros(width, width);
        for (int row = 0; row < width; row++) {
            for (int column = 0; column < width; column++) {
                double sum = row == column ? 1 : 0;
                for (int i = 0; i < pairs; i++) {
                    sum += ((double) to.data()[i * width + row] - from.data()[i * width + row]) * solved[i][column];
                }
                map.data()[row * width + column] = (float) sum;
            }
        }
        return map;
    }

    /** Solves {@code A Y = X}, column by column; A is symmetric and positive, and overwritten. */
    private static double[][] solve(double[][] a, Matrix x) {
        int n = a.length;
        int width = x.columns();
        double[][] y = new double[n][width];
        double[] column = new double[n];
        Cholesky.factor(a);
        for (int c = 0; c < width; c++) {
            for (int i = 0; i < n; i++) {
                column[i] = x.data()[i * width + c];
            }
            Cholesky.solve(a, column);
            for (int i = 0; i < n; i++) {
                y[i][c] = column[i];
            }
        }
        return y;
    }

    private static void requirePairs(Matrix from, Matrix to) {
        if (from.rows() == 0 || from.rows() != to.rows() || from.columns() != to.columns()) {
            throw new LatentException("pairs of [%d, %d] and [%d, %d]; there must be some, as many on both sides, equally wide".formatted(
                    from.rows(), from.columns(), to.rows(), to.columns()));
        }
    }
}
