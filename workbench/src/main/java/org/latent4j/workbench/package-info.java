/** The {@code latent} command: what people type, see and get. Everything here is used through {@code latent}, not as a library. */
@NullMarked
package org.latent4j.workbench;

import org.jspecify.annotations.NullMarked;
