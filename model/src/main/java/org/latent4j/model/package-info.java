/**
 * Models: opening them, running them, looking inside. {@link org.latent4j.model.Models} opens, {@link
 * org.latent4j.model.Model} runs, {@link org.latent4j.model.Trace} holds what a run recorded.
 */
@NullMarked
package org.latent4j.model;

import org.jspecify.annotations.NullMarked;
