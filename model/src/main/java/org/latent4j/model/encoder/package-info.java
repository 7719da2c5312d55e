/**
 * Encoders: texts to vectors, one a text, with whatever a model's files say about how: pooling, prompts, limits, projections.
 * {@link org.latent4j.model.encoder.Encoders} opens, {@link org.latent4j.model.encoder.Encoder} encodes.
 */
@NullMarked
package org.latent4j.model.encoder;

import org.jspecify.annotations.NullMarked;
