/** Maps of a space in two or three dimensions: how they are fitted, how far they can be believed, how new points are placed. */
@NullMarked
package org.latent4j.space.projection;

import org.jspecify.annotations.NullMarked;
