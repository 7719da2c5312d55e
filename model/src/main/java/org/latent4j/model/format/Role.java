package org.latent4j.model.format;

/**
 * What a tensor is for. A tensor's name is the role's name in its architecture, then {@code .weight} or {@code .bias}.
 */
enum Role {
    /** One row a token. */
    TOKENS,
    /** One row a position. */
    POSITIONS, FINAL_NORM,
    /** The output head; where a model has none of its own, the tokens'. */
    HEAD, ATTENTION_NORM, QUERY, KEY, VALUE,
    /** Query, key and value in one, one below the other. */
    QUERY_KEY_VALUE, ATTENTION_OUTPUT, MLP_NORM, GATE, UP, DOWN
}
