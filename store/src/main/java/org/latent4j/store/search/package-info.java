/**
 * Search in spaces: exact, approximate and by keywords, among all points or those that a condition leaves. What Apache Lucene does
 * stands behind {@link org.latent4j.store.search.SearchIndex}.
 */
@NullMarked
package org.latent4j.store.search;

import org.jspecify.annotations.NullMarked;
