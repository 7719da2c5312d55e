package org.latent4j.model.format;

/**
 * What a tensor is for. A tensor's name is the role's name in its architecture, then {@code .weight} or {@code .bias}.
 */
enum Role {
    /** One row a token. */
    TOKENS,
    /** One row a position. */
    POSITIONS,
    /** One row a segment of the text (BERT's token types). */
    SEGMENTS,
    /** One row a bucket of distances, one column a head (MPNet). */
    POSITION_BIAS,
    /** Of what enters block 0. */
    EMBEDDING_NORM,
    /** Behind the last block. */
    FINAL_NORM,
    /** The output head; where a model has none of its own, the tokens'. */
    HEAD,
    /** Of what attention reads. */
    ATTENTION_NORM,
    /** Of what attention gives. */
    ATTENTION_OUTPUT_NORM,
    /** Of the stream behind attention. */
    ATTENTION_SUM_NORM,
    /** Projects to queries. */
    QUERY,
    /** Projects to keys. */
    KEY,
    /** Projects to values. */
    VALUE,
    /** Query, key and value in one, one below the other. */
    QUERY_KEY_VALUE,
    /** Of each query head, or of all together. */
    QUERY_NORM,
    /** Of each key head, or of all together. */
    KEY_NORM,
    /** Projects the heads back. */
    ATTENTION_OUTPUT,
    /** Of what the MLP reads. */
    MLP_NORM,
    /** Of what the MLP gives. */
    MLP_OUTPUT_NORM,
    /** Of the stream behind the MLP. */
    MLP_SUM_NORM,
    /** What is activated where another projection is multiplied with it. */
    GATE,
    /** Projects to the inside of the MLP; where a gated MLP has no gate, gate and this in one, one below the other. */
    UP,
    /** Projects back. */
    DOWN
}
