/** Points that are nearly the same. */
@NullMarked
package org.latent4j.space.duplicate;

import org.jspecify.annotations.NullMarked;
