package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.latent4j.kernel.SeededRandom;

/** Divides rows at random: into an order, into parts that keep groups together. */
public final class Splits {
    private Splits() {}

    /** The numbers from 0 in a random order (Fisher and Yates). */
    public static int[] order(int count, SeededRandom random) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        for (int i = count - 1; i > 0; i--) {
            int other = (int) (random.at(i) * (i + 1));
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }

    /**
     * Which of {@code parts} parts each row belongs to; rows of a group belong to the same. Groups are dealt out in a random order,
     * each to the part that has the fewest rows for its share.
     *
     * @param groups {@code [rows]}, any numbers
     * @param shares how much of the rows each part should have
     */
    public static int[] parts(int[] groups, double[] shares, SeededRandom random) {
        Map<Integer, Integer> dense = new HashMap<>();
        int[] group = new int[groups.length];
        for (int r = 0; r < groups.length; r++) {
            group[r] = dense.computeIfAbsent(groups[r], _ -> dense.size());
        }
        int[] sizes = new int[dense.size()];
        for (int g : group) {
            sizes[g]++;
        }
        int[] partOf = new int[sizes.length];
        double[] filled = new double[shares.length];
        for (int g : order(sizes.length, random)) {
            int emptiest = 0;
            for (int p = 1; p < shares.length; p++) {
                if ((filled[p] + 0.5 * sizes[g]) / shares[p] < (filled[emptiest] + 0.5 * sizes[g]) / shares[emptiest]) {
                    emptiest = p;
                }
            }
            partOf[g] = emptiest;
            filled[emptiest] += sizes[g];
        }
        int[] parts = new int[groups.length];
        Arrays.setAll(parts, r -> partOf[group[r]]);
        return parts;
    }
}
