package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;

/** What is counted of a probe's answers. */
final class Measures {
    private static final int SAMPLES = 1000;
    private static final double TAIL = 0.025;
    /** Where the normal distribution leaves {@link #TAIL}. */
    private static final double NORMAL = 1.959964;

    private Measures() {}

    /** The share of rows whose most probable class is right. */
    static double accuracy(Matrix probabilities, int[] right) {
        return share(Probe.mostProbable(probabilities), right);
    }

    /** The share of answers that are right. */
    static double share(int[] said, int[] right) {
        int hits = 0;
        for (int i = 0; i < said.length; i++) {
            hits += said[i] == right[i] ? 1 : 0;
        }
        return said.length == 0 ? 0 : (double) hits / said.length;
    }

    /** The share of numbers' variance that is explained. */
    static double explained(Matrix said, double[] right) {
        return explained(said, right, i -> i, Arrays.stream(right).average().orElse(0));
    }

    /** The same of a sample: row {@code i} of it is row {@code drawn(i)}. */
    private static double explained(Matrix said, double[] right, IntUnaryOperator drawn, double mean) {
        double left = 0;
        double all = 0;
        for (int i = 0; i < right.length; i++) {
            int row = drawn.applyAsInt(i);
            left += (right[row] - said.data()[row]) * (right[row] - said.data()[row]);
            all += (right[row] - mean) * (right[row] - mean);
        }
        return all == 0 ? 0 : 1 - left / all;
    }

    /** The mean over classes of the harmonic mean of precision and recall; classes that are neither there nor told don't count. */
    static double macroF1(int[] said, int[] right, int classes) {
        int[] both = new int[classes];
        int[] either = new int[classes];
        for (int i = 0; i < said.length; i++) {
            both[said[i]] += said[i] == right[i] ? 1 : 0;
            either[said[i]]++;
            either[right[i]]++;
        }
        double sum = 0;
        int present = 0;
        for (int k = 0; k < classes; k++) {
            present += either[k] > 0 ? 1 : 0;
            sum += either[k] > 0 ? 2.0 * both[k] / either[k] : 0;
        }
        return present == 0 ? 0 : sum / present;
    }

    /**
     * What holds 95 percent of bootstrap samples of the share of right answers. Groups are drawn: words of a sentence are not
     * independent.
     *
     * @param groups which rows belong together
     * @return the lower and the upper end
     */
    static double[] interval(int[] said, int[] right, int[] groups, long seed) {
        int[] group = Division.numbers(Arrays.stream(groups).mapToObj(String::valueOf).toList());
        int count = Arrays.stream(group).max().orElse(0) + 1;
        int[] rows = new int[count];
        int[] hits = new int[count];
        for (int i = 0; i < group.length; i++) {
            rows[group[i]]++;
            hits[group[i]] += said[i] == right[i] ? 1 : 0;
        }
        return interval(seed, random -> {
            long good = 0;
            long all = 0;
            for (int g = 0; g < count; g++) {
                int drawn = (int) (random.at(g) * count);
                good += hits[drawn];
                all += rows[drawn];
            }
            return (double) good / all;
        });
    }

    /** The same of the share of variance explained, of rows. */
    static double[] interval(Matrix said, double[] right, long seed) {
        return interval(seed, random -> {
            IntUnaryOperator drawn = i -> (int) (random.at(i) * right.length);
            double mean = 0;
            for (int i = 0; i < right.length; i++) {
                mean += right[drawn.applyAsInt(i)] / right.length;
            }
            return explained(said, right, drawn, mean);
        });
    }

    /** The lower end of Wilson's interval (1927) of a share, at 95 percent: right for few rows, and where all are right. */
    static double wilsonLow(double share, int rows) {
        double z2 = NORMAL * NORMAL / rows;
        return (share + z2 / 2 - Math.sqrt(z2 * (share * (1 - share) + z2 / 4))) / (1 + z2);
    }

    /** One figure of a sample that random numbers draw. */
    private interface Sampled {
        double of(SeededRandom random);
    }

    private static double[] interval(long seed, Sampled figure) {
        double[] found = new double[SAMPLES];
        for (int s = 0; s < SAMPLES; s++) {
            found[s] = figure.of(new SeededRandom(seed, 10_000 + s));
        }
        Arrays.sort(found);
        return new double[]{found[(int) (TAIL * SAMPLES)], found[(int) ((1 - TAIL) * SAMPLES) - 1]};
    }
}
