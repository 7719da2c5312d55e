/** What can be said of a space's points as a whole. */
@NullMarked
package org.latent4j.space.describe;

import org.jspecify.annotations.NullMarked;
