/**
 * Files that several rooms read and write: safetensors, JSON, memory-mapped bytes, what a file is by its first bytes.
 *
 * <p>Files come from strangers: every size, offset, count and string is bounded before anything is allocated, and
 * whatever is wrong with a file is one {@link org.latent4j.kernel.LatentException} that names it.
 */
@NullMarked
package org.latent4j.files;

import org.jspecify.annotations.NullMarked;
