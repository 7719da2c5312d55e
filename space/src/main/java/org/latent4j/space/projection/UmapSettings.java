package org.latent4j.space.projection;

import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Metric;

/**
 * How a UMAP map is fitted; the defaults and names are umap-learn's.
 *
 * @param dims dimensions of the map, 1 to 16
 * @param metric how points are compared
 * @param neighbours how many points make a neighbourhood, the point itself counted
 * @param leastDistance how near points may come in the map
 * @param spread how wide the map is, in the same units
 * @param epochs rounds of the optimisation; 0 for 500 up to 10,000 points and 200 beyond
 * @param negatives how many random points push a point away for each that pulls it
 * @param learningRate the first step's size
 * @param density whether the map keeps how dense the points lie (densMAP, Narayan, Berger and Cho 2021)
 * @param classes the class of each point, -1 where it isn't known, for a supervised map
 * @param seed of random numbers
 */
public record UmapSettings(
        int dims,
        Metric metric,
        int neighbours,
        double leastDistance,
        double spread,
        int epochs,
        int negatives,
        double learningRate,
        boolean density,
        Optional<int[]> classes,
        long seed) {
    /** Checks the ranges. */
    public UmapSettings {
        require(dims >= 1 && dims <= 16, "dimensions of a map", dims, "from 1 to 16");
        require(neighbours >= 2 && neighbours <= 10_000, "neighbours", neighbours, "from 2 to 10000");
        require(epochs >= 0 && epochs <= 100_000, "epochs", epochs, "from 0 (by the number of points) to 100000");
        require(negatives >= 0 && negatives <= 1000, "negative samples", negatives, "from 0 to 1000");
        require(learningRate > 0 && learningRate <= 1000, "learning rate", learningRate, "above 0, up to 1000");
        require(leastDistance >= 0 && leastDistance <= spread, "least distance", leastDistance, "from 0 to the spread, " + spread);
        require(spread > 0 && spread <= 1000, "spread", spread, "above 0, up to 1000");
    }

    static void require(boolean holds, String what, Object value, String range) {
        if (!holds) {
            throw new LatentException("%s: %s isn't %s".formatted(what, value, range));
        }
    }

    /** The defaults. */
    public static UmapSettings of(int dims, Metric metric, long seed) {
        return new UmapSettings(dims, metric, 15, 0.1, 1, 0, 5, 1, false, Optional.empty(), seed);
    }

    /** The same with other neighbourhoods. */
    public UmapSettings withNeighbours(int count) {
        return new UmapSettings(dims, metric, count, leastDistance, spread, epochs, negatives, learningRate, density, classes, seed);
    }

    /** The same with another least distance. */
    public UmapSettings withLeastDistance(double distance) {
        return new UmapSettings(dims, metric, neighbours, distance, spread, epochs, negatives, learningRate, density, classes, seed);
    }

    /** The same with another number of epochs. */
    public UmapSettings withEpochs(int count) {
        return new UmapSettings(dims, metric, neighbours, leastDistance, spread, count, negatives, learningRate, density, classes, seed);
    }

    /** The same, keeping density. */
    public UmapSettings withDensity() {
        return new UmapSettings(dims, metric, neighbours, leastDistance, spread, epochs, negatives, learningRate, true, classes, seed);
    }

    /** The same, supervised by classes. */
    public UmapSettings withClasses(int[] given) {
        return new UmapSettings(dims, metric, neighbours, leastDistance, spread, epochs, negatives, learningRate, density,
                Optional.of(given), seed);
    }

    int epochsFor(int points) {
        return epochs > 0 ? epochs : points <= 10_000 ? 500 : 200;
    }
}
