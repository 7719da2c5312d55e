package org.latent4j.space;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/** All of what points spread: their covariance, or where there are fewer points than columns the products of the points. */
final class Covariance {
    private final Matrix points;
    private final double[] mean;
    private final WorkerPool pool;

    Covariance(Matrix points, WorkerPool pool) {
        this.points = points;
        this.mean = Vectors.mean(points);
        this.pool = pool;
    }

    PrincipalComponents components(int count) {
        int n = points.rows();
        int width = points.columns();
        boolean byPoints = n < width;
        double[][] rows = byPoints ? centred() : transposed();
        SymmetricEigen eigen = SymmetricEigen.of(products(rows));
        int size = rows.length;
        double total = 0;
        for (double value : eigen.values()) {
            total += Math.max(0, value);
        }
        double[][] components = new double[count][width];
        double[] variances = new double[count];
        for (int k = 0; k < count && k < size; k++) {
            double value = Math.max(0, eigen.values()[size - 1 - k]);
            double[] vector = eigen.vectors()[size - 1 - k];
            variances[k] = value / (n - 1);
            if (!byPoints) {
                components[k] = PrincipalComponents.withSign(vector);
            } else if (value > 1e-12 * total) {
                components[k] = PrincipalComponents.withSign(combined(rows, vector, Math.sqrt(value)));
            }
        }
        return new PrincipalComponents(mean, components, variances, total / (n - 1));
    }

    private static double[] combined(double[][] rows, double[] weights, double length) {
        double[] sum = new double[rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += weights[i] / length * rows[i][c];
            }
        }
        return sum;
    }

    private double[][] centred() {
        double[][] rows = new double[points.rows()][mean.length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < mean.length; c++) {
                rows[i][c] = points.data()[i * mean.length + c] - mean[c];
            }
        }
        return rows;
    }

    private double[][] transposed() {
        double[][] rows = new double[mean.length][points.rows()];
        pool.run(mean.length, (c, _) -> {
            for (int i = 0; i < points.rows(); i++) {
                rows[c][i] = points.data()[i * mean.length + c] - mean[c];
            }
        });
        return rows;
    }

    private double[][] products(double[][] rows) {
        double[][] products = new double[rows.length][rows.length];
        pool.run(rows.length, (i, _) -> {
            for (int j = i; j < rows.length; j++) {
                products[i][j] = Vectors.dot(rows[i], rows[j]);
            }
        });
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                products[i][j] = products[j][i];
            }
        }
        return products;
    }
}
