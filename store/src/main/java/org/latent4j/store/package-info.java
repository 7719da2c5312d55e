/**
 * Spaces that persist: {@code .space} folders, read and written, and the files of others that hold vectors, read as they are
 * ({@link org.latent4j.store.Spaces}) and written ({@link org.latent4j.store.SpaceExport}).
 *
 * <p>Files come from strangers: every size, offset, count and string is bounded before anything is allocated, and whatever is
 * wrong with a file is one {@link org.latent4j.kernel.LatentException} that names it.
 */
@NullMarked
package org.latent4j.store;

import org.jspecify.annotations.NullMarked;
