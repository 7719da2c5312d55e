/** The map page: a cloud of points as one self-contained HTML file. */
@NullMarked
package org.latent4j.workbench.map;

import org.jspecify.annotations.NullMarked;
