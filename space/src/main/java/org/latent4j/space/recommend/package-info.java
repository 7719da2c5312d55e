/** Recommendation: what goes with what one likes, and users and items as points. */
@NullMarked
package org.latent4j.space.recommend;

import org.jspecify.annotations.NullMarked;
