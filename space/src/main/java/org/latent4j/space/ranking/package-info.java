/** How good a ranking is, and how sure that is. */
@NullMarked
package org.latent4j.space.ranking;

import org.jspecify.annotations.NullMarked;
