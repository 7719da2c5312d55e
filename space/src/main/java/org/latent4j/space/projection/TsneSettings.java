package org.latent4j.space.projection;

import org.latent4j.space.Metric;

/**
 * How a t-SNE map is fitted; the defaults are openTSNE's.
 *
 * @param dims dimensions of the map, 1 to 3
 * @param metric how points are compared
 * @param perplexity how many neighbours count, about; where there are fewer than three times as many points, a third of them
 * @param exaggeration how much stronger neighbours pull at first
 * @param earlySteps steps with exaggeration
 * @param steps steps without
 * @param repulsion by which approximation points are pushed apart
 * @param seed of the little noise that separates points which begin at one place
 */
public record TsneSettings(
        int dims,
        Metric metric,
        double perplexity,
        double exaggeration,
        int earlySteps,
        int steps,
        Approximation repulsion,
        long seed) {
    /** How points are pushed apart. */
    public enum Approximation {
        /** The better for the number of points. */
        AUTO,
        /** A tree (van der Maaten 2014). */
        BARNES_HUT,
        /** Interpolation on a grid (Linderman et al. 2019), in two dimensions. */
        INTERPOLATION
    }

    /** Checks the ranges. */
    public TsneSettings {
        UmapSettings.require(dims >= 1 && dims <= 3, "dimensions of a t-SNE map", dims, "from 1 to 3");
        UmapSettings.require(perplexity >= 1 && perplexity <= 10_000, "perplexity", perplexity, "from 1 to 10000");
        UmapSettings.require(exaggeration >= 1 && exaggeration <= 1000, "exaggeration", exaggeration, "from 1 to 1000");
        UmapSettings.require(earlySteps >= 0 && earlySteps <= 100_000, "early steps", earlySteps, "from 0 to 100000");
        UmapSettings.require(steps >= 0 && steps <= 100_000, "steps", steps, "from 0 to 100000");
        UmapSettings.require(repulsion != Approximation.INTERPOLATION || dims == 2, "dimensions of a map by interpolation", dims, "2");
    }

    /** The defaults. */
    public static TsneSettings of(int dims, Metric metric, long seed) {
        return new TsneSettings(dims, metric, 30, 12, 250, 500, Approximation.AUTO, seed);
    }

    /** The same with another perplexity. */
    public TsneSettings withPerplexity(double other) {
        return new TsneSettings(dims, metric, other, exaggeration, earlySteps, steps, repulsion, seed);
    }

    /** The same with other numbers of steps. */
    public TsneSettings withSteps(int early, int late) {
        return new TsneSettings(dims, metric, perplexity, exaggeration, early, late, repulsion, seed);
    }

    /** The same with another approximation. */
    public TsneSettings withRepulsion(Approximation other) {
        return new TsneSettings(dims, metric, perplexity, exaggeration, earlySteps, steps, other, seed);
    }

    double perplexityFor(int points) {
        return Math.clamp((points - 1) / 3.0, 1, perplexity);
    }

    int neighboursFor(int points) {
        return (int) Math.clamp(Math.round(3 * perplexityFor(points)), 1, points - 1);
    }
}
