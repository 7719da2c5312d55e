package org.latent4j.insight.steering;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.latent4j.model.site.Site;

/**
 * What a sweep found.
 *
 * @param effect the one that verdicts are about; {@code effects} has all
 * @param plain the unsteered model
 * @param cells every strength at every range of layers
 * @param questions how many multiple-choice questions were asked
 * @param works whether any cell works
 * @param verdict in words
 */
public record SweepReport(
        String effect, List<String> effects, ArmResult plain, List<Cell> cells, int questions, boolean works, String verdict) {
    /**
     * One strength at one range.
     *
     * @param absolute strength times the typical norm, by site
     * @param effects by name
     * @param whole whether what it wrote is text still
     * @param controls what chance does here; empty where that wasn't run
     */
    public record Cell(
            double strength, String layers, Map<Site, Double> absolute, Map<String, Shift> effects, ArmResult result, boolean whole,
            Optional<Controls> controls) {
        /** By how much an effect moved; not a number where it wasn't measured. */
        public Shift shift(String effect) {
            return effects.getOrDefault(effect, new Shift(Double.NaN, Double.NaN, Double.NaN));
        }

        /** {@code works}, {@code no effect found}, {@code text breaks}, or {@code not compared} with controls. */
        public String verdict() {
            return !whole ? "text breaks" : controls.map(c -> c.works() ? "works" : "no effect found").orElse("not compared");
        }
    }

    /** By how much a score moved against the plain model: the mean over prompts, and its 95 percent interval (Student's, paired). */
    public record Shift(double mean, double low, double high) {}

    /**
     * Directions that should do nothing, at the same place with the same norm.
     *
     * @param random the shifts of random directions
     * @param shuffled the shift of the direction of shuffled labels, where its texts are known
     * @param p how often a random direction does as much: (1 + those) / (1 + all), counted in the direction of the strength
     * @param pStudent the same if the shifts of random directions are normal
     * @param corrected the latter for all cells compared (Holm 1979)
     * @param works whether it beats them all at a corrected p of 0.05
     */
    public record Controls(
            List<Double> random, OptionalDouble shuffled, double p, double pStudent, double corrected, boolean works) {}
}
