package org.latent4j.workbench;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.insight.direction.SiteReport;
import org.latent4j.insight.steering.SweepReport.Cell;

/** An experiment as a page: conclusions in words, the probes by layer, the sweep, and how to repeat each by hand. */
record ExperimentPage(Experiment.Outcome outcome, Map<String, String> about) {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 260;
    private static final int LEFT = 50;

    /** What was found, a sentence a step. */
    List<String> conclusions() {
        List<String> all = new ArrayList<>();
        SiteReport probe = best(outcome.probes());
        all.add(knows("A probe", probe));
        SiteReport direction = best(outcome.directions());
        all.add(knows("The direction, found from one half of the texts,", direction));
        all.add("The classifier that judges what is written was fitted to the other half; it is right on "
                + Decimals.percent(outcome.judge().accuracy()) + " of texts that it wasn't fitted to.");
        all.add("Steering: " + outcome.sweep().verdict() + ".");
        long confirmed = outcome.sweep().cells().stream().filter(c -> c.result().confirmed()).count();
        all.add("In %d of %d cells the projections moved as asked.".formatted(confirmed, outcome.sweep().cells().size()));
        theOtherWay().ifPresent(all::add);
        return all;
    }

    /** What steering against the direction does; of that no cell need have been compared. */
    private Optional<String> theOtherWay() {
        List<Cell> against = outcome.sweep().cells().stream().filter(c -> c.strength() < 0).toList();
        if (against.isEmpty()) {
            return Optional.empty();
        }
        Optional<Cell> furthest = against.stream().filter(Cell::whole).min(Comparator.comparingDouble(this::effect));
        return Optional.of(furthest.map(c -> "The other way, layers %s at strength %s move it by %s%s%s.".formatted(c.layers(),
                Decimals.fixed(c.strength(), 2), SweepPage.signed(effect(c)), effect(c) < 0 ? "" : ", which is not down",
                c.controls().isPresent() ? "" : " (not compared with random directions)"))
                .orElse("The other way the text breaks at every strength and layer (%d of them): give the recipe negative strengths nearer to 0."
                        .formatted(against.size())));
    }

    private double effect(Cell cell) {
        var shift = cell.effects().get(outcome.sweep().effect());
        return shift == null ? Double.NaN : shift.mean();
    }

    private static SiteReport best(List<SiteReport> reports) {
        return reports.stream().max(Comparator.comparingDouble(SiteReport::separation)).orElseThrow();
    }

    private static String knows(String what, SiteReport best) {
        boolean above = best.low() > Math.max(0.5, best.shuffledSeparation());
        return "%s tells the two kinds apart best at %s: separation %s (%s to %s; 0.5 is chance), with shuffled labels %s%s.".formatted(
                what, best.site(),
                Decimals.fixed(best.separation(), 3), Decimals.fixed(best.low(), 3), Decimals.fixed(best.high(), 3),
                Decimals.fixed(best.shuffledSeparation(), 3), above ? "" : ": that shows nothing");
    }

    void write(Writer out) throws IOException {
        Html page = new Html("latent experiment: " + outcome.recipe().name());
        page.text("h1", "Experiment: " + outcome.recipe().name());
        page.add("<p class=\"sub\">" + Html.escaped(about.getOrDefault("model", "") + " · " + outcome.recipe().samples().positive().size()
                + " and "
                + outcome.recipe().samples().negative().size() + " texts of two kinds · method " + outcome.recipe().method().label())
                + "</p>\n");
        page.text("h2", "Conclusions");
        page.add("<ul>\n");
        conclusions().forEach(line -> page.text("li", line));
        page.add("</ul>\n");
        page.text("h2", "What each layer knows");
        curve(page);
        new SweepPage(outcome.sweep(), about, List.of(), outcome.recipe().prompts()).sections(page);
        page.text("h2", "How to repeat each by hand");
        page.add("<pre>");
        outcome.commands().forEach(command -> page.add(Html.escaped(command) + "\n"));
        page.add(Html.escaped(about.getOrDefault("command", "")) + "</pre>\n");
        SweepPage.footer(page, about);
        page.write(out);
    }

    private void curve(Html page) {
        List<SiteReport> probes = outcome.probes();
        StringBuilder out = new StringBuilder();
        double low = Math.min(0.4, Math.min(least(probes), least(outcome.directions())));
        for (double tick : new double[]{0.5, 0.6, 0.7, 0.8, 0.9, 1}) {
            double y = y(tick, low);
            out.append(Drawing.format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n",
                    LEFT, WIDTH - 10, y, y, LEFT - 8, y + 4, tick));
        }
        StringBuilder band = new StringBuilder();
        StringBuilder line = new StringBuilder();
        StringBuilder found = new StringBuilder();
        StringBuilder shuffled = new StringBuilder();
        for (int i = 0; i < probes.size(); i++) {
            band.append(point(i, probes.get(i).high(), low));
            line.append(point(i, probes.get(i).separation(), low));
            shuffled.append(point(i, probes.get(i).shuffledSeparation(), low));
        }
        for (int i = probes.size() - 1; i >= 0; i--) {
            band.append(point(i, probes.get(i).low(), low));
        }
        for (int i = 0; i < outcome.directions().size(); i++) {
            found.append(point(i, outcome.directions().get(i).separation(), low));
        }
        out.append("<polygon class=\"band\" points=\"" + band + "\"/><polyline class=\"own\" points=\"" + line
                + "\"/><polyline class=\"other\" points=\"" + shuffled + "\"/>\n");
        for (String at : found.toString().strip().split(" ")) {
            String[] xy = at.split(",");
            out.append("<circle class=\"owndot\" r=\"2.5\" cx=\"" + xy[0] + "\" cy=\"" + xy[1] + "\"/>");
        }
        for (int i = 0; i < probes.size(); i += Math.max(1, probes.size() / 10)) {
            out.append(Drawing.format("<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>", x(i), HEIGHT + 18,
                    probes.get(i).site().layer()));
        }
        Drawing drawing = new Drawing(WIDTH, HEIGHT + 40, "separation by layer", out.toString());
        page.add("<figure>" + drawing.inPage()
                + "<figcaption>How probable it is that a held-out text of the one kind lies further along than one of the other, by layer: a logistic probe (line, "
                + "with the interval of 95 percent of bootstrap samples), the direction (dots), and the probe with shuffled labels (dashed). 0.5 is chance.</figcaption></figure>\n");
    }

    private static double least(List<SiteReport> reports) {
        return reports.stream().mapToDouble(r -> Math.min(r.low(), r.shuffledSeparation())).filter(Double::isFinite).min().orElse(0.4);
    }

    private String point(int i, double value, double low) {
        return Drawing.format("%.1f,%.1f ", x(i), y(value, low));
    }

    private double x(int i) {
        int count = outcome.probes().size();
        return count < 2 ? WIDTH / 2.0 : LEFT + 10 + (double) i * (WIDTH - LEFT - 30) / (count - 1);
    }

    private static double y(double value, double low) {
        return 10 + (HEIGHT - 20) * (1 - (value - low) / (1 - low));
    }
}
