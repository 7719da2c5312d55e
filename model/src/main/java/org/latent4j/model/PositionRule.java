package org.latent4j.model;

import java.util.List;
import org.latent4j.kernel.LatentException;

/** Which positions of a text an intervention acts on, told by what the text is there. */
public sealed interface PositionRule {
    /** Every position. */
    record All() implements PositionRule {}

    /** What the model was given. */
    record Prompt() implements PositionRule {}

    /** What the model says itself. */
    record Generated() implements PositionRule {}

    /**
     * Everything behind the first occurrence of some tokens, in the prompt or in what the model says.
     *
     * @param tokens one or several that follow each other
     */
    record After(List<Integer> tokens) implements PositionRule {
        /** Copies the tokens. */
        public After {
            if (tokens.isEmpty()) {
                throw new LatentException("behind which token? there is none in the text given");
            }
            tokens = List.copyOf(tokens);
        }
    }
}
