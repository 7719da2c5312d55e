/** Sites: the named places in the forward pass where hidden states can be read, and the patterns that choose them. */
@NullMarked
package org.latent4j.model.site;

import org.jspecify.annotations.NullMarked;
