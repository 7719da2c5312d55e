package org.latent4j.model.encoder;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** How the states of a text's positions become one vector, as sentence-transformers computes it. Sums are over positions in order. */
public enum Pooling {
    /** The first position: BERT's {@code [CLS]}. */
    CLS("cls", "pooling_mode_cls_token"),
    /** The mean over positions. */
    MEAN("mean", "pooling_mode_mean_tokens"),
    /** The largest value of each dimension. */
    MAX("max", "pooling_mode_max_tokens"),
    /** The sum over the root of the number of positions. */
    MEAN_SQRT_LEN("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
    /** The mean weighted by position: the first counts once, the n-th n times (Muennighoff 2022). */
    WEIGHTED("weightedmean", "pooling_mode_weightedmean_tokens"),
    /** The last position: of a model that reads from left to right, the one that has seen all. */
    LAST("lasttoken", "pooling_mode_lasttoken");

    private final String name;
    private final String flag;

    Pooling(String name, String flag) {
        this.name = name;
        this.flag = flag;
    }

    /** The name on the command line and in fingerprints: {@code mean}, {@code weighted}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name that newer configurations of sentence-transformers use. */
    String name5() {
        return name;
    }

    /** The flag that older configurations set. */
    String flag() {
        return flag;
    }

    /**
     * The pooling of a name: ours or that of sentence-transformers.
     *
     * @throws LatentException if there is none
     */
    public static Pooling of(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT).replace('-', '_');
        return Stream.of(values())
                .filter(pooling -> pooling.label().equals(wanted) || pooling.name.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new LatentException("there is no pooling '%s'; there are %s"
                        .formatted(text, Stream.of(values()).map(Pooling::label).collect(Collectors.joining(", ")))));
    }

    /**
     * Pools positions.
     *
     * @param states {@code [positions, width]}
     * @param from the first position that counts (those before it are a prompt that doesn't)
     * @param out receives {@code width} values from {@code at}
     */
    void pool(Matrix states, int from, float[] out, int at) {
        int width = states.columns();
        int positions = states.rows();
        switch (this) {
            case CLS -> System.arraycopy(states.data(), from * width, out, at, width);
            case LAST -> System.arraycopy(states.data(), (positions - 1) * width, out, at, width);
            case MAX -> max(states, from, out, at);
            case MEAN -> sum(states, from, false, 1f / (positions - from), out, at);
            case MEAN_SQRT_LEN -> sum(states, from, false, (float) (1 / Math.sqrt(positions - from)), out, at);
            case WEIGHTED -> {
                double weights = 0;
                for (int p = from; p < positions; p++) {
                    weights += p + 1;
                }
                sum(states, from, true, (float) (1 / weights), out, at);
            }
        }
    }

    private static void max(Matrix states, int from, float[] out, int at) {
        float[] x = states.data();
        int width = states.columns();
        System.arraycopy(x, from * width, out, at, width);
        for (int p = from + 1; p < states.rows(); p++) {
            for (int d = 0; d < width; d++) {
                out[at + d] = Math.max(out[at + d], x[p * width + d]);
            }
        }
    }

    private static void sum(Matrix states, int from, boolean weighted, float factor, float[] out, int at) {
        float[] x = states.data();
        int width = states.columns();
        Arrays.fill(out, at, at + width, 0);
        for (int p = from; p < states.rows(); p++) {
            float weight = weighted ? p + 1 : 1;
            for (int d = 0; d < width; d++) {
                out[at + d] += weight * x[p * width + d];
            }
        }
        for (int d = 0; d < width; d++) {
            out[at + d] *= factor;
        }
    }
}
