package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;

/**
 * What a cluster looks like.
 *
 * @param typical the points nearest to its centre
 * @param words the words that tell it from the others, by c-TF-IDF (Grootendorst 2022): how often a word is in the cluster's
 *     texts, against how often in all
 */
record ClusterPortrait(int label, int size, List<String> typical, List<String> words) {
    private static final int TYPICAL = 3;
    private static final int WORDS = 6;
    /** A word of a single text says nothing about a cluster. */
    private static final int LEAST_TEXTS = 3;
    private static final int LONGEST = 90;
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}\\p{N}'’-]{2,}");

    /** Portraits of all clusters, the largest first. */
    static List<ClusterPortrait> of(Space space, int[] labels, Metric metric) {
        int clusters = Arrays.stream(labels).max().orElse(-1) + 1;
        List<List<Integer>> members = new ArrayList<>();
        for (int cluster = 0; cluster < clusters; cluster++) {
            members.add(new ArrayList<>());
        }
        for (int point = 0; point < labels.length; point++) {
            if (labels[point] >= 0) {
                members.get(labels[point]).add(point);
            }
        }
        List<List<String>> words = words(space, members);
        List<ClusterPortrait> portraits = new ArrayList<>();
        for (int cluster = 0; cluster < clusters; cluster++) {
            if (!members.get(cluster).isEmpty()) {
                List<String> typical = typical(space.vectors(), members.get(cluster), metric).stream().map(point -> shown(space, point))
                        .toList();
                portraits.add(new ClusterPortrait(cluster, members.get(cluster).size(), typical, words.get(cluster)));
            }
        }
        portraits.sort(Comparator.comparingInt(portrait -> -portrait.size()));
        return portraits;
    }

    /** A point as people see it: its name, and its text where it has another. */
    static String shown(Space space, int point) {
        String name = space.name(point);
        String text = text(space, point);
        String both = text.equals(name) ? name : name + "  " + text;
        String line = PlainLine.of(both.replace('\n', ' ').replace('\r', ' '));
        return line.length() <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, Math.min(LONGEST - 1, line.codePointCount(0, line.length()) - 1))) + "…";
    }

    private static String text(Space space, int point) {
        return space.items().fields(point).get("text") instanceof String text ? text : space.name(point);
    }

    private static List<Integer> typical(Matrix points, List<Integer> members, Metric metric) {
        int width = points.columns();
        double[] mean = new double[width];
        for (int point : members) {
            double length = metric == Metric.COSINE ? Math.max(1e-30, length(points, point)) : 1;
            for (int c = 0; c < width; c++) {
                mean[c] += points.data()[point * width + c] / length / members.size();
            }
        }
        Map<Integer, Double> far = new HashMap<>();
        for (int point : members) {
            double length = metric == Metric.COSINE ? Math.max(1e-30, length(points, point)) : 1;
            double sum = 0;
            for (int c = 0; c < width; c++) {
                double difference = points.data()[point * width + c] / length - mean[c];
                sum += difference * difference;
            }
            far.put(point, sum);
        }
        return members.stream().sorted(Comparator.comparingDouble((Integer point) -> far.getOrDefault(point, 0.0))).limit(TYPICAL).toList();
    }

    private static double length(Matrix points, int point) {
        double sum = 0;
        for (int i = point * points.columns(); i < (point + 1) * points.columns(); i++) {
            sum += (double) points.data()[i] * points.data()[i];
        }
        return Math.sqrt(sum);
    }

    private static List<List<String>> words(Space space, List<List<Integer>> members) {
        List<Map<String, Integer>> counts = new ArrayList<>();
        Map<String, Integer> all = new HashMap<>();
        Map<String, Integer> texts = new HashMap<>();
        long total = 0;
        for (List<Integer> cluster : members) {
            Map<String, Integer> own = new HashMap<>();
            for (int point : cluster) {
                Set<String> seen = new HashSet<>();
                Matcher matcher = WORD.matcher(text(space, point).toLowerCase(Locale.ROOT));
                while (matcher.find()) {
                    own.merge(matcher.group(), 1, Integer::sum);
                    all.merge(matcher.group(), 1, Integer::sum);
                    total++;
                    if (seen.add(matcher.group())) {
                        texts.merge(matcher.group(), 1, Integer::sum);
                    }
                }
            }
            counts.add(own);
        }
        double mean = (double) total / Math.max(1, members.size());
        return counts.stream().map(own -> own.entrySet().stream()
                .filter(entry -> texts.getOrDefault(entry.getKey(), 0) >= LEAST_TEXTS && tells(entry, own, all))
                .sorted(Comparator.comparingDouble(
                        (Map.Entry<String, Integer> entry) -> -entry.getValue() * Math.log(1 + mean / all.getOrDefault(entry.getKey(), 1)))
                        .thenComparing(Map.Entry::getKey))
                .limit(WORDS).map(Map.Entry::getKey).toList()).toList();
    }

    /** Whether a word is clearly more frequent here than elsewhere: "for" isn't. */
    private static boolean tells(Map.Entry<String, Integer> word, Map<String, Integer> own, Map<String, Integer> all) {
        double here = (double) word.getValue() / sum(own);
        double everywhere = (double) all.getOrDefault(word.getKey(), 1) / sum(all);
        return own.size() == all.size() || here > 1.5 * everywhere;
    }

    private static long sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToLong(Integer::longValue).sum();
    }
}
