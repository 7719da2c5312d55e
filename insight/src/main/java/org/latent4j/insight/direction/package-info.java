/** Directions: what separates two kinds of text in a model's hidden states, how well, and how it is kept in files. */
@NullMarked
package org.latent4j.insight.direction;

import org.jspecify.annotations.NullMarked;
