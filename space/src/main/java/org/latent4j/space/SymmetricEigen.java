package org.latent4j.space;

import org.latent4j.kernel.LatentException;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to three diagonals, then QL with implicit shifts
 * (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). Takes some {@code 3 n^3} operations.
 *
 * @param values ascending, {@code [n]}
 * @param vectors of length 1, each a row, {@code [n, n]}
 */
public record SymmetricEigen(double[] values, double[][] vectors) {
    private static final int MOST_ROUNDS = 60;

    /** Of a symmetric matrix, {@code [n, n]}, which isn't changed. */
    public static SymmetricEigen of(double[][] matrix) {
        int n = matrix.length;
        double[][] a = new double[n][];
        for (int i = 0; i < n; i++) {
            a[i] = matrix[i].clone();
        }
        double[][] basis = new double[n][n];
        for (int i = 0; i < n; i++) {
            basis[i][i] = 1;
        }
        for (int k = 0; k < n - 2; k++) {
            reflect(a, basis, k);
        }
        double[] diagonal = new double[n];
        double[] beside = new double[n];
        for (int i = 0; i < n; i++) {
            diagonal[i] = a[i][i];
            beside[i] = i + 1 < n ? a[i + 1][i] : 0;
        }
        return solve(diagonal, beside, basis);
    }

    /**
     * Of a matrix with three diagonals.
     *
     * @param diagonal {@code [n]}
     * @param beside what lies below it, {@code [n]}, the last without meaning
     */
    public static SymmetricEigen ofTridiagonal(double[] diagonal, double[] beside) {
        int n = diagonal.length;
        double[][] basis = new double[n][n];
        for (int i = 0; i < n; i++) {
            basis[i][i] = 1;
        }
        double[] copy = beside.clone();
        if (n > 0) {
            copy[n - 1] = 0;
        }
        return solve(diagonal.clone(), copy, basis);
    }

    /** Makes column k zero below the diagonal's neighbour by a reflection; rows of the basis turn along. */
    private static void reflect(double[][] a, double[][] basis, int k) {
        int n = a.length;
        double scale = 0;
        for (int i = k + 2; i < n; i++) {
            scale = Math.max(scale, Math.abs(a[i][k]));
        }
        if (scale == 0) {
            return;
        }
        scale = Math.max(scale, Math.abs(a[k + 1][k]));
        double[] v = new double[n];
        double square = 0;
        for (int i = k + 1; i < n; i++) {
            v[i] = a[i][k] / scale;
            square += v[i] * v[i];
        }
        double length = Math.copySign(Math.sqrt(square), v[k + 1]);
        v[k + 1] += length;
        double factor = 1 / (length * v[k + 1]); // 2 / (v . v)
        double[] image = new double[n];
        for (int i = k; i < n; i++) {
            double sum = 0;
            for (int j = k + 1; j < n; j++) {
                sum += a[i][j] * v[j];
            }
            image[i] = sum * factor;
        }
        double half = 0;
        for (int i = k + 1; i < n; i++) {
            half += image[i] * v[i];
        }
        half *= factor / 2;
        for (int i = k + 1; i < n; i++) {
            image[i] -= half * v[i];
        }
        a[k + 1][k] = a[k][k + 1] = -length * scale;
        for (int i = k + 2; i < n; i++) {
            a[i][k] = a[k][i] = 0;
        }
        for (int i = k + 1; i < n; i++) {
            for (int j = k + 1; j < n; j++) {
                a[i][j] -= v[i] * image[j] + image[i] * v[j];
            }
        }
        double[] along = new double[n];
        for (int i = k + 1; i < n; i++) {
            for (int c = 0; c < n; c++) {
                along[c] += v[i] * basis[i][c];
            }
        }
        for (int i = k + 1; i < n; i++) {
            for (int c = 0; c < n; c++) {
                basis[i][c] -= factor * v[i] * along[c];
            }
        }
    }

    private static SymmetricEigen solve(double[] d, double[] e, double[][] basis) {
        int n = d.length;
        for (int low = 0; low < n; low++) {
            int rounds = 0;
            for (int split = split(d, e, low); split > low; split = split(d, e, low)) {
                if (++rounds > MOST_ROUNDS) {
                    throw new LatentException(
                            "the eigenvalues of a matrix of %d rows weren't found; its values may not be finite".formatted(n));
                }
                sweep(d, e, basis, low, split);
            }
        }
        sort(d, basis);
        return new SymmetricEigen(d, basis);
    }

    /** Up to where the rows from {@code low} hang together. */
    private static int split(double[] d, double[] e, int low) {
        int at = low;
        while (at < d.length - 1 && Math.abs(e[at]) > 0x1p-53 * (Math.abs(d[at]) + Math.abs(d[at + 1]))) {
            at++;
        }
        return at;
    }

    /** One QL step with Wilkinson's shift on rows {@code low} to {@code high}. */
    private static void sweep(double[] d, double[] e, double[][] basis, int low, int high) {
        double g = (d[low + 1] - d[low]) / (2 * e[low]);
        double r = Math.hypot(g, 1);
        g = d[high] - d[low] + e[low] / (g + Math.copySign(r, g));
        double sin = 1;
        double cos = 1;
        double p = 0;
        for (int i = high - 1; i >= low; i--) {
            double f = sin * e[i];
            double b = cos * e[i];
            r = Math.hypot(f, g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= p;
                e[high] = 0;
                return;
            }
            sin = f / r;
            cos = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * sin + 2 * cos * b;
            p = sin * r;
            d[i + 1] = g + p;
            g = cos * r - b;
            turn(basis[i], basis[i + 1], cos, sin);
        }
        d[low] -= p;
        e[low] = g;
        e[high] = 0;
    }

    private static void turn(double[] lower, double[] upper, double cos, double sin) {
        for (int c = 0; c < lower.length; c++) {
            double l = lower[c];
            double u = upper[c];
            upper[c] = sin * l + cos * u;
            lower[c] = cos * l - sin * u;
        }
    }

    private static void sort(double[] values, double[][] vectors) {
        for (int i = 0; i < values.length - 1; i++) {
            int least = i;
            for (int j = i + 1; j < values.length; j++) {
                least = values[j] < values[least] ? j : least;
            }
            double value = values[i];
            values[i] = values[least];
            values[least] = value;
            double[] vector = vectors[i];
            vectors[i] = vectors[least];
            vectors[least] = vector;
        }
    }
}
