package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.latent4j.insight.steering.SweepReport.Cell;
import org.latent4j.insight.steering.SweepReport.Controls;

/** Judges a sweep: a cell works where it beats every control at a p that is corrected for all cells compared. */
final class SweepVerdict {
    private static final double SIGNIFICANT = 0.05;

    private final Sweep.Settings settings;
    private final ArmResult plain;
    private final int questions;

    SweepVerdict(Sweep.Settings settings, ArmResult plain, int questions) {
        this.settings = settings;
        this.plain = plain;
        this.questions = questions;
    }

    SweepReport report(List<Cell> cells, Map<Integer, Sweep.Compared> compared) {
        String effect = settings.effects().getFirst().name();
        List<Map.Entry<Integer, Sweep.Compared>> all = List.copyOf(compared.entrySet());
        List<Double> p = new ArrayList<>();
        for (Map.Entry<Integer, Sweep.Compared> one : all) {
            Cell cell = cells.get(one.getKey());
            p.add(Statistics.studentP(signed(cell, effect), random(cell, one.getValue())));
        }
        double[] corrected = Statistics.holm(p);
        List<Cell> judged = new ArrayList<>(cells);
        for (int i = 0; i < all.size(); i++) {
            Cell cell = cells.get(all.get(i).getKey());
            judged.set(all.get(i).getKey(), judged(cell, all.get(i).getValue(), signed(cell, effect), p.get(i), corrected[i]));
        }
        boolean works = judged.stream().anyMatch(c -> c.verdict().equals("works"));
        return new SweepReport(effect, settings.effects().stream().map(Effect::name).toList(), plain, List.copyOf(judged), questions, works,
                words(judged, effect, works));
    }

    private static double signed(Cell cell, String effect) {
        return Math.signum(cell.strength()) * cell.shift(effect).mean();
    }

    private static List<Double> random(Cell cell, Sweep.Compared compared) {
        return compared.random().stream().map(c -> Math.signum(cell.strength()) * c).toList();
    }

    private static Cell judged(Cell cell, Sweep.Compared compared, double own, double p, double corrected) {
        List<Double> random = random(cell, compared);
        double rank = Statistics.rankP(own, random);
        boolean beats = !random.isEmpty() && random.stream().allMatch(c -> c < own) && own > 0
                && (compared.shuffled().isEmpty() || Math.signum(cell.strength()) * compared.shuffled().getAsDouble() < own);
        boolean works = beats && rank <= SIGNIFICANT && corrected <= SIGNIFICANT;
        Controls controls = new Controls(List.copyOf(compared.random()), compared.shuffled(), rank, p, corrected, works);
        return new Cell(cell.strength(), cell.layers(), cell.absolute(), cell.effects(), cell.result(), cell.whole(),
                Optional.of(controls));
    }

    private String words(List<Cell> cells, String effect, boolean works) {
        List<Cell> compared = cells.stream().filter(c -> c.controls().isPresent()).toList();
        if (cells.stream().noneMatch(Cell::whole)) {
            return "no effect found: the text breaks at every strength and layer (%d of them): try less strength"
                    .formatted(cells.size());
        }
        if (compared.isEmpty()) {
            return "no effect found: nothing was compared with random directions, so nothing can be said";
        }
        String against = "%d random directions%s".formatted(settings.controls(),
                compared.getFirst().controls().orElseThrow().shuffled().isPresent() ? " and the direction of shuffled labels" : "");
        String found = compared.stream().filter(c -> c.verdict().equals("works")).map(c -> String.format(Locale.ROOT,
                "layers %s at strength %s (%s %+.2f, %s)", c.layers(), number(c.strength()), effect, c.shift(effect).mean(),
                chance(c.controls().orElseThrow())))
                .collect(Collectors.joining("; "));
        if (works) {
            return "works: %s, more than %s; %s".formatted(found, against, window(cells, effect));
        }
        Cell best = compared.getFirst();
        return String.format(Locale.ROOT,
                "no effect found: layers %s at strength %s moves %s by %+.2f, not reliably more than %s do (%s)%s",
                best.layers(), number(best.strength()), effect, best.shift(effect).mean(), against,
                chance(best.controls().orElseThrow()), tooFew());
    }

    private static String chance(Controls controls) {
        return "p %s by rank, %s by Student's, corrected".formatted(p(controls.p()), p(controls.corrected()));
    }

    /** A probability, which is never told to be 0. */
    private static String p(double p) {
        return p < 0.001 ? "below 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    private String tooFew() {
        double least = Statistics.rankP(1, Collections.nCopies(settings.controls(), 0.0));
        return least <= SIGNIFICANT ? "" : "; so few random directions can't tell: p reaches 0.05 with 19 of them";
    }

    /** Where the effect is there, by its own interval, and the text is whole. */
    private static String window(List<Cell> cells, String effect) {
        List<Cell> there = cells.stream().filter(c -> c.whole() && c.strength() > 0 && c.shift(effect).low() > 0).toList();
        if (there.isEmpty()) {
            return "over the prompts its interval still reaches 0 at every strength: more of them would tell (--prompts)";
        }
        return "the effect is there and the text whole at " + there.stream().collect(Collectors.groupingBy(Cell::layers,
                java.util.LinkedHashMap::new, Collectors.toList())).entrySet().stream()
                .map(e -> "layers %s, strength %s".formatted(e.getKey(), e.getValue().stream().map(c -> number(c.strength()))
                        .collect(Collectors.joining(", "))))
                .collect(Collectors.joining("; "));
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9 ? Long.toString((long) value) : Float.toString((float) value);
    }
}
