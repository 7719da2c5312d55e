package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.SeededRandom;

/**
 * Rows divided into a part to fit on and a part to test on.
 *
 * @param train rows
 * @param test rows
 * @param notes what was left out, and why
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Division(int[] train, int[] test, List<String> notes) {
    private static final double TYPES_TESTED = 0.3;

    /**
     * Divides; what shares a group stays together.
     *
     * @param share of the test part
     * @param unseenWords whether no word type may stand in both parts: each then belongs to one of them, and rows where part and type
     *     disagree are left out
     */
    static Division of(List<Item> items, double share, boolean unseenWords, long seed) {
        int[] groups = numbers(items.stream().map(Item::group).toList());
        if (Arrays.stream(groups).distinct().count() < 2) {
            throw new LatentException(items.size() == 1
                    ? "there is one row with a label: a probe needs some to fit and others to test"
                    : "all %d rows belong to one group: nothing is left to test on".formatted(items.size()));
        }
        double[] shares = {1 - share, share};
        int[] part = Splits.parts(groups, shares, new SeededRandom(seed, 1));
        int left = 0;
        if (unseenWords) {
            int[] types = numbers(items.stream().map(Item::type).toList());
            SeededRandom random = new SeededRandom(seed, 2);
            for (int i = 0; i < part.length; i++) {
                int belongs = random.at(types[i]) < TYPES_TESTED ? 1 : 0;
                if (part[i] != belongs) {
                    part[i] = -1;
                    left++;
                }
            }
        }
        List<String> notes = new ArrayList<>();
        if (left > 0) {
            notes.add("%d of %d rows left out, so that no word stands in both parts".formatted(left, items.size()));
        }
        return new Division(rows(part, 0), rows(part, 1), notes).checked(items.size());
    }

    private Division checked(int rows) {
        if (train.length < 2 || test.length < 1) {
            throw new LatentException(
                    "%d rows make %d to fit on and %d to test on, which is too few: give more data or another --test share"
                            .formatted(rows, train.length, test.length));
        }
        return this;
    }

    /** The same without tested rows whose class no fitted row has. */
    Division withoutUnknown(List<Item> items) {
        Set<String> known = new TreeSet<>();
        for (int row : train) {
            known.add(items.get(row).label());
        }
        Set<String> unknown = new TreeSet<>();
        int[] kept = Arrays.stream(test).filter(row -> {
            boolean is = known.contains(items.get(row).label());
            if (!is) {
                unknown.add(items.get(row).label());
            }
            return is;
        }).toArray();
        if (unknown.isEmpty()) {
            return this;
        }
        String named = String.join(", ", unknown.stream().limit(5).toList()) + (unknown.size() > 5 ? ", …" : "");
        if (kept.length == 0) {
            throw new LatentException(
                    "no row to fit on has the class of one to test on (%s): give more rows of each class, or --kind ridge for numbers"
                            .formatted(named));
        }
        List<String> all = new ArrayList<>(notes);
        int left = test.length - kept.length;
        all.add("%d %s of the test part left out: class %s %s there alone".formatted(left, left == 1 ? "row" : "rows", named,
                unknown.size() == 1 ? "is" : "are"));
        return new Division(train, kept, all);
    }

    private static int[] rows(int[] part, int which) {
        return java.util.stream.IntStream.range(0, part.length).filter(i -> part[i] == which).toArray();
    }

    /** Numbers for texts, equal for equal ones, in their alphabetical order. */
    static int[] numbers(List<String> texts) {
        List<String> distinct = List.copyOf(new TreeSet<>(texts));
        java.util.Map<String, Integer> number = new java.util.HashMap<>();
        for (int i = 0; i < distinct.size(); i++) {
            number.put(distinct.get(i), i);
        }
        return texts.stream().mapToInt(number::get).toArray();
    }
}
