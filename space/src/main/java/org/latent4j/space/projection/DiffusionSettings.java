package org.latent4j.space.projection;

import org.latent4j.space.Metric;

/**
 * How a diffusion map is fitted.
 *
 * @param dims dimensions of the map, 1 to 16
 * @param metric {@link Metric#EUCLIDEAN} or {@link Metric#COSINE}, which is Euclidean between points of length 1
 * @param neighbours to how many other points each is joined, copies counted once; where there are fewer, to all
 * @param bandwidth the squared distance at which the kernel has fallen to 1/e; 0 for the median over the different points of the
 *     squared distance to the last neighbour
 * @param alpha how much of the points' density is taken out: 1 leaves the shape alone (Laplace-Beltrami), 0 keeps the density
 *     (the graph Laplacian), 0.5 is in between (Fokker-Planck)
 * @param time how many steps the walk takes: the more, the less of the detail is left
 */
public record DiffusionSettings(int dims, Metric metric, int neighbours, double bandwidth, double alpha, double time) {
    /** Checks the ranges. */
    public DiffusionSettings {
        UmapSettings.require(dims >= 1 && dims <= 16, "dimensions of a map", dims, "from 1 to 16");
        UmapSettings.require(metric == Metric.EUCLIDEAN || metric == Metric.COSINE, "metric of a diffusion map", metric,
                "EUCLIDEAN or COSINE");
        UmapSettings.require(neighbours >= 1 && neighbours <= 10_000, "neighbours", neighbours, "from 1 to 10000");
        UmapSettings.require(bandwidth >= 0 && bandwidth <= Float.MAX_VALUE, "bandwidth", bandwidth,
                "0 (by the distances to neighbours) or above");
        UmapSettings.require(alpha >= 0 && alpha <= 1, "alpha", alpha, "from 0 to 1");
        UmapSettings.require(time >= 0 && time <= 1_000_000, "diffusion time", time, "from 0 to 1000000");
    }

    /** The defaults. */
    public static DiffusionSettings of(int dims, Metric metric) {
        return new DiffusionSettings(dims, metric, 64, 0, 1, 1);
    }

    /** The same with other neighbourhoods. */
    public DiffusionSettings withNeighbours(int count) {
        return new DiffusionSettings(dims, metric, count, bandwidth, alpha, time);
    }

    /** The same with another bandwidth. */
    public DiffusionSettings withBandwidth(double square) {
        return new DiffusionSettings(dims, metric, neighbours, square, alpha, time);
    }

    /** The same with more or less of the density taken out. */
    public DiffusionSettings withAlpha(double share) {
        return new DiffusionSettings(dims, metric, neighbours, bandwidth, share, time);
    }

    /** The same after another time. */
    public DiffusionSettings withTime(double steps) {
        return new DiffusionSettings(dims, metric, neighbours, bandwidth, alpha, steps);
    }

    /** The square that the kernel takes for a distance: of points of length 1, twice the cosine distance. */
    double square(double distance) {
        return metric == Metric.COSINE ? 2 * distance : distance * distance;
    }
}
