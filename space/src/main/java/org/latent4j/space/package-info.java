/** Points: how near they are, and how they look from their principal directions. */
@NullMarked
package org.latent4j.space;

import org.jspecify.annotations.NullMarked;
