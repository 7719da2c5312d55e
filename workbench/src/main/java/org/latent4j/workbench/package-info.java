/** The {@code latent} command: its subcommands, what they read, and what they write. */
@NullMarked
package org.latent4j.workbench;

import org.jspecify.annotations.NullMarked;
