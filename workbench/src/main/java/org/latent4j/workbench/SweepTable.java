package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.insight.steering.ArmResult;
import org.latent4j.insight.steering.SweepReport;
import org.latent4j.insight.steering.SweepReport.Cell;

/** A sweep for the terminal: strengths down, layers across, the effect in each cell; below, what it costs where controls were run. */
record SweepTable(SweepReport report, List<String> notes) {
    String text() {
        StringBuilder out = new StringBuilder();
        List<String> layers = report.cells().stream().map(Cell::layers).distinct().toList();
        List<Double> strengths = report.cells().stream().map(Cell::strength).distinct().sorted().toList();
        int width = Math.max(12, layers.stream().mapToInt(l -> l.length() + 9).max().orElse(0));
        out.append("effect: ").append(report.effect()).append(", by how much it moves; x: the text breaks, *: beats the controls\n\n");
        out.append(padded("strength", 10));
        layers.forEach(l -> out.append(padded("layers " + l, width)));
        out.append('\n');
        for (double strength : strengths) {
            out.append(padded(Decimals.fixed(strength, 2), 10));
            for (String layer : layers) {
                Cell cell = cell(layer, strength);
                String mark = !cell.whole() ? " x" : cell.verdict().equals("works") ? " *" : "  ";
                double effect = cell.effects().containsKey(report.effect()) ? mean(cell) : Double.NaN;
                out.append(padded((effect > 0 ? "+" : "") + Decimals.fixed(effect, 2) + mark, width));
            }
            out.append('\n');
        }
        costs(out);
        out.append('\n');
        Wrapped.append(out, "Verdict: " + report.verdict() + ".", 0, 0, 100);
        notes.forEach(note -> Wrapped.append(out, "Note: " + note + ".", 0, 0, 100));
        return out.toString();
    }

    private double mean(Cell cell) {
        var shift = cell.effects().get(report.effect());
        return shift == null ? Double.NaN : shift.mean();
    }

    private Cell cell(String layers, double strength) {
        return report.cells().stream().filter(c -> c.layers().equals(layers) && c.strength() == strength).findFirst().orElseThrow();
    }

    private void costs(StringBuilder out) {
        List<String> names = List.of("", "perplexity of the text", "of neutral text", "KL", "repetition", "distinct words", "tokens",
                "answers right");
        out.append('\n');
        for (String name : names) {
            out.append(padded(name, width(name)));
        }
        out.append('\n');
        row(out, "plain", report.plain(), names);
        for (Cell cell : report.cells()) {
            if (cell.controls().isPresent()) {
                row(out, "layers %s at %s".formatted(cell.layers(), Decimals.fixed(cell.strength(), 2)), cell.result(), names);
            }
        }
    }

    private static void row(StringBuilder out, String what, ArmResult result, List<String> names) {
        ArmResult.Side side = result.side().orElseThrow();
        List<String> cells = new ArrayList<>(
                List.of(what, Decimals.fixed(side.textPerplexity(), 1), Decimals.fixed(side.neutralPerplexity(), 1),
                        Decimals.fixed(side.divergence(), 2), Decimals.fixed(side.repetition(), 2), Decimals.fixed(side.distinct(), 2),
                        Decimals.fixed(side.length(), 0), Decimals.percent(side.accuracy())));
        for (int i = 0; i < cells.size(); i++) {
            out.append(padded(cells.get(i), width(names.get(i))));
        }
        out.append('\n');
    }

    private static int width(String name) {
        return name.isEmpty() ? 24 : Math.max(8, name.length() + 2);
    }

    private static String padded(String text, int width) {
        return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
    }
}
