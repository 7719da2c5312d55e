package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.latent4j.kernel.SeededRandom;

/** What is chosen, against the definition written down with everything sorted. */
class SamplingTest {
    @Property(tries = 300)
    void choosesAsTheDefinitionDoes(
            @ForAll @IntRange(min = 1, max = 60) int count,
            @ForAll @IntRange(min = 0, max = 70) int topK,
            @ForAll @IntRange(min = 1, max = 10) int tenthsOfTopP,
            @ForAll @IntRange(min = 0, max = 9) int tenthsOfMinP,
            @ForAll @IntRange(min = 1, max = 30) int tenthsOfTemperature,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] logits = new float[count];
        for (int i = 0; i < count; i++) {
            logits[i] = random.nextInt(8) / 2f; // many ties
        }
        logits[random.nextInt(count)] = Float.NEGATIVE_INFINITY;
        var sampling = new Sampling(tenthsOfTemperature / 10.0, topK, tenthsOfTopP / 10.0, tenthsOfMinP / 10.0, 1, seed);
        var stream = new SeededRandom(seed, 0);
        for (int step = 0; step < 5; step++) {
            int chosen = sampling.choose(logits.clone(), 0, count, new BitSet(), stream, step);
            assertThat(chosen).isEqualTo(defined(sampling, logits, stream.at(step)));
        }
    }

    private static int defined(Sampling sampling, float[] logits, double random) {
        double most = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
        if (most == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp((logits[i] - most) / sampling.temperature())).toArray();
        List<Integer> sorted = IntStream.range(0, logits.length).boxed()
                .filter(i -> weights[i] > 0)
                .sorted((a, b) -> weights[a] == weights[b] ? Integer.compare(a, b) : Double.compare(weights[b], weights[a]))
                .limit(sampling.topK() > 0 ? sampling.topK() : Integer.MAX_VALUE)
                .toList();
        double total = sampling.topK() > 0
                ? sorted.stream().mapToDouble(i -> weights[i]).reduce(0, Double::sum)
                : IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).reduce(0, Double::sum);
        int end = 0;
        double sum = 0;
        while (end < sorted.size() && weights[sorted.get(end)] >= sampling.minP()
                && (end == 0 || sampling.topP() == 1 || sum < sampling.topP() * total)) {
            sum += weights[sorted.get(end++)];
        }
        double left = random * sum;
        for (int i = 0; i < end; i++) {
            left -= weights[sorted.get(i)];
            if (left < 0) {
                return sorted.get(i);
            }
        }
        return sorted.get(end - 1);
    }
}
