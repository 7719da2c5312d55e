/** Steering, verified: plans that are bound to a model, and sweeps that hold them against controls. */
@NullMarked
package org.latent4j.insight.steering;

import org.jspecify.annotations.NullMarked;
