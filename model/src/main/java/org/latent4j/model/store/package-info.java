/**
 * Where models come from: the catalogue, the caches that people already have, the hub, and packages to fall back on.
 * {@link org.latent4j.model.store.ModelStore} turns a name into a path on this machine.
 *
 * <p>Finding a cached model costs a few milliseconds: no HTTP or cryptography class is loaded, no file is hashed, and JSON is read by
 * {@link org.latent4j.model.store.Json}.
 */
@NullMarked
package org.latent4j.model.store;

import org.jspecify.annotations.NullMarked;
