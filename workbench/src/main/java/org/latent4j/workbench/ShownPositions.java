package org.latent4j.workbench;

import org.latent4j.insight.LensReading;

/**
 * Which positions tell most: always the last; then those at which the probability of the model's final answer moves
 * most on its way through the layers, ups and downs added. Of equal ones the later.
 */
final class ShownPositions {
    private final double[] movement;

    ShownPositions(LensReading reading) {
        movement = new double[reading.positions()];
        for (int p = 0; p < movement.length; p++) {
            movement[p] = movement(reading, p);
        }
    }

    /** How far the probability of the final answer at a position travels through the layers: at least its rise. */
    private static double movement(LensReading reading, int position) {
        double sum = 0;
        for (int layer = 1; layer < reading.layers().size(); layer++) {
            sum += Math.abs(reading.cell(layer, position).answerProbability()
                    - reading.cell(layer - 1, position).answerProbability());
        }
        return sum;
    }

    /**
     * The most telling positions, ascending; each count holds all of the count below.
     *
     * @param count how many, at least 1; all if there are not so many
     */
    int[] telling(int count) {
        int last = movement.length - 1;
        boolean[] chosen = new boolean[movement.length];
        chosen[last] = true;
        int found = 1;
        while (found < Math.min(count, movement.length)) {
            int best = -1;
            for (int p = last - 1; p >= 0; p--) {
                if (!chosen[p] && (best < 0 || movement[p] > movement[best])) {
                    best = p;
                }
            }
            chosen[best] = true;
            found++;
        }
        int[] shown = new int[found];
        int at = 0;
        for (int p = 0; p <= last; p++) {
            if (chosen[p]) {
                shown[at++] = p;
            }
        }
        return shown;
    }
}
