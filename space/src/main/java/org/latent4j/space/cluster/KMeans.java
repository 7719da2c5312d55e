package org.latent4j.space.cluster;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Vectors;

/**
 * Clusters around centres (k-means): first centres by k-means++, Lloyd's iterations, the best of several starts. With more
 * points than {@value #SAMPLE} (or {@value #SAMPLED_PER_CLUSTER} a cluster, if that is more), starts are made and compared on
 * a sample of so many, and the best goes on with all points (Bradley and Fayyad 1998): it arrives in fewer iterations, and at
 * least as well. Spherical k-means (Dhillon and Modha 2001) does the same by angle, with centres of length 1.
 *
 * <p>Deterministic: the same seed gives the same clusters on any number of threads.
 *
 * @param centres {@code [clusters, width]}; of length 1 if spherical
 * @param labels each point's cluster, from 0
 * @param inertia the sum of squared distances from points to their centres; between unit vectors if spherical
 * @param iterations how many the last run took
 * @param spherical whether points are compared by angle
 */
public record KMeans(Matrix centres, int[] labels, double inertia, int iterations, boolean spherical) {
    private static final int SAMPLE = 8192;
    private static final int SAMPLED_PER_CLUSTER = 20;
    private static final int CHUNK = 1024;

    /**
     * How to look for clusters.
     *
     * @param clusters how many
     * @param starts how many times to begin anew
     * @param iterations the most for each start
     * @param tolerance ends a start when centres move no more than this in all, in parts of a column's mean variance, squared;
     *     scikit-learn's is 1e-4
     * @param batch points in a batch of mini-batch k-means (Sculley 2010); 0 for all points in every iteration
     * @param spherical whether to compare by angle
     */
    public record Options(
            int clusters, int starts, int iterations, double tolerance, int batch, boolean spherical, long seed) {
        /** As scikit-learn has it, but for more starts where points are few. */
        public static Options of(int clusters, boolean spherical, long seed) {
            return new Options(clusters, 10, 300, 1e-4, 0, spherical, seed);
        }

        /** Checks what can be checked without points. */
        public Options {
            if (clusters < 1) {
                throw new LatentException("k-means finds 1 or more clusters (k), not %d".formatted(clusters));
            }
            if (starts < 1 || iterations < 1 || batch < 0 || !(tolerance >= 0)) {
                throw new LatentException("k-means takes at least 1 start and 1 iteration, and no negative batch or tolerance");
            }
        }
    }

    /**
     * Finds clusters.
     *
     * @param points {@code [points, width]}
     * @throws LatentException if there are fewer points than clusters, or a value isn't finite
     */
    public static KMeans fit(Matrix points, Options options, WorkerPool pool, Progress progress) {
        int n = points.rows();
        if (n < options.clusters()) {
            throw new LatentException("%d clusters of %d point%s: ask for at most as many clusters as there are points (k)"
                    .formatted(options.clusters(), n, n == 1 ? "" : "s"));
        }
        Checked.finite(points);
        double[] mean = options.spherical() ? new double[points.columns()] : Vectors.mean(points);
        Matrix compared = options.spherical() ? Rows.unit(points) : Rows.less(points, mean);
        Blocks all = new Blocks(compared, pool);
        double variance = 0;
        for (double square : all.squares) {
            variance += square / n / points.columns();
        }
        Vectors.requireMeasurable(Arrays.stream(all.squares).max().orElse(0));
        double tolerance = options.tolerance() * variance;
        int[] sampled = sample(n, Math.max(SAMPLE, (long) SAMPLED_PER_CLUSTER * options.clusters()), options.seed());
        Blocks sample = sampled.length == n ? all : new Blocks(Rows.pick(compared, sampled), pool);
        Lloyd best = bestStart(sample, options, tolerance, pool, progress);
        if (options.batch() > 0) {
            Matrix centres = new MiniBatch(compared, best.centres(), options, pool).run();
            best = new Lloyd(all, centres, options.spherical(), pool).run(0, tolerance);
        } else if (sample != all) {
            best = new Lloyd(all, best.centres(), options.spherical(), pool).run(options.iterations(), tolerance);
        }
        double inertia = inertia(compared, best, pool);
        Matrix centres = best.centres();
        for (int i = 0; i < centres.data().length; i++) {
            centres.data()[i] += (float) mean[i % mean.length];
        }
        return new KMeans(centres, best.labels(), inertia, best.iterations(), options.spherical());
    }

    private static Lloyd bestStart(Blocks sample, Options options, double tolerance, WorkerPool pool, Progress progress) {
        @Nullable
        Lloyd best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int start = 0; start < options.starts(); start++) {
            SeededRandom random = new SeededRandom(options.seed(), start + 1L);
            Matrix first = Rows.pick(sample.rows, new Seeding(sample, random, pool).draw(options.clusters()));
            Lloyd run = new Lloyd(sample, first, options.spherical(), pool).run(options.iterations(), tolerance);
            double inertia = inertia(sample.rows, run, pool);
            if (best == null || inertia < least) {
                best = run;
                least = inertia;
            }
            progress.report("Clustering", start + 1L, options.starts() + 1L, Progress.Unit.STEPS);
        }
        return Objects.requireNonNull(best);
    }

    /** Rows in ascending order, all where there are no more. */
    static int[] sample(int n, long wanted, long seed) {
        int count = (int) Math.min(n, wanted);
        int[] rows = new int[n];
        Arrays.setAll(rows, i -> i);
        if (count == n) {
            return rows;
        }
        SeededRandom random = new SeededRandom(seed, 0);
        for (int i = 0; i < count; i++) {
            int other = i + (int) (random.at(i) * (n - i));
            int swapped = rows[i];
            rows[i] = rows[other];
            rows[other] = swapped;
        }
        int[] sample = Arrays.copyOf(rows, count);
        Arrays.sort(sample);
        return sample;
    }

    private static double inertia(Matrix points, Lloyd run, WorkerPool pool) {
        int n = points.rows();
        int width = points.columns();
        double[] parts = new double[(n + CHUNK - 1) / CHUNK];
        float[] centres = run.centres().data();
        pool.run(parts.length, (chunk, _) -> {
            for (int row = chunk * CHUNK; row < Math.min(n, (chunk + 1) * CHUNK); row++) {
                int centre = run.labels()[row] * width;
                double sum = 0;
                for (int c = 0; c < width; c++) {
                    double difference = (double) points.data()[row * width + c] - centres[centre + c];
                    sum += difference * difference;
                }
                parts[chunk] += sum;
            }
        });
        double inertia = 0;
        for (double part : parts) {
            inertia += part;
        }
        return inertia;
    }

    /**
     * The clusters of other points, {@code [points, width]}: that of the nearest centre.
     *
     * @throws LatentException if they aren't as wide as the centres, or a value isn't finite
     */
    public int[] predict(Matrix points, WorkerPool pool) {
        Checked.width(points, centres.columns());
        Checked.finite(points);
        Matrix compared = spherical ? Rows.unit(points) : points;
        double[] mean = Vectors.mean(centres); // products keep more digits of what lies around the origin
        Blocks moved = new Blocks(Rows.less(compared, mean), pool);
        Centres.Nearest nearest = new Centres.Nearest(moved, centres.rows(), 1);
        new Centres(Rows.less(centres, mean)).nearest(moved, nearest, pool);
        return nearest.labels;
    }
}
