package org.latent4j.kernel;

/** The non-linearities inside a transformer's MLP. */
public enum Activation {
    /** {@code x / (1 + exp(-x))} (Elfwing et al. 2017). */
    SILU,
    /** Gaussian error linear unit, {@code x * (1 + erf(x / sqrt 2)) / 2} (Hendrycks and Gimpel 2016). */
    GELU,
    /** Its approximation by tanh, {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2}: GPT-2's {@code gelu_new}. */
    GELU_TANH,
    /** {@code max(x, 0)}. */
    RELU
}
