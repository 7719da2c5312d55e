package org.latent4j.space;

import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/**
 * Principal component analysis: the few orthogonal directions along which points spread most (Pearson 1901, Hotelling
 * 1933), found by subspace iteration on the centred points in double precision (Halko, Martinsson and Tropp 2011,
 * algorithm 4.4, iterated until the directions stand still).
 *
 * <p>Signs are chosen so that each component's coordinate of largest size is positive. Deterministic.
 *
 * @param mean the points' mean, {@code [width]}
 * @param components the directions, of length 1, most spread first, {@code [components, width]}
 * @param variances the variance along each (divided by points - 1)
 * @param totalVariance the variance along all directions together
 */
public record PrincipalComponents(double[] mean, double[][] components, double[] variances, double totalVariance) {
    private static final int EXTRA_DIRECTIONS = 6;
    private static final int MOST_ROUNDS = 500;
    private static final double STILL = 1e-10;
    private static final int MOST_FOR_EXACT = 2048;

    /**
     * Finds the first {@code count} components of points, {@code [points, width]}. Where the points span fewer directions,
     * the rest have variance 0.
     *
     * @throws IllegalArgumentException if there are fewer than two points, or more components than coordinates are asked for
     */
    public static PrincipalComponents of(Matrix points, int count) {
        int n = points.rows();
        int width = points.columns();
        if (n < 2 || count < 1 || count > width) {
            throw new IllegalArgumentException("%d components of %d points of width %d".formatted(count, n, width));
        }
        double[] mean = Vectors.mean(points);
        double[][] centred = centred(points, mean);
        double[][] basis = start(Math.min(count + EXTRA_DIRECTIONS, width), width);
        double[] values = iterate(centred, basis);
        double total = 0;
        for (double[] point : centred) {
            total += Vectors.dot(point, point);
        }
        double[][] components = new double[count][];
        double[] variances = new double[count];
        for (int k = 0; k < count; k++) {
            components[k] = withSign(basis[k]);
            variances[k] = values[k] / (n - 1);
        }
        return new PrincipalComponents(mean, components, variances, total / (n - 1));
    }

    /**
     * The first {@code count} components from the covariance itself, all of whose eigenvectors are computed: exact to rounding,
     * for points or widths up to some thousands ({@link SymmetricEigen}); beyond, {@link #of}.
     *
     * @throws LatentException if there are fewer than two points, or a value isn't finite
     * @throws IllegalArgumentException if more components than coordinates are asked for
     */
    public static PrincipalComponents exact(Matrix points, int count, WorkerPool pool) {
        check(points, count);
        if (Math.min(points.rows(), points.columns()) > MOST_FOR_EXACT) {
            return of(points, count);
        }
        return new Covariance(points, pool).components(count);
    }

    /**
     * The first {@code count} components by a few rounds of subspace iteration from random directions (Halko, Martinsson and
     * Tropp 2011, algorithm 4.4): for maps and starts, where the last digits don't matter.
     *
     * @throws LatentException if there are fewer than two points, or a value isn't finite
     * @throws IllegalArgumentException if more components than coordinates are asked for
     */
    public static PrincipalComponents randomised(Matrix points, int count, long seed, WorkerPool pool) {
        check(points, count);
        return new RandomisedComponents(points, count, pool).run(seed);
    }

    private static void check(Matrix points, int count) {
        if (points.rows() < 2) {
            throw new LatentException("principal components of %d points; at least 2 are needed".formatted(points.rows()));
        }
        if (count < 1 || count > points.columns()) {
            throw new IllegalArgumentException("%d components of points of width %d".formatted(count, points.columns()));
        }
        NeighbourSearch.requireFinite(points, "point");
    }

    /**
     * Where points lie along each component, {@code [points, components]}.
     *
     * @throws LatentException if they have another width, or a value isn't finite
     */
    public Matrix project(Matrix points, WorkerPool pool) {
        return along(points, pool, false);
    }

    /**
     * Where points lie along each component, in units of the spread there, so that their covariance is the identity; 0 where
     * the fitted points don't spread.
     */
    public Matrix whiten(Matrix points, WorkerPool pool) {
        return along(points, pool, true);
    }

    private Matrix along(Matrix points, WorkerPool pool, boolean whitened) {
        int width = points.columns();
        if (width != mean.length) {
            throw new LatentException("points of width %d for components of points of width %d".formatted(width, mean.length));
        }
        NeighbourSearch.requireFinite(points, "point");
        Matrix out = Matrix.zeros(points.rows(), components.length);
        pool.run(points.rows(), (row, _) -> {
            double[] centred = new double[width];
            for (int c = 0; c < width; c++) {
                centred[c] = points.data()[row * width + c] - mean[c];
            }
            for (int k = 0; k < components.length; k++) {
                double value = Vectors.dot(centred, components[k]);
                double spread = whitened ? Math.sqrt(variances[k]) : 1;
                out.data()[row * components.length + k] = spread > 1e-7 * Math.sqrt(totalVariance) || !whitened
                        ? (float) (value / spread)
                        : 0;
            }
        });
        return out;
    }

    /** Where a point lies along each component. */
    public double[] project(float[] point) {
        double[] coordinates = new double[components.length];
        for (int k = 0; k < components.length; k++) {
            for (int c = 0; c < mean.length; c++) {
                coordinates[k] += (point[c] - mean[c]) * components[k][c];
            }
        }
        return coordinates;
    }

    /** The share of the variance that a component holds, from 0 to 1; 0 where the points don't spread at all. */
    public double share(int component) {
        return totalVariance > 0 ? Math.min(1, variances[component] / totalVariance) : 0;
    }

    private static double[][] centred(Matrix points, double[] mean) {
        double[][] centred = new double[points.rows()][mean.length];
        for (int r = 0; r < centred.length; r++) {
            for (int c = 0; c < mean.length; c++) {
                centred[r][c] = points.data()[r * mean.length + c] - mean[c];
            }
        }
        return centred;
    }

    /** Directions to begin with: fixed, of no particular relation to the coordinates. */
    private static double[][] start(int count, int width) {
        double[][] basis = new double[count][width];
        long state = 0x9E3779B97F4A7C15L;
        for (double[] direction : basis) {
            for (int c = 0; c < width; c++) {
                state = state * 6364136223846793005L + 1442695040888963407L;
                direction[c] = (state >> 11) * 0x1p-53;
            }
        }
        orthonormalise(basis);
        return basis;
    }

    /** Multiplies the basis with the scatter matrix until its directions stand still; returns the scatter along each. */
    private static double[] iterate(double[][] centred, double[][] basis) {
        double[] values = new double[basis.length];
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double[][] image = scatterTimes(centred, basis);
            double[] before = values.clone();
            for (int k = 0; k < basis.length; k++) {
                values[k] = Math.sqrt(Vectors.dot(image[k], image[k]));
            }
            orthonormalise(image);
            rotateToEigenvectors(centred, image, values);
            double turned = 0;
            for (int k = 0; k < Math.max(1, basis.length - EXTRA_DIRECTIONS); k++) {
                turned = Math.max(turned, values[k] > 1e-12 * values[0] ? 1 - Math.abs(Vectors.dot(image[k], basis[k])) : 0);
                basis[k] = image[k];
            }
            System.arraycopy(image, 0, basis, 0, basis.length);
            if (turned < STILL && Math.abs(values[0] - before[0]) <= STILL * values[0]) {
                break;
            }
        }
        return values;
    }

    private static double[][] scatterTimes(double[][] centred, double[][] basis) {
        double[][] image = new double[basis.length][basis[0].length];
        for (double[] point : centred) {
            for (int k = 0; k < basis.length; k++) {
                double along = Vectors.dot(point, basis[k]);
                for (int c = 0; c < point.length; c++) {
                    image[k][c] += along * point[c];
                }
            }
        }
        return image;
    }

    /** Modified Gram-Schmidt, twice. A direction in the span of those before it becomes zero. */
    static void orthonormalise(double[][] basis) {
        for (int k = 0; k < basis.length; k++) {
            double before = Math.sqrt(Vectors.dot(basis[k], basis[k]));
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    double along = Vectors.dot(basis[k], basis[j]);
                    for (int c = 0; c < basis[k].length; c++) {
                        basis[k][c] -= along * basis[j][c];
                    }
                }
            }
            double length = Math.sqrt(Vectors.dot(basis[k], basis[k]));
            double factor = length > 1e-12 * before ? 1 / length : 0;
            for (int c = 0; c < basis[k].length; c++) {
                basis[k][c] *= factor;
            }
        }
    }

    /** Within the span of the basis, turns it to the eigenvectors of the scatter (Rayleigh-Ritz, by Jacobi rotations). */
    private static void rotateToEigenvectors(double[][] centred, double[][] basis, double[] values) {
        int m = basis.length;
        double[][] small = new double[m][m];
        for (double[] point : centred) {
            double[] along = new double[m];
            for (int k = 0; k < m; k++) {
                along[k] = Vectors.dot(point, basis[k]);
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < m; j++) {
                    small[i][j] += along[i] * along[j];
                }
            }
        }
        boolean turned = true;
        for (int sweep = 0; turned && sweep < 30; sweep++) {
            turned = false;
            for (int i = 0; i < m; i++) {
                for (int j = i + 1; j < m; j++) {
                    turned |= jacobiRotation(small, basis, i, j);
                }
            }
        }
        sortByValue(small, basis, values);
    }

    /** Makes a pair of directions independent; false if it already was. */
    private static boolean jacobiRotation(double[][] a, double[][] basis, int i, int j) {
        if (Math.abs(a[i][j]) <= 1e-14 * Math.sqrt(Math.abs(a[i][i] * a[j][j]))) {
            return false;
        }
        double theta = 0.5 * Math.atan2(2 * a[i][j], a[j][j] - a[i][i]);
        double cos = Math.cos(theta);
        double sin = Math.sin(theta);
        for (int k = 0; k < a.length; k++) {
            double left = a[k][i];
            double right = a[k][j];
            a[k][i] = cos * left - sin * right;
            a[k][j] = sin * left + cos * right;
        }
        turn(a[i], a[j], cos, sin);
        turn(basis[i], basis[j], cos, sin);
        return true;
    }

    private static void turn(double[] one, double[] other, double cos, double sin) {
        for (int c = 0; c < one.length; c++) {
            double left = one[c];
            double right = other[c];
            one[c] = cos * left - sin * right;
            other[c] = sin * left + cos * right;
        }
    }

    private static void sortByValue(double[][] small, double[][] basis, double[] values) {
        for (int k = 0; k < basis.length; k++) {
            values[k] = Math.max(0, small[k][k]);
        }
        for (int i = 1; i < basis.length; i++) {
            for (int j = i; j > 0 && values[j] > values[j - 1]; j--) {
                double value = values[j];
                values[j] = values[j - 1];
                values[j - 1] = value;
                double[] direction = basis[j];
                basis[j] = basis[j - 1];
                basis[j - 1] = direction;
            }
        }
    }

    static double[] withSign(double[] direction) {
        int largest = 0;
        for (int c = 0; c < direction.length; c++) {
            if (Math.abs(direction[c]) > Math.abs(direction[largest])) {
                largest = c;
            }
        }
        double sign = direction[largest] < 0 ? -1 : 1;
        double[] signed = new double[direction.length];
        for (int c = 0; c < direction.length; c++) {
            signed[c] = sign * direction[c];
        }
        return signed;
    }
}
