package org.latent4j.space;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The names that someone may have meant. */
public final class Spellings {
    private static final int MOST = 3;
    private static final int LONGEST = 64;
    /** Shorter words stand in many names by chance. */
    private static final int LEAST_PART = 4;

    private Spellings() {}

    private record Candidate(String name, int edits, int index) {}

    /**
     * At most three names a few letters away, the nearest first; of equally near ones those that stand earlier, which in word
     * vectors are the more frequent.
     */
    public static List<String> nearest(String wanted, List<String> names) {
        String name = wanted.toLowerCase(Locale.ROOT);
        int limit = name.length() <= 2 ? 1 : name.length() <= 7 ? 2 : 3;
        if (name.isEmpty() || name.length() > LONGEST) {
            return List.of();
        }
        List<Candidate> found = new ArrayList<>();
        int[][] rows = new int[3][LONGEST + 4];
        for (int i = 0; i < names.size(); i++) {
            String candidate = names.get(i);
            if (Math.abs(candidate.length() - name.length()) <= limit) {
                int edits = edits(name, candidate.toLowerCase(Locale.ROOT), limit, rows);
                if (edits <= limit) {
                    found.add(new Candidate(candidate, edits, i));
                }
            }
        }
        found.sort(Comparator.comparingInt(Candidate::edits).thenComparingInt(Candidate::index));
        return found.stream().limit(MOST).map(Candidate::name).toList();
    }

    /** {@code ; did you mean 'a', 'b'?}, or nothing where nothing is near. */
    public static String suggestion(String wanted, List<String> names) {
        List<String> near = nearest(wanted, names);
        List<String> nearest = near.isEmpty() ? containing(wanted, names) : near;
        return nearest.isEmpty() ? "" : nearest.stream().collect(Collectors.joining("', '", "; did you mean '", "'?"));
    }

    /** At most three names in which what is wanted stands, the shortest first: {@code gnuplot-qt} where gnuplot is wanted. */
    private static List<String> containing(String wanted, List<String> names) {
        String part = wanted.toLowerCase(Locale.ROOT);
        if (part.length() < LEAST_PART) {
            return List.of();
        }
        return names.stream().filter(name -> name.length() <= LONGEST && name.toLowerCase(Locale.ROOT).contains(part))
                .sorted(Comparator.comparingInt(String::length)).limit(MOST).toList();
    }

    /**
     * Letters to insert, remove or replace, or pairs of neighbours to exchange (Damerau 1964; no letter twice), or more than {@code
     * limit} as soon as that is certain.
     */
    private static int edits(String a, String b, int limit, int[][] rows) {
        int width = b.length();
        if (width + 1 > rows[0].length) {
            return limit + 1;
        }
        for (int j = 0; j <= width; j++) {
            rows[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = rows[i % 3];
            int[] above = rows[(i + 2) % 3];
            int[] beforeThat = rows[(i + 1) % 3];
            int least = row[0] = i;
            for (int j = 1; j <= width; j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeThat[j - 2] + 1);
                }
                least = Math.min(least, row[j]);
            }
            if (least > limit) {
                return limit + 1;
            }
        }
        return rows[a.length() % 3][width];
    }
}
