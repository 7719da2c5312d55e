package org.latent4j.model;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Precision;

/**
 * How a model goes on with prompts.
 *
 * @param maxTokens the most tokens of a continuation, from 1
 * @param sampling how tokens are chosen
 * @param samples how many continuations a prompt gets, from 1
 * @param stops strings before which a continuation ends
 * @param ignoreEnd whether the model is kept from ending its text: tokens that do so are never chosen
 * @param steering what is done to the states meanwhile, in prompts and continuations
 * @param halfCache whether keys and values are kept in 16-bit floats
 * @param precision how exactly the tokens of continuations are computed; prompts always are in {@link Precision#F32}, which is faster with
 *     many tokens at a time
 * @param interrupted asked before every step: whether to end with what there is
 */
public record Generation(
        int maxTokens,
        Sampling sampling,
        int samples,
        List<String> stops,
        boolean ignoreEnd,
        Steering steering,
        boolean halfCache,
        Precision precision,
        BooleanSupplier interrupted) {
    /** Checks the ranges. */
    public Generation {
        if (maxTokens < 1) {
            throw new LatentException("max-tokens %d is out of range: give 1 or more".formatted(maxTokens));
        }
        if (samples < 1 || samples > 4096) {
            throw new LatentException("samples %d is out of range: give 1 to 4096".formatted(samples));
        }
        if (stops.contains("")) {
            throw new LatentException("a stop string is empty: every text would end before it begins");
        }
        stops = List.copyOf(stops);
    }

    /** One continuation with the most probable tokens. */
    public static Generation greedy(int maxTokens) {
        return new Generation(maxTokens, Sampling.GREEDY, 1, List.of(), false, Steering.NONE, false, Precision.F32, () -> false);
    }

    /** The same with interventions. */
    public Generation with(Steering interventions) {
        return new Generation(maxTokens, sampling, samples, stops, ignoreEnd, interventions, halfCache, precision, interrupted);
    }

    /** The same with tokens chosen otherwise. */
    public Generation with(Sampling other) {
        return new Generation(maxTokens, other, samples, stops, ignoreEnd, steering, halfCache, precision, interrupted);
    }

    /** The same with tokens computed otherwise. */
    public Generation with(Precision other) {
        return new Generation(maxTokens, sampling, samples, stops, ignoreEnd, steering, halfCache, other, interrupted);
    }

    /** The same with so many continuations of each prompt. */
    public Generation withSamples(int number) {
        return new Generation(maxTokens, sampling, number, stops, ignoreEnd, steering, halfCache, precision, interrupted);
    }

    /** The same, ending before any of the strings. */
    public Generation withStops(List<String> strings) {
        return new Generation(maxTokens, sampling, samples, strings, ignoreEnd, steering, halfCache, precision, interrupted);
    }

    /** The same, keeping the model from ending its text or not. */
    public Generation withIgnoreEnd(boolean whether) {
        return new Generation(maxTokens, sampling, samples, stops, whether, steering, halfCache, precision, interrupted);
    }

    /** Hears text as it comes. */
    @FunctionalInterface
    public interface Listener {
        /** Hears nothing. */
        Listener NONE = (_, _, _) -> {};

        /** More of a continuation: text that is certain by now, never empty, never half a character. */
        void said(int prompt, int sample, String text);
    }
}
