package org.latent4j.space.describe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Distinct;
import org.latent4j.space.Metric;
import org.latent4j.space.NeighbourSearch;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Vectors;
import org.latent4j.space.dimension.Dimension;

/**
 * The shape of a cloud of points. What isn't defined (the dimension of two points) is NaN. What takes neighbours is computed
 * of at most {@value #LOOKED} points, drawn by the seed.
 *
 * @param points how many there are
 * @param width how many coordinates each has
 * @param looked how many points the figures that take neighbours are of
 * @param norms the points' lengths
 * @param unitShare the part of the points whose length is 1
 * @param meanCosine the mean cosine between two points: 0 where directions are spread evenly, near 1 in a narrow cone (Ethayarajh 2019)
 * @param constantColumns how many columns have the same value everywhere
 * @param largestColumnShare the largest column's part of all variance: far above the others' in spaces with outlier dimensions
 * @param duplicates how many points are copies of one before them
 * @param hubness how unevenly points are others' neighbours
 * @param clusterability Hopkins' statistic (1954) against a Gaussian cloud of the same covariance: about 0.5 for one such cloud, near 1
 *     where points crowd together
 * @param dimension estimates of the dimension that the points fill
 */
public record Shape(
        int points, int width, int looked, Norms norms, double unitShare, double meanCosine, int constantColumns, double largestColumnShare,
        int duplicates, Hubness hubness, double clusterability, Dimensions dimension) {
    /** The most points that neighbours are looked up for. */
    public static final int LOOKED = 10_000;
    private static final int K = 10;
    private static final int PROBES = 300;
    private static final int MIXED = 400;

    /** Lengths. */
    public record Norms(double mean, double deviation, double least, double median, double most) {}

    /**
     * How often points are among the {@code k} nearest of others (Radovanović, Nanopoulos and Ivanović 2010). Copies of a point are left out:
     * which of them are the nearest would be a matter of their order.
     *
     * @param k how many are near; 0 where all points are equal, and nothing is known
     * @param skewness of these counts: near 0 without hubs, above 1 to 2 with
     * @param largest the greatest count
     * @param hub the point that has it
     * @param orphans the part of the points that are nobody's
     */
    public record Hubness(int k, double skewness, int largest, int hub, double orphans) {}

    /** Estimates of {@link Dimension}. */
    public record Dimensions(double twoNearest, double maximumLikelihood, double localComponents, double participation) {}

    /**
     * Looks at points, {@code [points, width]}.
     *
     * @throws LatentException if there are fewer than two, or a value isn't finite
     */
    public static Shape of(Matrix points, long seed, WorkerPool pool, Progress progress) {
        int n = points.rows();
        if (n < 2) {
            throw new LatentException(
                    "there is nothing to say of %s; give at least 2 points".formatted(n == 1 ? "one point" : n + " points"));
        }
        int[] rows = sample(n, LOOKED, seed);
        Matrix looked = pick(points, rows);
        var search = new NeighbourSearch(looked, Metric.EUCLIDEAN, pool);
        Neighbours near = search.among(K, progress);
        double[] lengths = lengths(points);
        double[] variances = columnVariances(points);
        double total = Arrays.stream(variances).sum();
        return new Shape(n, points.columns(), rows.length, norms(lengths),
                Arrays.stream(lengths).filter(length -> Math.abs(length - 1) < 1e-3).count() / (double) n, meanCosine(points, lengths),
                (int) Arrays.stream(variances).filter(variance -> variance == 0).count(),
                total > 0 ? Arrays.stream(variances).max().orElse(0) / total : Double.NaN, duplicates(points),
                hubness(looked, near, rows, pool),
                clusterability(looked, near, search, seed), dimensions(looked, near, pool));
    }

    private static Dimensions dimensions(Matrix looked, Neighbours near, WorkerPool pool) {
        return new Dimensions(near.k() >= 2 ? Dimension.twoNearest(near) : Double.NaN,
                near.k() >= 3 ? Dimension.maximumLikelihood(near) : Double.NaN,
                near.k() >= 2 ? Dimension.localComponents(looked, near, 0.95, pool) : Double.NaN,
                Dimension.participationRatio(looked, pool));
    }

    private static int[] sample(int n, int most, long seed) {
        int[] rows = new int[n];
        Arrays.setAll(rows, i -> i);
        int count = Math.min(n, most);
        SeededRandom random = new SeededRandom(seed, 0);
        for (int i = 0; i < count && count < n; i++) {
            int other = i + (int) (random.at(i) * (n - i));
            int swapped = rows[i];
            rows[i] = rows[other];
            rows[other] = swapped;
        }
        int[] sample = Arrays.copyOf(rows, count);
        Arrays.sort(sample);
        return sample;
    }

    private static Matrix pick(Matrix points, int[] rows) {
        if (rows.length == points.rows()) {
            return points;
        }
        int width = points.columns();
        Matrix picked = Matrix.zeros(rows.length, width);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(points.data(), rows[i] * width, picked.data(), i * width, width);
        }
        return picked;
    }

    private static double[] lengths(Matrix points) {
        int width = points.columns();
        double[] lengths = new double[points.rows()];
        for (int row = 0; row < lengths.length; row++) {
            double sum = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                sum += (double) points.data()[i] * points.data()[i];
            }
            lengths[row] = Math.sqrt(sum);
        }
        return lengths;
    }

    private static Norms norms(double[] lengths) {
        double[] sorted = lengths.clone();
        Arrays.sort(sorted);
        double mean = Arrays.stream(lengths).average().orElse(0);
        double variance = Arrays.stream(lengths).map(length -> (length - mean) * (length - mean)).average().orElse(0);
        return new Norms(mean, Math.sqrt(variance), sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    /** Over all pairs of different points: of unit vectors, the squared length of their sum is all their products together. */
    private static double meanCosine(Matrix points, double[] lengths) {
        int width = points.columns();
        double[] sum = new double[width];
        double count = 0;
        for (int row = 0; row < lengths.length; row++) {
            if (lengths[row] > 0) {
                count++;
                for (int c = 0; c < width; c++) {
                    sum[c] += points.data()[row * width + c] / lengths[row];
                }
            }
        }
        double square = Arrays.stream(sum).map(x -> x * x).sum();
        return count > 1 ? (square - count) / (count * (count - 1)) : Double.NaN;
    }

    private static double[] columnVariances(Matrix points) {
        int n = points.rows();
        int width = points.columns();
        double[] mean = Vectors.mean(points);
        double[] variances = new double[width];
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                double difference = points.data()[row * width + c] - mean[c];
                variances[c] += difference * difference / n;
            }
        }
        return variances;
    }

    private static int duplicates(Matrix points) {
        Map<Row, Integer> seen = HashMap.newHashMap(points.rows());
        int duplicates = 0;
        for (int row = 0; row < points.rows(); row++) {
            duplicates += seen.putIfAbsent(new Row(points, row), row) == null ? 0 : 1;
        }
        return duplicates;
    }

    /** A row as a key. */
    private record Row(Matrix points, int row) {
        @Override
        public boolean equals(Object other) {
            int width = points.columns();
            return other instanceof Row that && Arrays.equals(points.data(), row * width, (row + 1) * width, that.points.data(),
                    that.row * width, (that.row + 1) * width);
        }

        @Override
        public int hashCode() {
            int hash = 1;
            for (int i = row * points.columns(); i < (row + 1) * points.columns(); i++) {
                hash = 31 * hash + Float.floatToIntBits(points.data()[i]);
            }
            return hash * 0x9E3779B9;
        }
    }

    private static Hubness hubness(Matrix looked, Neighbours near, int[] rows, WorkerPool pool) {
        Distinct distinct = Distinct.of(looked);
        if (distinct.groups() == looked.rows()) {
            return hubness(near, rows);
        }
        if (distinct.groups() == 1) {
            return new Hubness(0, Double.NaN, 0, rows[0], Double.NaN);
        }
        return hubness(Neighbours.among(distinct.pick(looked), K, Metric.EUCLIDEAN, pool),
                Arrays.stream(distinct.firsts()).map(first -> rows[first]).toArray());
    }

    private static Hubness hubness(Neighbours near, int[] rows) {
        int[] counts = new int[near.rows()];
        for (int index : near.indices()) {
            counts[index]++;
        }
        int hub = 0;
        int orphans = 0;
        double second = 0;
        double third = 0;
        for (int row = 0; row < counts.length; row++) {
            hub = counts[row] > counts[hub] ? row : hub;
            orphans += counts[row] == 0 ? 1 : 0;
            double difference = counts[row] - near.k();
            second += difference * difference / counts.length;
            third += difference * difference * difference / counts.length;
        }
        return new Hubness(near.k(), second > 0 ? third / Math.pow(second, 1.5) : 0, counts[hub], rows[hub],
                (double) orphans / counts.length);
    }

    private static double clusterability(Matrix points, Neighbours near, NeighbourSearch search, long seed) {
        int n = points.rows();
        int width = points.columns();
        int probes = Math.min(PROBES, n);
        SeededRandom random = new SeededRandom(seed, 1);
        long drawn = 0;
        double[] mean = Vectors.mean(points);
        double own = 0;
        Matrix drawnPoints = Matrix.zeros(probes, width);
        int mixed = Math.min(MIXED, n);
        for (int probe = 0; probe < probes; probe++) {
            own += near.distance((int) (random.at(drawn++) * n), 0);
            double[] sum = mean.clone(); // Gaussian multiples of points around their mean have the points' covariance
            for (int i = 0; i < mixed; i++) {
                int row = (int) (random.at(drawn++) * n);
                double normal = Math.sqrt(-2 * Math.log(1 - random.at(drawn++))) * Math.cos(2 * Math.PI * random.at(drawn++));
                double factor = normal / Math.sqrt(mixed);
                for (int c = 0; c < width; c++) {
                    sum[c] += factor * (points.data()[row * width + c] - mean[c]);
                }
            }
            for (int c = 0; c < width; c++) {
                drawnPoints.data()[probe * width + c] = (float) sum[c];
            }
        }
        Neighbours nearest = search.nearest(drawnPoints, 1);
        double other = 0;
        for (int probe = 0; probe < probes; probe++) {
            other += nearest.distance(probe, 0);
        }
        return other + own > 0 ? other / (other + own) : Double.NaN;
    }
}
