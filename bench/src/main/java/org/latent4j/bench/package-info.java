/** Benchmarks: of the kernels with JMH, of whole works beside the tools that people use instead. */
@NullMarked
package org.latent4j.bench;

import org.jspecify.annotations.NullMarked;
