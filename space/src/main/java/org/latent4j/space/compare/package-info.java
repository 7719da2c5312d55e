/** How alike two spaces of the same items are, and which items lie differently. */
@NullMarked
package org.latent4j.space.compare;

import org.jspecify.annotations.NullMarked;
