package org.latent4j.model.format;

import java.util.Optional;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.ModelConfig.Stretch;

/**
 * How rotary positions are made: the frequency of pair i is {@code 1 / base^(2i / width)}, then scaled.
 *
 * @param base the wavelength of the slowest pair is about {@code 2 pi base} positions
 * @param width how many values of each head are to be turned; of an odd number one more is, in frequencies for the odd one
 * @param scaling what is done to the frequencies for texts longer than those of the first training
 */
record RotarySettings(float base, int width, Scaling scaling) {
    /** What is done to the frequencies. */
    sealed interface Scaling {
        /** Nothing. */
        record None() implements Scaling {}

        /** All are divided by one number (Chen et al. 2023). */
        record Linear(float factor) implements Scaling {}

        /** The base grows with the text's length beyond the context ("dynamic NTK"). */
        record Dynamic(float factor, int context) implements Scaling {}

        /**
         * Llama 3.1's: those whose wavelength is more than {@code context / low} positions are divided by the factor,
         * those whose wavelength is less than {@code context / high} are kept, those between are blended.
         */
        record Llama3(double factor, double low, double high, int context) implements Scaling {}

        /**
         * YaRN (Peng et al. 2023): pairs that turn more than {@code fast} times in the context are kept, those that turn
         * less than {@code slow} times are divided by the factor, those between are blended.
         *
         * @param whole whether the bounds are rounded to whole pairs
         */
        record Yarn(double factor, double fast, double slow, int context, boolean whole, float magnitude) implements Scaling {}

        /**
         * Longrope (Ding et al. 2024): each is divided by its own number, by another in texts longer than the context.
         */
        record LongRope(float[] shorter, float[] longer, int context, float magnitude) implements Scaling {}

        /** Each is divided by its own number: GGUF's tensor {@code rope_freqs.weight}. */
        record Divisors(float[] divisors) implements Scaling {}
    }

    /** What the forward pass takes. */
    Rotary rotary(Rotary.Pairing pairing) {
        return switch (scaling) {
            case Scaling.Dynamic(float factor, int context) ->
                new Rotary(frequencies(), pairing, 1, Optional.of(new Stretch.Growing(context, factor, width)));
            case Scaling.LongRope(_, float[] longer, int context, float magnitude) ->
                new Rotary(frequencies(), pairing, magnitude, Optional.of(new Stretch.Listed(context, divided(longer))));
            case Scaling.Yarn yarn -> new Rotary(frequencies(), pairing, yarn.magnitude(), Optional.empty());
            default -> new Rotary(frequencies(), pairing, 1, Optional.empty());
        };
    }

    /**
     * Radians a position, one for each pair, in a text no longer than the context. The steps and roundings are those of
     * transformers in float32 ({@code modeling_rope_utils.py}), where a number divided by a tensor is the tensor's reciprocal
     * times the number.
     */
    float[] frequencies() {
        float[] frequencies = new float[(width + 1) / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = scaled(1 / power(i), i);
        }
        return frequencies;
    }

    private float power(int pair) {
        return (float) Math.pow(base, 2f * pair / width);
    }

    private float[] divided(float[] divisors) {
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / (divisors[i] * power(i));
        }
        return frequencies;
    }

    private float scaled(float frequency, int pair) {
        return switch (scaling) {
            case Scaling.None(),Scaling.Dynamic _ -> frequency;
            case Scaling.Linear(float factor) -> frequency / factor;
            case Scaling.Llama3 llama3 -> scaled(frequency, llama3);
            case Scaling.Yarn yarn -> scaled(pair, yarn);
            case Scaling.LongRope(float[] shorter, _, _, _) -> 1 / (shorter[pair] * power(pair));
            case Scaling.Divisors(float[] divisors) -> frequency / divisors[pair];
        };
    }

    private static float scaled(float frequency, Scaling.Llama3 by) {
        float wavelength = 1 / frequency * (float) (2 * Math.PI);
        if (wavelength < (float) (by.context / by.high)) {
            return frequency;
        }
        if (wavelength > (float) (by.context / by.low)) {
            return frequency / (float) by.factor;
        }
        float smooth = (1 / wavelength * by.context - (float) by.low) / (float) (by.high - by.low);
        return (1 - smooth) * frequency / (float) by.factor + smooth * frequency;
    }

    private float scaled(int pair, Scaling.Yarn by) {
        double first = pairTurning(by.fast, by);
        double last = pairTurning(by.slow, by);
        if (by.whole) {
            first = Math.floor(first);
            last = Math.ceil(last);
        }
        first = Math.max(first, 0);
        last = Math.min(last, width - 1);
        if (first == last) {
            last += 0.001; // as the reference does
        }
        float blend = Math.clamp((float) (pair - first) / (float) (last - first), 0f, 1f);
        float kept = 1 / power(pair);
        float slowed = 1 / ((float) by.factor * power(pair));
        return slowed * blend + kept * (1 - blend);
    }

    /** The pair, not a whole number, that turns so many times in the context. */
    private double pairTurning(double turns, Scaling.Yarn by) {
        return width * Math.log(by.context / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }
}
