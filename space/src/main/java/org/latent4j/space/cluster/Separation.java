package org.latent4j.space.cluster;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;

/**
 * How well clusters lie apart. Points labelled -1 are noise and don't count. Silhouettes (Rousseeuw 1987) are NaN where
 * there are fewer than two clusters.
 *
 * @param silhouette the mean silhouette of the points looked at, from -1 to 1
 * @param silhouettes each point's: how much nearer its own cluster is on average than the next; 0 for a cluster of one; NaN
 *     for noise and for points that weren't looked at
 * @param looked how many points were looked at, each against all others
 */
public record Separation(double silhouette, double[] silhouettes, int looked) {
    private static final int POINTS_AT_A_TIME = 2 * Panels.STEP;
    /** Squared distances below this part of both points' own squares have lost digits in single precision, and are measured again. */
    private static final double NEAR = 0x1p-8;

    /**
     * Silhouettes of at most {@code most} points, spread evenly over the rows, each against all points.
     *
     * @param metric {@link Metric#EUCLIDEAN} or {@link Metric#COSINE}
     */
    public static Separation of(Matrix points, int[] labels, Metric metric, int most, WorkerPool pool) {
        int n = points.rows();
        if (labels.length != n || metric != Metric.EUCLIDEAN && metric != Metric.COSINE) {
            throw new IllegalArgumentException("%d labels of %d points, %s".formatted(labels.length, n, metric));
        }
        Checked.finite(points);
        int clusters = Arrays.stream(labels).max().orElse(-1) + 1;
        int[] sizes = new int[clusters];
        int labelled = 0;
        for (int label : labels) {
            if (label >= 0) {
                sizes[label]++;
                labelled++;
            }
        }
        double[] silhouettes = new double[n];
        Arrays.fill(silhouettes, Double.NaN);
        if (Arrays.stream(sizes).filter(size -> size > 0).count() < 2) {
            return new Separation(Double.NaN, silhouettes, 0);
        }
        int[] rows = new int[Math.min(labelled, most)];
        int seen = 0;
        int taken = 0;
        for (int row = 0; row < n; row++) {
            if (labels[row] >= 0 && taken < rows.length && (long) seen++ * rows.length / labelled >= taken) {
                rows[taken++] = row;
            }
        }
        new Silhouettes(points, labels, sizes, metric, pool).run(rows, silhouettes);
        double sum = 0;
        for (int row : rows) {
            sum += silhouettes[row];
        }
        return new Separation(sum / rows.length, silhouettes, rows.length);
    }

    /** Sums of distances from points to each cluster, by blocked products. */
    private static final class Silhouettes {
        private final Matrix points;
        private final Metric metric;
        private final Matrix factors;
        private final Panels panels;
        private final double[] squares;
        private final int[] copyOf;
        private final int[] labels;
        private final int[] sizes;
        private final boolean angles;
        private final WorkerPool pool;

        Silhouettes(Matrix points, int[] labels, int[] sizes, Metric metric, WorkerPool pool) {
            this.points = points;
            this.metric = metric;
            angles = metric == Metric.COSINE;
            factors = angles ? Rows.centredUnit(points) : Rows.centred(points);
            panels = Panels.of(factors);
            squares = Rows.squares(factors);
            for (int row = 0; row < squares.length && angles; row++) {
                squares[row] += Rows.square(points, row) > 0 ? 0 : 1; // a zero vector's cosine is 0: as far from all as a right angle
            }
            this.copyOf = Distinct.of(points).groupOf();
            this.labels = labels;
            this.sizes = sizes;
            this.pool = pool;
        }

        void run(int[] rows, double[] silhouettes) {
            int block = Panels.blockRows(factors.columns());
            Panels.Block[] products = new Panels.Block[pool.threads()];
            pool.run((rows.length + block - 1) / block, (item, worker) -> {
                if (products[worker] == null) {
                    products[worker] = new Panels.Block();
                }
                int[] own = Arrays.copyOfRange(rows, item * block, Math.min(rows.length, (item + 1) * block));
                products[worker].take(Rows.pick(factors, own), 0, own.length);
                double[][] sums = sums(products[worker], own);
                for (int i = 0; i < own.length; i++) {
                    silhouettes[own[i]] = silhouette(labels[own[i]], sums[i]);
                }
            });
        }

        private double[][] sums(Panels.Block products, int[] own) {
            double[][] sums = new double[own.length][sizes.length];
            float[] scores = new float[products.roundedRows() * POINTS_AT_A_TIME];
            for (int from = 0; from < factors.rows(); from += POINTS_AT_A_TIME) {
                int to = Math.min(factors.rows(), from + POINTS_AT_A_TIME);
                products.times(panels, from, to, scores, POINTS_AT_A_TIME);
                for (int i = 0; i < own.length; i++) {
                    for (int other = from; other < to; other++) {
                        if (labels[other] >= 0 && other != own[i]) {
                            double product = scores[i * POINTS_AT_A_TIME + other - from];
                            sums[i][labels[other]] += distance(own[i], other, product);
                        }
                    }
                }
            }
            return sums;
        }

        private double distance(int row, int other, double product) {
            double both = squares[row] + squares[other];
            double square = both - 2 * product;
            if (square >= NEAR * both) {
                return angles ? square / 2 : Math.sqrt(square);
            }
            return copyOf[row] == copyOf[other] ? 0 : metric.distance(points, row, points, other);
        }

        private double silhouette(int label, double[] sums) {
            if (sizes[label] < 2) {
                return 0;
            }
            double within = sums[label] / (sizes[label] - 1);
            double next = Double.POSITIVE_INFINITY;
            for (int cluster = 0; cluster < sizes.length; cluster++) {
                if (cluster != label && sizes[cluster] > 0) {
                    next = Math.min(next, sums[cluster] / sizes[cluster]);
                }
            }
            double larger = Math.max(within, next);
            return larger > 0 ? (next - within) / larger : 0;
        }
    }

    /**
     * The Davies-Bouldin index (1979): how wide clusters are against how far apart, each beside the one it is worst told
     * from; 0 is best. By Euclidean distance.
     *
     * @throws LatentException if there are fewer than two clusters
     */
    public static double daviesBouldin(Matrix points, int[] labels) {
        int width = points.columns();
        int clusters = Arrays.stream(labels).max().orElse(-1) + 1;
        double[][] centres = new double[clusters][width];
        int[] sizes = new int[clusters];
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] >= 0) {
                sizes[labels[row]]++;
                for (int c = 0; c < width; c++) {
                    centres[labels[row]][c] += points.data()[row * width + c];
                }
            }
        }
        for (int cluster = 0; cluster < clusters; cluster++) {
            for (int c = 0; c < width; c++) {
                centres[cluster][c] /= Math.max(1, sizes[cluster]);
            }
        }
        double[] spread = new double[clusters];
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] >= 0) {
                spread[labels[row]] += Math.sqrt(Rows.square(points, row, centres[labels[row]])) / sizes[labels[row]];
            }
        }
        int[] there = IntStream.range(0, clusters).filter(cluster -> sizes[cluster] > 0).toArray();
        if (there.length < 2) {
            throw new LatentException("the Davies-Bouldin index compares clusters; there are %d".formatted(there.length));
        }
        double sum = 0;
        for (int one : there) {
            double worst = 0;
            for (int other : there) {
                double apart = Math.sqrt(Rows.square(centres[one], centres[other]));
                worst = one == other || apart == 0 ? worst : Math.max(worst, (spread[one] + spread[other]) / apart);
            }
            sum += worst;
        }
        return sum / there.length;
    }
}
