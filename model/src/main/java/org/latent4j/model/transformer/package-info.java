/** The transformer: what varies between architectures, its weights by role, and the one forward pass. */
@NullMarked
package org.latent4j.model.transformer;

import org.jspecify.annotations.NullMarked;
