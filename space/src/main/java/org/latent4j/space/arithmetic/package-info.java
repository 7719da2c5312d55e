/** Calculating with the points of a space: sums of words, analogies, ways between points, axes, relations. */
@NullMarked
package org.latent4j.space.arithmetic;

import org.jspecify.annotations.NullMarked;
