package org.latent4j.space.ranking;

import java.util.Arrays;
import org.latent4j.kernel.SeededRandom;

/**
 * A mean with the interval in which 95 of 100 means of resampled values lie (percentile bootstrap, Efron 1979).
 *
 * @param low the lower end
 * @param high the upper end
 */
public record MeanInterval(double mean, double low, double high) {
    private static final int RESAMPLES = 2_000;
    private static final double TAIL = 0.025;

    /**
     * Of some values, one at least. For a paired difference give the differences.
     *
     * @param seed of the resampling; the same seed resamples the same places, whatever the values
     */
    public static MeanInterval of(double[] values, long seed) {
        double[] means = new double[RESAMPLES];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            SeededRandom random = new SeededRandom(seed, resample);
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[(int) (random.at(i) * values.length)];
            }
            means[resample] = sum / values.length;
        }
        Arrays.sort(means);
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return new MeanInterval(sum / values.length, means[(int) (TAIL * RESAMPLES)], means[(int) ((1 - TAIL) * RESAMPLES) - 1]);
    }
}
