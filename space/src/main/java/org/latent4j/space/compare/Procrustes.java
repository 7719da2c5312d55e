package org.latent4j.space.compare;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Vectors;

/**
 * The rotation and scale that lay one space on another best (Schönemann 1966), after both are centred and brought to a sum of
 * squares of 1. Where one is narrower, it is as if zeros filled it up.
 *
 * @param disparity what is left: from 0, the same form, to 1; as scipy's
 * @param residuals the distance of each item from its place in the other space afterwards, {@code [items]}; its squares sum
 *     to the disparity
 */
public record Procrustes(double disparity, double[] residuals) {
    /** Spaces wider than this take minutes. */
    static final int MOST_WIDTH = 768;

    /**
     * Lays {@code other} on {@code one}.
     *
     * @throws LatentException if one has other items than the other, all points of one are equal, or both are wider than
     *     {@value #MOST_WIDTH}
     */
    public static Procrustes of(Matrix one, Matrix other, WorkerPool pool) {
        int n = one.rows();
        if (n != other.rows() || n < 2) {
            throw new LatentException("Procrustes takes the same items in both spaces, at least 2; there are %d and %d"
                    .formatted(n, other.rows()));
        }
        boolean turned = other.columns() > one.columns();
        double[][] x = scaled(Columns.centred(turned ? other : one));
        double[][] y = scaled(Columns.centred(turned ? one : other)); // not the wider
        if (y.length > MOST_WIDTH) {
            throw new LatentException(
                    "Procrustes of spaces %d and %d wide would take too long; the narrower may be %d wide: project them first"
                            .formatted(one.columns(), other.columns(), MOST_WIDTH));
        }
        double[][] cross = new double[y.length][x.length]; // Y'X
        pool.run(y.length, (i, _) -> {
            for (int j = 0; j < x.length; j++) {
                cross[i][j] = Vectors.dot(y[i], x[j]);
            }
        });
        double[][] kept = Polar.rotation(cross, pool);
        double scale = 0;
        for (int i = 0; i < y.length; i++) {
            scale += Vectors.dot(kept[i], cross[i]);
        }
        return new Procrustes(Math.max(0, 1 - scale * scale), residuals(x, y, kept, scale, n, pool));
    }

    /** Whether two spaces are narrow enough. */
    public static boolean suits(Matrix one, Matrix other) {
        return Math.min(one.columns(), other.columns()) <= MOST_WIDTH;
    }

    private static double[][] scaled(double[][] columns) {
        double sum = 0;
        for (double[] column : columns) {
            sum += Vectors.dot(column, column);
        }
        if (!(sum > 0)) {
            throw new LatentException("all points of a space are equal: there is no form to compare");
        }
        double factor = 1 / Math.sqrt(sum);
        for (double[] column : columns) {
            for (int row = 0; row < column.length; row++) {
                column[row] *= factor;
            }
        }
        return columns;
    }

    private static double[] residuals(double[][] x, double[][] y, double[][] rotation, double scale, int n, WorkerPool pool) {
        double[][] turned = new double[x.length][n]; // what Y, turned and scaled, lacks of X
        pool.run(x.length, (j, _) -> {
            double[] column = x[j].clone();
            for (int i = 0; i < y.length; i++) {
                double factor = scale * rotation[i][j];
                for (int row = 0; row < n; row++) {
                    column[row] -= factor * y[i][row];
                }
            }
            turned[j] = column;
        });
        double[] residuals = new double[n];
        for (double[] column : turned) {
            for (int row = 0; row < n; row++) {
                residuals[row] += column[row] * column[row];
            }
        }
        Arrays.setAll(residuals, row -> Math.sqrt(residuals[row]));
        return residuals;
    }
}
