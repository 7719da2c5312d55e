package org.latent4j.model.store;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What can be told of a model without running it; each part is empty where it isn't known.
 *
 * @param architecture as its files name it: {@code llama}
 * @param layers how many blocks it has
 * @param width of its hidden states
 * @param quantisation how its weights are packed, largest share of bytes first: {@code Q4_1/Q8_0/F32}
 */
public record Details(
        Optional<String> architecture, OptionalInt layers, OptionalInt width, Optional<String> quantisation) {
    /** Nothing is known. */
    public static final Details UNKNOWN = new Details(Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

    /** All is known. */
    public static Details of(String architecture, int layers, int width, String quantisation) {
        return new Details(
                Optional.of(architecture), OptionalInt.of(layers), OptionalInt.of(width), Optional.of(quantisation));
    }
}
