package org.latent4j.model.format;

/**
 * How rotary positions are made: the frequency of pair i is {@code 1 / base^(2i / width)}, then scaled.
 *
 * @param base the wavelength of the slowest pair is about {@code 2 pi base} positions
 * @param width how many values of each head are turned, an even number
 * @param scaling what is done to the frequencies for texts longer than those of the first training
 */
record RotarySettings(float base, int width, Scaling scaling) {
    /** What is done to the frequencies. */
    sealed interface Scaling {
        /** Nothing. */
        record None() implements Scaling {}

        /** All are divided by one number (Chen et al. 2023). */
        record Linear(float factor) implements Scaling {}

        /**
         * Llama 3.1's: those whose wavelength is more than {@code context / low} positions are divided by the factor,
         * those whose wavelength is less than {@code context / high} are kept, those between are blended.
         */
        record Llama3(double factor, double low, double high, int context) implements Scaling {}

        /** Each is divided by its own number: GGUF's tensor {@code rope_freqs.weight}. */
        record Divisors(float[] divisors) implements Scaling {}
    }

    /**
     * Radians a position, one for each pair. The steps and roundings are those of transformers in float32 ({@code
     * modeling_rope_utils.py}), where a number divided by a tensor is the tensor's reciprocal times the number.
     */
    float[] frequencies() {
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = 2f * i / width;
            frequencies[i] = scaled(1 / (float) Math.pow(base, exponent), i);
        }
        return frequencies;
    }

    private float scaled(float frequency, int pair) {
        return switch (scaling) {
            case Scaling.None() -> frequency;
            case Scaling.Linear(float factor) -> frequency / factor;
            case Scaling.Llama3 llama3 -> scaled(frequency, llama3);
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
}
