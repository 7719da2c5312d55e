/**
 * Model files: GGUF, safetensors, Hugging Face folders. {@link org.latent4j.model.format.Checkpoint} turns either into
 * a checked {@link org.latent4j.model.transformer.ModelConfig} and its weights, which stay packed where they are
 * mapped.
 *
 * <p>Files come from strangers: every size, offset, count and string is bounded before anything is allocated, and
 * whatever is wrong with a file is one {@link org.latent4j.kernel.LatentException} that names it.
 */
@NullMarked
package org.latent4j.model.format;

import org.jspecify.annotations.NullMarked;
