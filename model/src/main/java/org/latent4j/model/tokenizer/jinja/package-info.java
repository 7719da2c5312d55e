/**
 * The part of the Jinja template language that chat templates use, with the semantics of Jinja2 as transformers sets it
 * up: blocks trimmed, a sandbox without Java classes, bounded steps and output, errors that say the line.
 */
@NullMarked
package org.latent4j.model.tokenizer.jinja;

import org.jspecify.annotations.NullMarked;
