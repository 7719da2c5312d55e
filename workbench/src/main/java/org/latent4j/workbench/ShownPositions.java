package org.latent4j.workbench;

import org.latent4j.insight.LensReading;

/** Which positions are shown where not all fit. */
final class ShownPositions {
    private ShownPositions() {}

    /**
     * The most telling positions, ascending: always the last; then those at which the probability of the model's final
     * answer moves most on its way through the layers, ups and downs added. Equal ones: the later first.
     *
     * @param count how many, at least 1
     */
    static int[] telling(LensReading reading, int count) {
        int positions = reading.positions();
        boolean[] chosen = new boolean[positions];
        chosen[positions - 1] = true;
        double[] movement = new double[positions];
        for (int p = 0; p < positions; p++) {
            movement[p] = movement(reading, p);
        }
        int found = 1;
        while (found < Math.min(count, positions)) {
            int best = -1;
            for (int p = positions - 2; p >= 0; p--) {
                if (!chosen[p] && (best < 0 || movement[p] > movement[best])) {
                    best = p;
                }
            }
            chosen[best] = true;
            found++;
        }
        int[] shown = new int[found];
        int at = 0;
        for (int p = 0; p < positions; p++) {
            if (chosen[p]) {
                shown[at++] = p;
            }
        }
        return shown;
    }

    /** How far the probability of the final answer at a position travels through the layers: 0 and up, at least its rise. */
    static double movement(LensReading reading, int position) {
        double sum = 0;
        for (int layer = 1; layer < reading.layers().size(); layer++) {
            sum += Math.abs(reading.cell(layer, position).answerProbability()
                    - reading.cell(layer - 1, position).answerProbability());
        }
        return sum;
    }
}
