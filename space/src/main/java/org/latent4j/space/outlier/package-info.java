/** Outliers: how little a point belongs to the others, by five methods, each with a score that is larger the odder it is. */
@NullMarked
package org.latent4j.space.outlier;

import org.jspecify.annotations.NullMarked;
