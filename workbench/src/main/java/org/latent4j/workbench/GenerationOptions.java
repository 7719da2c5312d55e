package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Generation;
import org.latent4j.model.Sampling;
import org.latent4j.model.Steering;
import picocli.CommandLine.Option;

/** The options that say how a model goes on with a text: the same wherever one does. */
final class GenerationOptions {
    private static final int DEFAULT_TOKENS = 128;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The most tokens (less where the context ends).")
    private @Nullable Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "X", defaultValue = "0", description = "0 takes the most probable token (default: 0).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "N", defaultValue = "0", description = "Only the N most probable tokens (default: all).")
    private int topK;

    @Option(names = "--top-p", paramLabel = "X", defaultValue = "1", description = "Only the most probable that together reach X (default: 1).")
    private double topP = 1;

    @Option(names = "--min-p", paramLabel = "X", defaultValue = "0", description = "Only tokens at least X times as probable as the most probable (default: 0).")
    private double minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", defaultValue = "1", description = "Make tokens that are there already less probable (default: 1, off).")
    private double repeatPenalty = 1;

    @Option(names = "--stop", paramLabel = "S", description = "End before this text; may be repeated.")
    private List<String> stops = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "The same seed gives the same text on any number of threads.")
    private long seed;

    @Option(names = "--ignore-eos", description = "Keep the model from ending its text.")
    private boolean ignoreEos;

    @Option(names = "--cache", paramLabel = "TYPE", defaultValue = "f32", description = "Keep keys and values in f32, or at half the memory and three digits in f16 (default: f32).")
    private String cache = "f32";

    @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "f32", description = "int8 rounds activations to 8 bits behind the prompt, as llama.cpp does: faster with one continuation at a time, and less exact; how much less is said (default: f32).")
    private String precision = "f32";

    /**
     * The request, yet without steering.
     *
     * @throws LatentException if a value is out of range
     */
    Generation request(int samples, int defaultTokens, BooleanSupplier interrupted) {
        boolean half = switch (cache.toLowerCase(Locale.ROOT)) {
            case "f32" -> false;
            case "f16" -> true;
            default ->
                throw new LatentException("--cache %s is no type that keys and values are kept in; give f32 or f16".formatted(cache));
        };
        var sampling = new Sampling(temperature, topK, topP, minP, repeatPenalty, seed);
        List<String> whole = stops.stream().map(ArgumentText::intact).toList();
        return new Generation(
                maxTokens == null ? defaultTokens : maxTokens, sampling, samples, whole, ignoreEos, Steering.NONE, half,
                Precision.named(precision), interrupted);
    }

    /** The same with the usual number of tokens. */
    Generation request(int samples, BooleanSupplier interrupted) {
        return request(samples, DEFAULT_TOKENS, interrupted);
    }

    /**
     * Checks that what was asked for fits the context behind a prompt.
     *
     * @throws LatentException if {@code --max-tokens} was given and is too much
     */
    void check(int promptTokens, int context) {
        if (maxTokens != null && (long) promptTokens + maxTokens > context) {
            throw new LatentException("--max-tokens %d and a prompt of %d tokens are more than the model's context of %d: give at most %d"
                    .formatted(maxTokens, promptTokens, context, Math.max(0, context - promptTokens)));
        }
    }
}
