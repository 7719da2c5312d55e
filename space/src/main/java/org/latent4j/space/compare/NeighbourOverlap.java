package org.latent4j.space.compare;

import org.latent4j.space.Neighbours;

/**
 * How many of their nearest neighbours items share in two spaces (mutual nearest neighbours: Huh, Cheung, Wang and Isola 2024).
 *
 * @param mean the mean over items, from 0 to 1; by chance it is about k over the number of items
 * @param ofItem each item's share
 */
public record NeighbourOverlap(double mean, double[] ofItem) {
    /**
     * Compares the neighbours of the same items.
     *
     * @throws IllegalArgumentException if they are of different items or numbers
     */
    public static NeighbourOverlap of(Neighbours one, Neighbours other) {
        if (one.rows() != other.rows() || one.k() != other.k() || one.k() < 1) {
            throw new IllegalArgumentException("%s and %s".formatted(one, other));
        }
        int k = one.k();
        double[] shares = new double[one.rows()];
        double sum = 0;
        for (int row = 0; row < shares.length; row++) {
            int shared = 0;
            for (int i = 0; i < k; i++) {
                for (int j = 0; j < k; j++) {
                    shared += one.index(row, i) == other.index(row, j) ? 1 : 0;
                }
            }
            shares[row] = (double) shared / k;
            sum += shares[row];
        }
        return new NeighbourOverlap(sum / shares.length, shares);
    }
}
