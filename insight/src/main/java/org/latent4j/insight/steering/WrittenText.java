package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be counted in a text. */
final class WrittenText {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{Nd}'’]+");
    private static final int RUN = 3;

    private WrittenText() {}

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (word.find()) {
            words.add(word.group());
        }
        return words;
    }

    /** The share of runs of three words that came before; 0 for texts too short to have two. */
    static double repetition(String text) {
        List<String> words = words(text);
        Set<List<String>> seen = new HashSet<>();
        int runs = words.size() - RUN + 1;
        int again = 0;
        for (int i = 0; i < runs; i++) {
            again += seen.add(words.subList(i, i + RUN)) ? 0 : 1;
        }
        return runs < 2 ? 0 : again / (double) runs;
    }

    /** Different words by words; 0 where there are none. */
    static double distinct(String text) {
        List<String> words = words(text);
        return words.isEmpty() ? 0 : new HashSet<>(words).size() / (double) words.size();
    }

    /** Percent of the words that are in a list. */
    static double share(String text, Set<String> list) {
        List<String> words = words(text);
        return words.isEmpty() ? 0 : 100.0 * words.stream().filter(list::contains).count() / words.size();
    }
}
