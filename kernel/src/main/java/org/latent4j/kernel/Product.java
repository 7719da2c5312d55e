package org.latent4j.kernel;

/**
 * A product that is wanted of some rows of activations: {@code out = X W^T + bias}.
 *
 * @param weights {@code [outputs, inputs]}
 * @param bias {@code [outputs]}, or empty
 * @param out {@code [>= rows, outputs]}, is written over
 */
public record Product(PackedMatrix weights, float[] bias, Matrix out) {
    /** Checks that the output is as wide as the weights have rows. */
    public Product {
        if (out.columns() != weights.rows()) {
            throw new IllegalArgumentException("output %s for weights %s".formatted(out, weights));
        }
    }
}
