package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one way of steering did.
 *
 * @param effects by name, a score for each prompt
 * @param texts what was written, prompt by prompt; empty for controls
 * @param side what it cost; empty for controls
 * @param confirmed whether the projections moved as asked
 */
public record ArmResult(String key, Map<String, double[]> effects, List<String> texts, Optional<Side> side, boolean confirmed) {
    /**
     * Side effects.
     *
     * @param textPerplexity of what the steered model wrote, to the plain one
     * @param neutralPerplexity of neutral sentences, to the steered model
     * @param divergence of its next-token distributions from the plain ones there: mean KL(plain, steered) in nats
     * @param repetition the share of runs of three words that came before in the same text
     * @param distinct different words by words
     * @param length tokens a text
     * @param accuracy the share of multiple-choice questions answered right
     */
    public record Side(
            double textPerplexity,
            double neutralPerplexity,
            double divergence,
            double repetition,
            double distinct,
            double length,
            double accuracy) {}

    /** The scores of an effect; none where it wasn't measured. */
    public double[] scores(String effect) {
        return effects.getOrDefault(effect, new double[0]);
    }

    /** One line of a state file: columns between tabs. */
    String line() {
        List<String> cells = new ArrayList<>(List.of(key, Boolean.toString(confirmed)));
        cells.add(
                side.map(s -> numbers(s.textPerplexity, s.neutralPerplexity, s.divergence, s.repetition, s.distinct, s.length, s.accuracy))
                        .orElse(""));
        cells.add(Integer.toString(effects.size()));
        effects.forEach((name, scores) -> {
            cells.add(escaped(name));
            cells.add(numbers(scores));
        });
        texts.forEach(text -> cells.add(escaped(text)));
        return String.join("\t", cells);
    }

    /** What {@link #line} wrote; empty where the line is cut off or isn't one. */
    static Optional<ArmResult> of(String line) {
        String[] cells = line.split("\t", -1);
        try {
            int count = Integer.parseInt(cells[3]);
            Map<String, double[]> effects = new LinkedHashMap<>();
            for (int e = 0; e < count; e++) {
                effects.put(plain(cells[4 + 2 * e]), numbers(cells[5 + 2 * e]));
            }
            List<String> texts = Arrays.stream(cells, 4 + 2 * count, cells.length).map(ArmResult::plain).toList();
            double[] s = numbers(cells[2]);
            Optional<Side> side = s.length == 7 ? Optional.of(new Side(s[0], s[1], s[2], s[3], s[4], s[5], s[6])) : Optional.empty();
            return Optional.of(new ArmResult(cells[0], effects, texts, side, Boolean.parseBoolean(cells[1])));
        } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String numbers(double... values) {
        return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(","));
    }

    private static double[] numbers(String cell) {
        return cell.isEmpty() ? new double[0] : Arrays.stream(cell.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String plain(String cell) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if (c == '\\' && i + 1 < cell.length()) {
                char next = cell.charAt(++i);
                text.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
