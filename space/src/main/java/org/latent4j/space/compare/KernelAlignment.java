package org.latent4j.space.compare;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Vectors;

/**
 * Linear centred kernel alignment (Kornblith, Norouzi, Lee and Hinton 2019) of the same items in two spaces: 1 where one is
 * the other turned and scaled. The usual estimate is too high where items are few and vectors wide, even for noise; the
 * unbiased one (Song et al. 2012; Nguyen, Raghu and Kornblith 2021) is 0 on average for noise and may be negative. NaN where
 * all points of a space are equal; the unbiased one with fewer than four items, or where all lie equally far apart.
 *
 * @param biased from 0 to 1
 * @param unbiased at most 1
 */
public record KernelAlignment(double biased, double unbiased) {
    private static final long MOST_PRODUCTS = 1L << 26;
    private static final int ROWS = 8;
    /** What is less of a whole is what rounding left of it. */
    private static final double ROUNDING = 1e-12;

    /**
     * Compares row with row.
     *
     * @param one {@code [items, width]}
     * @param other {@code [items, width of its own]}
     * @throws LatentException if one has other items than the other, or there are fewer than two
     */
    public static KernelAlignment of(Matrix one, Matrix other, WorkerPool pool) {
        int n = one.rows();
        if (n != other.rows() || n < 2) {
            throw new LatentException("alignment takes the same items in both spaces, at least 2; there are %d and %d"
                    .formatted(n, other.rows()));
        }
        double[][] x = Columns.centred(one);
        double[][] y = Columns.centred(other);
        double xy = squares(x, y, n, pool);
        double xx = squares(x, x, n, pool);
        double yy = squares(y, y, n, pool);
        double biased = xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Double.NaN;
        if (n < 4 || !(xx > 0 && yy > 0)) {
            return new KernelAlignment(biased, Double.NaN);
        }
        double[] selfX = selfProducts(x, n);
        double[] selfY = selfProducts(y, n);
        double ownX = unbiased(xx, selfX, selfX);
        double ownY = unbiased(yy, selfY, selfY);
        boolean told = ownX > ROUNDING * xx && ownY > ROUNDING * yy;
        return new KernelAlignment(biased, told ? unbiased(xy, selfX, selfY) / Math.sqrt(ownX * ownY) : Double.NaN);
    }

    /**
     * The estimate of the Hilbert-Schmidt criterion without the kernels' diagonals, times n (n - 3), of {@code tr KL} and the diagonals. Points
     * are centred: their kernels' rows sum to 0, without the diagonal to its negative.
     */
    private static double unbiased(double trace, double[] selfX, double[] selfY) {
        double n = selfX.length;
        double diagonal = 0;
        for (int i = 0; i < selfX.length; i++) {
            diagonal += selfX[i] * selfY[i];
        }
        double sums = Arrays.stream(selfX).sum() * Arrays.stream(selfY).sum();
        return trace - diagonal + sums / ((n - 1) * (n - 2)) - 2 / (n - 2) * diagonal;
    }

    private static double[] selfProducts(double[][] columns, int n) {
        double[] products = new double[n];
        for (double[] column : columns) {
            for (int row = 0; row < n; row++) {
                products[row] += column[row] * column[row];
            }
        }
        return products;
    }

    /** The sum of the squares of all products of columns, {@code |X'Y|^2}, or of what is the same, {@code tr XX'YY'}. */
    private static double squares(double[][] x, double[][] y, int n, WorkerPool pool) {
        if ((long) x.length * y.length <= (long) n * n || (long) n * n > MOST_PRODUCTS) {
            double[] parts = new double[x.length];
            pool.run(x.length, (i, _) -> {
                for (double[] column : y) {
                    double product = Vectors.dot(x[i], column);
                    parts[i] += product * product;
                }
            });
            return Arrays.stream(parts).sum();
        }
        double[][] pointsX = Columns.transposed(x, n);
        double[][] pointsY = x == y ? pointsX : Columns.transposed(y, n);
        double[] parts = new double[(n + ROWS - 1) / ROWS];
        pool.run(parts.length, (chunk, _) -> {
            for (int i = chunk * ROWS; i < Math.min(n, (chunk + 1) * ROWS); i++) {
                for (int j = 0; j <= i; j++) {
                    double product = Vectors.dot(pointsX[i], pointsX[j]) * Vectors.dot(pointsY[i], pointsY[j]);
                    parts[chunk] += i == j ? product : 2 * product;
                }
            }
        });
        return Arrays.stream(parts).sum();
    }
}
