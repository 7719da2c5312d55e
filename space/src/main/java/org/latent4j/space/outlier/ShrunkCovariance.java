package org.latent4j.space.outlier;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Cholesky;
import org.latent4j.space.Vectors;

/**
 * The covariance of points shrunk towards a multiple of the identity, by as much as is best on average (Ledoit and Wolf
 * 2004), and the points' squared Mahalanobis distances under it. Where points are wider than they are many, everything is
 * computed of their inner products instead (the matrix inversion lemma): nothing is larger than the smaller of both sizes,
 * squared.
 *
 * @param shrinkage from 0, the sample's covariance, to 1, a multiple of the identity
 * @param distances the squared distance of each point from the mean
 */
public record ShrunkCovariance(double shrinkage, double[] distances) {
    private static final int MOST = 8192;
    private static final int ROWS = 16;

    /**
     * Computes both.
     *
     * @param points {@code [points, width]}, at least two
     * @throws LatentException if they are both more and wider than {@value #MOST}
     */
    public static ShrunkCovariance of(Matrix points, WorkerPool pool) {
        int n = points.rows();
        int width = points.columns();
        if (n < 2) {
            throw new LatentException("a covariance takes at least 2 points; there is %d".formatted(n));
        }
        boolean dual = width > n;
        int size = Math.min(n, width);
        if (size > MOST) {
            throw new LatentException(
                    "Mahalanobis distances of %d points %d wide need a covariance %d wide; at most %d are possible: project them first"
                            .formatted(n, width, size, MOST));
        }
        double[][] rows = centred(points, dual);
        double[][] products = products(rows, pool); // of columns, [width, width], or of points, [n, n]
        double trace = 0;
        double squares = 0;
        for (int i = 0; i < size; i++) {
            trace += products[i][i];
            for (int j = 0; j < size; j++) {
                squares += products[i][j] * products[i][j];
            }
        }
        double mean = trace / n / width;
        double fourth = fourthMoment(rows, dual, products);
        double shrinkage = shrinkage(n, width, mean, squares / n / n, fourth);
        if (!(mean > 0)) {
            return new ShrunkCovariance(shrinkage, new double[n]); // all points are equal
        }
        return new ShrunkCovariance(shrinkage, dual
                ? ofProducts(products, n, shrinkage, mean, pool)
                : ofColumns(products, rows, n, shrinkage, mean, pool));
    }

    /** The centred columns, {@code [width, n]}, or, if {@code dual}, the centred points. */
    private static double[][] centred(Matrix points, boolean dual) {
        int n = points.rows();
        int width = points.columns();
        double[] sums = new double[width]; // divided at the end: the mean of equal values is then that value
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                sums[c] += points.data()[row * width + c];
            }
        }
        double[][] centred = dual ? new double[n][width] : new double[width][n];
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                double value = points.data()[row * width + c] - sums[c] / n;
                if (dual) {
                    centred[row][c] = value;
                } else {
                    centred[c][row] = value;
                }
            }
        }
        return centred;
    }

    private static double[][] products(double[][] rows, WorkerPool pool) {
        double[][] products = new double[rows.length][rows.length];
        pool.run(rows.length, (i, _) -> {
            for (int j = 0; j <= i; j++) {
                products[i][j] = Vectors.dot(rows[i], rows[j]);
            }
        });
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                products[j][i] = products[i][j];
            }
        }
        return products;
    }

    /** The sum over points of their squared length, squared. */
    private static double fourthMoment(double[][] rows, boolean dual, double[][] products) {
        double sum = 0;
        if (dual) {
            for (int i = 0; i < rows.length; i++) {
                sum += products[i][i] * products[i][i];
            }
            return sum;
        }
        for (int point = 0; point < rows[0].length; point++) {
            double square = 0;
            for (double[] column : rows) {
                square += column[point] * column[point];
            }
            sum += square * square;
        }
        return sum;
    }

    private static double shrinkage(int n, int width, double mean, double squares, double fourth) {
        double spread = squares - mean * mean * width;
        double noise = (fourth / n - squares) / n;
        double beta = Math.min(noise, spread);
        return spread > 0 && beta > 0 ? beta / spread : 0;
    }

    /** Under {@code (1 - s) X'X/n + s m I}: solved for each point by Cholesky's factor. */
    private static double[] ofColumns(double[][] products, double[][] columns, int n, double shrinkage, double mean, WorkerPool pool) {
        int width = products.length;
        double[][] shrunk = new double[width][width];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                shrunk[i][j] = (1 - shrinkage) * products[i][j] / n + (i == j ? shrinkage * mean : 0);
            }
        }
        Cholesky.factor(shrunk, pool);
        double[] distances = new double[n];
        pool.run((n + ROWS - 1) / ROWS, (chunk, _) -> {
            double[] point = new double[width];
            for (int row = chunk * ROWS; row < Math.min(n, (chunk + 1) * ROWS); row++) {
                for (int c = 0; c < width; c++) {
                    point[c] = columns[c][row];
                }
                Cholesky.solveLower(shrunk, point);
                distances[row] = Vectors.dot(point, point);
            }
        });
        return distances;
    }

    /** With {@code K = XX'} and {@code a = s m}, {@code b = (1 - s) / n}: {@code (K_ii - k_i' (a/b I + K)^-1 k_i) / a}. */
    private static double[] ofProducts(double[][] products, int n, double shrinkage, double mean, WorkerPool pool) {
        double a = Math.max(shrinkage * mean, 1e-12 * mean);
        double b = (1 - shrinkage) / n;
        double[] distances = new double[n];
        if (b <= 0) {
            for (int i = 0; i < n; i++) {
                distances[i] = products[i][i] / a;
            }
            return distances;
        }
        double[][] inner = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                inner[i][j] = products[i][j] + (i == j ? a / b : 0);
            }
        }
        Cholesky.factor(inner, pool);
        pool.run(n, (i, _) -> {
            double[] own = products[i].clone();
            Cholesky.solveLower(inner, own);
            distances[i] = Math.max(0, (products[i][i] - Vectors.dot(own, own)) / a);
        });
        return distances;
    }
}
