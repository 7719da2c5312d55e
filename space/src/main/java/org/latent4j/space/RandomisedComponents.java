package org.latent4j.space;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/** Subspace iteration from random directions; rows are added up in chunks of a fixed size, whatever the number of threads. */
final class RandomisedComponents {
    private static final int EXTRA_DIRECTIONS = 8;
    private static final int ROUNDS = 7;
    private static final int CHUNK = 1024;

    private final Matrix points;
    private final int count;
    private final WorkerPool pool;
    private final double[] mean;
    private final int width;

    RandomisedComponents(Matrix points, int count, WorkerPool pool) {
        this.points = points;
        this.count = count;
        this.pool = pool;
        this.width = points.columns();
        this.mean = Vectors.mean(points);
    }

    PrincipalComponents run(long seed) {
        int size = Math.min(count + EXTRA_DIRECTIONS, width);
        double[][] basis = new double[size][width];
        for (int k = 0; k < size; k++) {
            SeededRandom random = new SeededRandom(seed, k);
            for (int c = 0; c < width; c++) {
                basis[k][c] = random.at(c) - 0.5;
            }
        }
        PrincipalComponents.orthonormalise(basis);
        for (int round = 0; round < ROUNDS; round++) {
            basis = scatterTimes(basis);
            PrincipalComponents.orthonormalise(basis);
        }
        double[][] image = scatterTimes(basis);
        double[][] small = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                small[i][j] = (Vectors.dot(basis[i], image[j]) + Vectors.dot(basis[j], image[i])) / 2;
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(small);
        double[][] components = new double[count][width];
        double[] variances = new double[count];
        for (int k = 0; k < count; k++) {
            double[] weights = eigen.vectors()[size - 1 - k];
            for (int j = 0; j < size; j++) {
                for (int c = 0; c < width; c++) {
                    components[k][c] += weights[j] * basis[j][c];
                }
            }
            components[k] = PrincipalComponents.withSign(components[k]);
            variances[k] = Math.max(0, eigen.values()[size - 1 - k]) / (points.rows() - 1);
        }
        return new PrincipalComponents(mean, components, variances, total() / (points.rows() - 1));
    }

    private double[][] scatterTimes(double[][] basis) {
        int size = basis.length;
        int chunks = (points.rows() + CHUNK - 1) / CHUNK;
        int atATime = Math.max(1, Math.min(chunks, (int) (64_000_000L / (8L * size * width + 1)) + 1));
        double[][] sum = new double[size][width];
        for (int first = 0; first < chunks; first += atATime) {
            double[][][] partial = new double[Math.min(atATime, chunks - first)][][];
            int begin = first;
            pool.run(partial.length, (item, _) -> partial[item] = chunkTimes(basis, (begin + item) * CHUNK));
            for (double[][] some : partial) {
                for (int k = 0; k < size; k++) {
                    for (int c = 0; c < width; c++) {
                        sum[k][c] += some[k][c];
                    }
                }
            }
        }
        return sum;
    }

    private double[][] chunkTimes(double[][] basis, int from) {
        double[][] image = new double[basis.length][width];
        double[] centred = new double[width];
        for (int i = from; i < Math.min(points.rows(), from + CHUNK); i++) {
            for (int c = 0; c < width; c++) {
                centred[c] = points.data()[i * width + c] - mean[c];
            }
            for (int k = 0; k < basis.length; k++) {
                double along = Vectors.dot(centred, basis[k]);
                double[] row = image[k];
                for (int c = 0; c < width; c++) {
                    row[c] += along * centred[c];
                }
            }
        }
        return image;
    }

    private double total() {
        double total = 0;
        for (int i = 0; i < points.data().length; i++) {
            double off = points.data()[i] - mean[i % width];
            total += off * off;
        }
        return total;
    }
}
