/**
 * Meaning: what a model's hidden states say. {@link org.latent4j.insight.LensReading} is what a lens saw, layer by layer.
 */
@NullMarked
package org.latent4j.insight;

import org.jspecify.annotations.NullMarked;
