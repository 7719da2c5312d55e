/**
 * Numbers: dense matrices, packed weights, vector kernels, the worker pool, seeded random. Uses the JDK
 * alone.
 */
@NullMarked
package org.latent4j.kernel;

import org.jspecify.annotations.NullMarked;
