package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.SymmetricEigen;

/**
 * The largest eigenvalues of a sparse symmetric matrix, and their vectors, beside the largest of all, which is 1 and known:
 * subspace iteration filtered by Chebyshev's polynomials (Zhou, Saad, Tiago and Chelikowsky 2006). A block of vectors is
 * multiplied at once, so that equal eigenvalues, which a circle has, are found as well, and no step depends on chance.
 */
final class LeadingVectors {
    /** Vectors beside those wanted: they make up what the others are told apart from. */
    private static final int MORE = 8;
    /** Up to so many points all eigenvalues are computed. */
    private static final int DENSE = 200;
    private static final int MOST_ROUNDS = 100;
    private static final int MOST_DEGREE = 100;
    /** How much a round may make the largest grow over the smallest, as a logarithm: more would drown the latter in rounding. */
    private static final double GROWTH = 14;
    private static final double RESIDUAL = 1e-8;
    /** Values that differ by less than this share of the spectrum aren't told apart within {@link #MOST_ROUNDS}. */
    private static final double EQUAL = 1e-5;
    /** How far below such values the filter begins, as a share of the spectrum. */
    private static final double BELOW = 1e-3;
    private static final int CHUNK = 1024;

    private final Graph graph;
    private final double[] weights;
    private final double[] diagonal;
    private final double[] known;
    private final WorkerPool pool;
    private final int n;
    private final int chunks;
    private int size;
    private double[] block = {};
    private double[] values = {};

    /**
     * Of a matrix with all eigenvalues between -1 and 1.
     *
     * @param graph where it isn't zero off the diagonal
     * @param weights its values there, in the order of the graph's edges
     * @param diagonal its values on the diagonal
     * @param known the eigenvector of eigenvalue 1, of length 1
     */
    LeadingVectors(Graph graph, double[] weights, double[] diagonal, double[] known, WorkerPool pool) {
        this.graph = graph;
        this.weights = weights;
        this.diagonal = diagonal;
        this.known = known;
        this.pool = pool;
        this.n = diagonal.length;
        this.chunks = (n + CHUNK - 1) / CHUNK;
    }

    /** Finds {@code count} of them, fewer than there are points. */
    LeadingVectors find(int count, Progress progress) {
        if (n <= DENSE) {
            dense(count);
            return this;
        }
        size = Math.min(count + MORE, n - 1);
        block = new double[n * size];
        SeededRandom random = new SeededRandom(0, 5);
        Arrays.setAll(block, i -> random.at(i) - 0.5);
        double[] image = new double[n * size];
        double[] filtered = new double[n * size];
        orthonormalise();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            turn(image);
            progress.report("Diffusing", round, MOST_ROUNDS, Progress.Unit.STEPS);
            if (residual(image, count) < RESIDUAL) {
                break;
            }
            double[] swapped = filter(image, filtered, cut(), values[0]);
            filtered = swapped == filtered ? block : filtered;
            image = swapped == image ? block : image;
            block = swapped;
            orthonormalise();
        }
        progress.report("Diffusing", MOST_ROUNDS, MOST_ROUNDS, Progress.Unit.STEPS);
        values = Arrays.copyOf(values, count);
        return this;
    }

    /** The eigenvalues, largest first. */
    double[] values() {
        return values;
    }

    /** Part {@code i} of the vector of a value. */
    double at(int i, int value) {
        return block[i * size + value];
    }

    private void dense(int count) {
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i][j] = -2 * known[i] * known[j]; // eigenvalue 1 becomes -1, the last of all
            }
            matrix[i][i] += diagonal[i];
            for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                matrix[i][graph.ends()[e]] += weights[e];
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(matrix);
        size = count;
        block = new double[n * size];
        values = new double[size];
        for (int k = 0; k < size; k++) {
            values[k] = eigen.values()[n - 1 - k];
            for (int i = 0; i < n; i++) {
                block[i * size + k] = eigen.vectors()[n - 1 - k][i];
            }
        }
    }

    /** Multiplies a block: {@code out = factor * (matrix * x - shift * x) - less}. */
    private void multiply(double[] x, double shift, double factor, double[] less, double[] out) {
        pool.run(chunks, (chunk, _) -> {
            double[] sums = new double[size];
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                for (int k = 0; k < size; k++) {
                    sums[k] = (diagonal[i] - shift) * x[i * size + k];
                }
                for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                    double weight = weights[e];
                    int from = graph.ends()[e] * size;
                    for (int k = 0; k < size; k++) {
                        sums[k] += weight * x[from + k];
                    }
                }
                for (int k = 0; k < size; k++) {
                    out[i * size + k] = factor * sums[k] - (less.length > 0 ? less[i * size + k] : 0);
                }
            }
        });
    }

    /**
     * The filter begins at the block's last value. Where that is the first one as well, since a star's leaves have one value a
     * thousandfold, any of its vectors will do, and what must shrink is what lies below.
     */
    private double cut() {
        double spectrum = values[0] + 1;
        return values[0] - values[size - 1] > EQUAL * spectrum ? values[size - 1] : values[0] - BELOW * spectrum;
    }

    /** Makes the block's part above {@code cut} grow over what lies from -1 to it; returns the one of three arrays that has the result. */
    private double[] filter(double[] first, double[] second, double cut, double top) {
        double middle = (cut - 1) / 2;
        double half = Math.max((cut + 1) / 2, 1e-3);
        double outside = Math.max((top - middle) / half, 1 + 1e-9);
        int degree = (int) Math.clamp(GROWTH / Math.log(outside + Math.sqrt(outside * outside - 1)), 4, MOST_DEGREE);
        double[] before = block;
        double[] now = first;
        double[] next = second;
        multiply(before, middle, 1 / half, new double[0], now);
        for (int d = 2; d <= degree; d++) {
            multiply(now, middle, 2 / half, before, next);
            double[] free = before;
            before = now;
            now = next;
            next = free;
        }
        return now;
    }

    /** Turns the block so that its vectors are as good as it has them (Rayleigh and Ritz), and their images with them. */
    private void turn(double[] image) {
        multiply(block, 0, 1, new double[0], image);
        double[] products = products(block, image);
        double[][] small = new double[size][size];
        for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
                small[a][b] = (products[a * size + b] + products[b * size + a]) / 2;
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(small);
        values = new double[size];
        for (int k = 0; k < size; k++) {
            values[k] = eigen.values()[size - 1 - k];
        }
        pool.run(chunks, (chunk, _) -> {
            double[] row = new double[size];
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                turn(block, i, eigen, row);
                turn(image, i, eigen, row);
            }
        });
    }

    private void turn(double[] rows, int i, SymmetricEigen eigen, double[] row) {
        System.arraycopy(rows, i * size, row, 0, size);
        for (int k = 0; k < size; k++) {
            double[] vector = eigen.vectors()[size - 1 - k];
            double sum = 0;
            for (int j = 0; j < size; j++) {
                sum += vector[j] * row[j];
            }
            rows[i * size + k] = sum;
        }
    }

    /** The largest of the wanted vectors' distances from being one. */
    private double residual(double[] image, int count) {
        double[][] parts = new double[chunks][count];
        pool.run(chunks, (chunk, _) -> {
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                for (int k = 0; k < count; k++) {
                    double off = image[i * size + k] - values[k] * block[i * size + k];
                    parts[chunk][k] += off * off;
                }
            }
        });
        double largest = 0;
        for (double sum : added(parts, count)) {
            largest = Math.max(largest, Math.sqrt(sum));
        }
        return largest;
    }

    /** The products of all vectors of one block with all of another, {@code [size, size]}. */
    private double[] products(double[] one, double[] other) {
        double[][] parts = new double[chunks][size * size];
        pool.run(chunks, (chunk, _) -> {
            double[] part = parts[chunk];
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                for (int a = 0; a < size; a++) {
                    double value = one[i * size + a];
                    for (int b = 0; b < size; b++) {
                        part[a * size + b] += value * other[i * size + b];
                    }
                }
            }
        });
        return added(parts, size * size);
    }

    private static double[] added(double[][] parts, int length) {
        double[] sums = new double[length];
        for (double[] part : parts) {
            for (int i = 0; i < length; i++) {
                sums[i] += part[i];
            }
        }
        return sums;
    }

    /** Gram's and Schmidt's method, twice, beginning with the vector that is known. */
    private void orthonormalise() {
        for (int k = 0; k < size; k++) {
            for (int pass = 0; pass < 2; pass++) {
                takeOff(k);
            }
            scale(k);
        }
    }

    private void takeOff(int k) {
        double[][] parts = new double[chunks][k + 1];
        pool.run(chunks, (chunk, _) -> {
            double[] part = parts[chunk];
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                double value = block[i * size + k];
                for (int j = 0; j < k; j++) {
                    part[j] += value * block[i * size + j];
                }
                part[k] += value * known[i];
            }
        });
        double[] along = added(parts, k + 1);
        pool.run(chunks, (chunk, _) -> {
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                double off = along[k] * known[i];
                for (int j = 0; j < k; j++) {
                    off += along[j] * block[i * size + j];
                }
                block[i * size + k] -= off;
            }
        });
    }

    private void scale(int k) {
        double[][] parts = new double[chunks][1];
        pool.run(chunks, (chunk, _) -> {
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                parts[chunk][0] += block[i * size + k] * block[i * size + k];
            }
        });
        double length = Math.sqrt(added(parts, 1)[0]);
        pool.run(chunks, (chunk, _) -> {
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                block[i * size + k] = length > 0 ? block[i * size + k] / length : 0;
            }
        });
    }
}
