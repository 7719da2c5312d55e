/** Clusters: k-means and HDBSCAN, how good a clustering is, and how alike two are. */
@NullMarked
package org.latent4j.space.cluster;

import org.jspecify.annotations.NullMarked;
