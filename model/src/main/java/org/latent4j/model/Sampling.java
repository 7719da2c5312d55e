package org.latent4j.model;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.SeededRandom;

/**
 * How the next token is chosen from the logits: the repetition penalty, then the temperature, then top-k, top-p and min-p, each
 * on what the one before left.
 *
 * @param temperature what logits are divided by; 0 takes the most probable token, of equals the one with the lowest id
 * @param topK only so many of the most probable tokens; 0 for all
 * @param topP only the most probable tokens that together reach this probability (Holtzman et al. 2020), above 0 to 1
 * @param minP only tokens at least so probable relative to the most probable one, from 0 to 1
 * @param repeatPenalty logits of tokens that the sequence holds already are divided by this if positive, multiplied otherwise
 *     (Keskar et al. 2019); 1 changes nothing
 * @param seed of the random numbers; each sample has its own stream
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repeatPenalty, long seed) {
    /** The most probable token, always. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0);

    /**
     * Checks the ranges.
     *
     * @throws LatentException if a value is outside
     */
    public Sampling {
        check(temperature >= 0 && temperature <= 100, "temperature", temperature, "0 (greedy) to 100");
        check(topK >= 0, "top-k", topK, "0 (all) or more");
        check(topP > 0 && topP <= 1, "top-p", topP, "above 0 to 1");
        check(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
        check(repeatPenalty > 0 && repeatPenalty <= 100, "repeat-penalty", repeatPenalty, "above 0 to 100; 1 changes nothing");
    }

    private static void check(boolean fine, String name, Number value, String range) {
        if (!fine) {
            throw new LatentException("%s %s is out of range: give %s".formatted(name, value, range));
        }
    }

    /**
     * Chooses a token. Changes the logits.
     *
     * @param logits hold {@code count} of them from {@code offset}
     * @param seen the ids that the sequence holds
     * @param step how many tokens were chosen before
     */
    int choose(float[] logits, int offset, int count, BitSet seen, SeededRandom random, long step) {
        if (repeatPenalty != 1) {
            for (int id = seen.nextSetBit(0); id >= 0 && id < count; id = seen.nextSetBit(id + 1)) {
                float logit = logits[offset + id];
                logits[offset + id] = (float) (logit > 0 ? logit / repeatPenalty : logit * repeatPenalty);
            }
        }
        int best = mostProbable(logits, offset, count);
        if (temperature == 0 || !Float.isFinite(logits[offset + best])) { // nothing finite to draw from: for the caller to tell
            return best;
        }
        double most = logits[offset + best];
        return draw(candidates(logits, offset, count, most), random.at(step));
    }

    static int mostProbable(float[] logits, int offset, int count) {
        int best = 0;
        for (int id = 1; id < count; id++) {
            best = logits[offset + id] > logits[offset + best] ? id : best;
        }
        return best;
    }

    /** A token and how probable it is compared with the most probable one. */
    private record Candidate(int id, double weight) {}

    /** Most probable first, of equals the lowest id first. */
    private static int compare(Candidate a, Candidate b) {
        return a.weight == b.weight ? Integer.compare(a.id, b.id) : Double.compare(b.weight, a.weight);
    }

    /** What is left to choose from, most probable first. */
    private Candidate[] candidates(float[] logits, int offset, int count, double most) {
        List<Candidate> left = new ArrayList<>();
        double total = topK > 0 ? firstK(logits, offset, count, most, left) : all(logits, offset, count, most, left);
        left.sort(Sampling::compare);
        if (topK > 0) { // summed from the most probable on, whatever the order in which they were found
            total = 0;
            for (Candidate candidate : left) {
                total += candidate.weight;
            }
        }
        int end = 0;
        double sum = 0;
        while (end < left.size() && left.get(end).weight >= minP && (end == 0 || topP == 1 || sum < topP * total)) {
            sum += left.get(end++).weight;
        }
        return left.subList(0, end).toArray(Candidate[]::new);
    }

    private double weight(float logit, double most) {
        return Math.exp((logit - most) / temperature);
    }

    /** All that min-p leaves; what is less than 1e-323 as probable is never drawn. Returns the sum of all weights. */
    private double all(float[] logits, int offset, int count, double most, List<Candidate> left) {
        double total = 0;
        for (int id = 0; id < count; id++) {
            double weight = weight(logits[offset + id], most);
            total += weight;
            if (weight > 0 && weight >= minP) {
                left.add(new Candidate(id, weight));
            }
        }
        return total;
    }

    /** The top k, found with a heap whose root is the least probable one: most tokens are compared with that alone. */
    private double firstK(float[] logits, int offset, int count, double most, List<Candidate> left) {
        PriorityQueue<Candidate> kept = new PriorityQueue<>((a, b) -> compare(b, a));
        float least = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < count; id++) {
            float logit = logits[offset + id];
            if (kept.size() < topK || logit > least) {
                double weight = weight(logit, most);
                if (weight > 0) {
                    kept.add(new Candidate(id, weight));
                    if (kept.size() > topK) {
                        kept.remove();
                    }
                    least = kept.size() < topK ? Float.NEGATIVE_INFINITY : logits[offset + kept.element().id];
                }
            }
        }
        left.addAll(kept);
        return 0;
    }

    private static int draw(Candidate[] candidates, double random) {
        double total = 0;
        for (Candidate candidate : candidates) {
            total += candidate.weight();
        }
        double left = random * total;
        for (Candidate candidate : candidates) {
            left -= candidate.weight();
            if (left < 0) {
                return candidate.id();
            }
        }
        return candidates[candidates.length - 1].id();
    }
}
