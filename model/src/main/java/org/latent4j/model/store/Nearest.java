package org.latent4j.model.store;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The names that someone may have meant. */
final class Nearest {
    private Nearest() {}

    /** At most three of {@code known} that are near to {@code name}: part of each other, or a few letters apart. The nearest first. */
    static List<String> to(String name, Collection<String> known) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return known.stream()
                .distinct()
                .map(candidate -> new Candidate(candidate, distance(wanted, candidate.toLowerCase(Locale.ROOT))))
                .filter(candidate -> candidate.distance <= Math.max(2, wanted.length() / 3))
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(3)
                .map(Candidate::name)
                .toList();
    }

    private record Candidate(String name, int distance) {}

    /** Dots and dashes don't count, and who writes the beginning of a name has nearly written it. */
    private static int distance(String name, String candidate) {
        String a = letters(name);
        String b = letters(candidate);
        if (a.length() >= 3 && b.contains(a)) {
            return 1;
        }
        int[] edits = edits(a, b);
        int beginning = a.length() >= 4 ? Arrays.stream(edits).min().orElse(0) + 1 : Integer.MAX_VALUE;
        return Math.min(edits[b.length()], beginning);
    }

    private static String letters(String name) {
        StringBuilder letters = new StringBuilder();
        name.chars().limit(200).filter(Character::isLetterOrDigit).forEach(c -> letters.append((char) c));
        return letters.toString();
    }

    /** How many letters have to be inserted, removed or replaced to make of {@code a} the first j of {@code b} (Levenshtein 1965). */
    private static int[] edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row;
    }

    /** {@code ; did you mean a or b?}, or nothing where nothing is near. */
    static String suggestion(String name, Collection<String> known) {
        @Nullable
        String joined = to(name, known).stream().reduce((a, b) -> a + " or " + b).orElse(null);
        return joined == null ? "" : "; did you mean %s?".formatted(joined);
    }
}
