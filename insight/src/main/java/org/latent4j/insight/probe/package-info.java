/** Probes: small classifiers on hidden states, fitted beside the controls that would expose them. */
@NullMarked
package org.latent4j.insight.probe;

import org.jspecify.annotations.NullMarked;
