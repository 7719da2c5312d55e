package org.latent4j.store.search;

/**
 * A point that was found.
 *
 * @param point its index in the space
 * @param score the larger the better: a similarity, BM25, or the sum of a fusion of ranks
 */
public record Hit(int point, double score) {}
