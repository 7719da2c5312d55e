package org.latent4j.space.recommend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.latent4j.kernel.LatentException;

/**
 * Who had to do with what, how often or how much: a sparse table. Immutable.
 *
 * @param users their names, in the order in which they came
 * @param items their names, in the order in which they came
 * @param byUser for each user the items' indices and weights
 */
public record Interactions(List<String> users, List<String> items, List<Row> byUser) {
    /**
     * What one user had to do with, or one item.
     *
     * @param others indices, rising
     * @param weights above 0, one each
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Row(int[] others, float[] weights) {
        /** How many there are. */
        public int size() {
            return others.length;
        }
    }

    /** Gathers interactions; those of the same user and item are added up. */
    public static final class Builder {
        private final Map<String, Integer> users = new LinkedHashMap<>();
        private final Map<String, Integer> items = new LinkedHashMap<>();
        private final List<Map<Integer, Float>> rows = new ArrayList<>();

        /**
         * Adds one.
         *
         * @throws LatentException if the weight isn't finite or is below 0
         */
        public void add(String user, String item, float weight) {
            if (!(weight >= 0 && Float.isFinite(weight))) {
                throw new LatentException("the weight %s of user '%s' and item '%s' is no number from 0 on: weights say how much there was"
                        .formatted(weight, user, item));
            }
            int row = users.computeIfAbsent(user, _ -> users.size());
            int column = items.computeIfAbsent(item, _ -> items.size());
            if (row == rows.size()) {
                rows.add(new HashMap<>());
            }
            rows.get(row).merge(column, weight, Float::sum);
        }

        /** What was gathered; weights of 0 are left out. */
        public Interactions build() {
            return new Interactions(List.copyOf(users.keySet()), List.copyOf(items.keySet()),
                    rows.stream().map(Interactions::row).toList());
        }
    }

    static Row row(Map<Integer, Float> entries) {
        int[] others = entries.entrySet().stream().filter(entry -> entry.getValue() > 0).mapToInt(Map.Entry::getKey).sorted().toArray();
        float[] weights = new float[others.length];
        for (int i = 0; i < others.length; i++) {
            weights[i] = entries.getOrDefault(others[i], 0f);
        }
        return new Row(others, weights);
    }

    /** For each item the users' indices and weights. */
    public List<Row> byItem() {
        int[] counts = new int[items.size()];
        byUser.forEach(row -> {
            for (int item : row.others) {
                counts[item]++;
            }
        });
        List<Row> rows = new ArrayList<>();
        for (int count : counts) {
            rows.add(new Row(new int[count], new float[count]));
        }
        int[] filled = new int[items.size()];
        for (int user = 0; user < users.size(); user++) {
            Row row = byUser.get(user);
            for (int i = 0; i < row.size(); i++) {
                int item = row.others[i];
                rows.get(item).others[filled[item]] = user;
                rows.get(item).weights[filled[item]++] = row.weights[i];
            }
        }
        return rows;
    }

    /** How many there are. */
    public long count() {
        return byUser.stream().mapToLong(Row::size).sum();
    }

    /** The same users and items with other rows. */
    Interactions with(List<Row> rows) {
        return new Interactions(users, items, rows);
    }
}
