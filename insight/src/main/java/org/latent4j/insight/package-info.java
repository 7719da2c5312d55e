/** Meaning: what hidden states say when they are read through the model's own head. */
@NullMarked
package org.latent4j.insight;

import org.jspecify.annotations.NullMarked;
