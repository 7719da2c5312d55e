package org.latent4j.space.projection;

/** What pushes the points of a t-SNE map apart: a sum over all other points, by one approximation or another. */
interface Repulsion {
    /**
     * For every point {@code sum q^2 (y - y')} over the others, with {@code q = 1 / (1 + |y - y'|^2)}.
     *
     * @param places {@code [points, dims]}
     * @param push receives the sums, {@code [points, dims]}
     * @return {@code sum q} over all pairs, each counted twice
     */
    double push(double[] places, double[] push);
}
