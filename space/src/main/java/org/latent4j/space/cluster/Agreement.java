package org.latent4j.space.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * How far two labellings of the same points agree, whatever the labels are called.
 *
 * @param adjustedRand the adjusted Rand index (Hubert and Arabie 1985): 1 for the same partition, 0 on average by chance
 * @param mutualInformation the mutual information normalised by the mean of both entropies, from 0 to 1
 */
public record Agreement(double adjustedRand, double mutualInformation) {
    /**
     * Compares two labellings; -1 is a label like any other.
     *
     * @throws IllegalArgumentException if they aren't equally long
     */
    public static Agreement of(int[] one, int[] other) {
        if (one.length != other.length) {
            throw new IllegalArgumentException("%d labels and %d labels".formatted(one.length, other.length));
        }
        Map<Long, Long> together = new HashMap<>();
        Map<Integer, Long> rows = new HashMap<>();
        Map<Integer, Long> columns = new HashMap<>();
        for (int i = 0; i < one.length; i++) {
            together.merge((long) one[i] << 32 | other[i] & 0xFFFFFFFFL, 1L, Long::sum);
            rows.merge(one[i], 1L, Long::sum);
            columns.merge(other[i], 1L, Long::sum);
        }
        double n = one.length;
        double pairs = together.values().stream().mapToDouble(Agreement::pairs).sum();
        double rowPairs = rows.values().stream().mapToDouble(Agreement::pairs).sum();
        double columnPairs = columns.values().stream().mapToDouble(Agreement::pairs).sum();
        double expected = n < 2 ? 0 : rowPairs * columnPairs / pairs(one.length);
        double most = (rowPairs + columnPairs) / 2;
        double rand = most == expected ? 1 : (pairs - expected) / (most - expected);
        double information = 0;
        for (Map.Entry<Long, Long> cell : together.entrySet()) {
            double share = cell.getValue() / n;
            double byChance = rows.getOrDefault((int) (cell.getKey() >> 32), 0L) / n
                    * (columns.getOrDefault((int) (long) cell.getKey(), 0L) / n);
            information += share * Math.log(share / byChance);
        }
        double entropy = (entropy(rows, n) + entropy(columns, n)) / 2;
        return new Agreement(rand, entropy > 0 ? Math.clamp(information / entropy, 0, 1) : 1);
    }

    private static double pairs(long count) {
        return count * (count - 1.0) / 2;
    }

    private static double entropy(Map<Integer, Long> counts, double n) {
        double entropy = 0;
        for (long count : counts.values()) {
            entropy -= count / n * Math.log(count / n);
        }
        return entropy;
    }
}
