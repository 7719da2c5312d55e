/** How many dimensions points fill, whatever the width of their vectors. */
@NullMarked
package org.latent4j.space.dimension;

import org.jspecify.annotations.NullMarked;
