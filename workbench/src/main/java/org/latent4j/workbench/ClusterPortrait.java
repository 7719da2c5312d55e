package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;

/**
 * What a cluster looks like.
 *
 * @param typical the points nearest to its centre
 * @param words the words that tell it from the others: those whose frequency in the cluster's texts is most surprising beside that in
 *     all others (G², the log-likelihood ratio of Dunning 1993), as on the page of a map
 */
record ClusterPortrait(int label, int size, List<String> typical, List<String> words) {
    private static final int TYPICAL = 3;
    private static final int WORDS = 6;
    /** A word of a single text says nothing about a cluster. */
    private static final int LEAST_TEXTS = 3;
    /** A word is told where chance alone would make it as frequent in one of twenty clusters. */
    private static final double SURPRISING = 3.84;
    private static final int LONGEST = 90;
    /** Of a text that has less room nothing is shown. */
    private static final int LEAST_SHOWN = 4;
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

    /** A point as people see it, in one line: its name, and its text where it has another. */
    static String shown(Space space, int point) {
        return shown(space, point, LONGEST);
    }

    /** The same in at most so many columns. */
    static String shown(Space space, int point, int columns) {
        String name = PlainLine.cut(space.name(point), columns);
        String text = text(space, point);
        int left = columns - DisplayWidth.of(name) - 2;
        return text.equals(space.name(point)) || left < LEAST_SHOWN ? name : (name + "  " + PlainLine.cut(text, left)).stripTrailing();
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

    /** The words of a point; captured states of single tokens are told apart by these, whatever they are, not by what is around them. */
    private static Stream<String> wordsOf(Space space, int point) {
        if (CapturedTexts.are(space) && space.items().fields(point).get("token") instanceof String token) {
            return Stream.of(token.strip().toLowerCase(Locale.ROOT)).filter(word -> !word.isEmpty());
        }
        return WORD.matcher(text(space, point).toLowerCase(Locale.ROOT)).results().map(MatchResult::group);
    }

    private static List<List<String>> words(Space space, List<List<Integer>> members) {
        Map<String, Integer> all = texts(space, IntStream.range(0, space.size()).boxed().toList());
        return members.stream().map(cluster -> telling(texts(space, cluster), cluster.size(), all, space.size())).toList();
    }

    /** In how many of the points' texts each word is. */
    private static Map<String, Integer> texts(Space space, List<Integer> points) {
        Map<String, Integer> texts = new HashMap<>();
        for (int point : points) {
            wordsOf(space, point).distinct().forEach(word -> texts.merge(word, 1, Integer::sum));
        }
        return texts;
    }

    private static List<String> telling(Map<String, Integer> here, int size, Map<String, Integer> all, int total) {
        Map<String, Double> surprise = new HashMap<>();
        here.forEach((word, inside) -> {
            int everywhere = all.getOrDefault(word, inside);
            double found = surprise(inside, size, everywhere, total);
            if (everywhere >= LEAST_TEXTS && found > SURPRISING) {
                surprise.put(word, found);
            }
        });
        return surprise.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> entry) -> -entry.getValue()).thenComparing(Map.Entry::getKey))
                .limit(WORDS).map(Map.Entry::getKey).toList();
    }

    /** G² of a word that {@code inside} of {@code size} texts here and {@code all} of {@code total} have; 0 where it isn't more frequent here. */
    private static double surprise(int inside, int size, int all, int total) {
        int outside = all - inside;
        int others = total - size;
        if ((long) inside * others <= (long) outside * size) {
            return 0;
        }
        double rate = (double) all / total;
        return 2 * (part(inside, size * rate) + part(outside, others * rate) + part(size - inside, size * (1 - rate))
                + part(others - outside, others * (1 - rate)));
    }

    private static double part(double seen, double expected) {
        return seen > 0 ? seen * Math.log(seen / expected) : 0;
    }
}
