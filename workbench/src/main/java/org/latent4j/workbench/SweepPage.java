package org.latent4j.workbench;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.latent4j.insight.steering.ArmResult;
import org.latent4j.insight.steering.SweepReport;
import org.latent4j.insight.steering.SweepReport.Cell;
import org.latent4j.insight.steering.SweepReport.Controls;
import org.latent4j.insight.steering.SweepReport.Shift;

/** A sweep as a page: the verdict, the effect by strength and layers, the controls, what it costs, what was written. */
record SweepPage(SweepReport report, Map<String, String> about, List<String> notes, List<String> prompts) {
    private static final int SHOWN_TEXTS = 8;
    private static final Shift NOTHING = new Shift(Double.NaN, Double.NaN, Double.NaN);

    void write(Writer out) throws IOException {
        Html page = new Html("latent steer: " + about.getOrDefault("direction", ""));
        page.text("h1", "Does steering along " + about.getOrDefault("direction", "it") + " work?");
        page.add("<p class=\"sub\">").add(Html.escaped(about.getOrDefault("model", "") + " · " + about.getOrDefault("operator", "add")
                + " · effect: " + report.effect())).add("</p>\n");
        sections(page);
        page.text("h2", "How to repeat it");
        page.text("pre", about.getOrDefault("command", ""));
        footer(page, about);
        page.write(out);
    }

    static void footer(Html page, Map<String, String> about) {
        page.add("<footer>");
        about.forEach((name, value) -> {
            if (!name.equals("command")) {
                page.add(Html.escaped(name.replace('_', ' ') + ": " + value) + "<br>\n");
            }
        });
        page.add("</footer>\n");
    }

    /** The effects, and below them the first cell that was compared with controls, as a picture. */
    Drawing picture() {
        Drawing heat = heat();
        String moves = "By how much %s moves, by strength (in typical norms) and layers. Grey with ×: the text breaks. Ringed: beats every control."
                .formatted(report.effect());
        Drawing all = new Drawing(900, heat.height(), heat.label(), heat.content())
                .titled("Does steering along %s work?".formatted(about.getOrDefault("direction", "it")), moves);
        Optional<Cell> compared = report.cells().stream().filter(c -> c.controls().isPresent()).findFirst();
        return compared.isEmpty() ? all : all.above(compared(compared.get(), compared.get().controls().orElseThrow()));
    }

    private Drawing compared(Cell cell, Controls controls) {
        Drawing strip = strip(cell, controls);
        StringBuilder told = new StringBuilder();
        int y = 14;
        for (String line : List.of(place(cell, controls, effect(cell).mean()), chance(cell, controls))) {
            told.append(Drawing.format("<text class=\"soft\" x=\"10\" y=\"%d\">%s</text>\n", y, Html.escaped(line)));
            y += 18;
        }
        return strip.above(new Drawing(900, y, strip.label(), told.toString()));
    }

    /** Everything but title and command. */
    void sections(Html page) {
        page.add("<p class=\"verdict " + (report.works() ? "yes" : "no") + "\">" + Html.escaped(capital(report.verdict())) + ".</p>\n");
        notes.forEach(note -> page.text("p", capital(note) + "."));
        page.text("h2", "Effect by strength and layers");
        page.add("<figure>" + heat().inPage() + "<figcaption>By how much " + Html.escaped(report.effect())
                + " moves against the plain model. Strengths count in typical norms at each layer. "
                + "Grey with ×: the text breaks. Ringed: beats every control.</figcaption></figure>\n");
        page.text("h2", "Beside directions that should do nothing");
        controls(page);
        page.text("h2", "What it costs");
        costs(page);
        page.text("h2", "What was written");
        texts(page);
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private Shift effect(Cell cell) {
        return cell.effects().getOrDefault(report.effect(), NOTHING);
    }

    /** Effects in colours, strengths up, layers across. */
    private Drawing heat() {
        StringBuilder out = new StringBuilder();
        List<String> layers = report.cells().stream().map(Cell::layers).distinct().toList();
        List<Double> strengths = report.cells().stream().map(Cell::strength).distinct().sorted().toList();
        double most = report.cells().stream().mapToDouble(c -> Math.abs(effect(c).mean())).filter(Double::isFinite).max().orElse(1);
        int wide = 120;
        int high = 44;
        int left = 90;
        int width = left + wide * layers.size() + 10;
        int height = high * strengths.size() + 45;
        for (Cell cell : report.cells()) {
            int x = left + layers.indexOf(cell.layers()) * wide;
            int y = (strengths.size() - 1 - strengths.indexOf(cell.strength())) * high + 10;
            double mean = effect(cell).mean();
            double share = most > 0 && Double.isFinite(mean) ? Math.min(1, Math.abs(mean) / most) : 0;
            out.append(
                    Drawing.format("<rect class=\"box none\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>", x, y, wide, high));
            if (cell.whole()) {
                out.append(Drawing.format(
                        "<rect class=\"box %s\" fill-opacity=\"%.2f\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>",
                        mean >= 0 ? "up" : "down", 0.7 * share, x, y, wide, high));
            }
            if (cell.verdict().equals("works")) {
                out.append(Drawing.format("<rect class=\"ring\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>", x + 2, y + 2,
                        wide - 4,
                        high - 4));
            }
            out.append(Drawing.format("<text class=\"cell%s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s%s</text>\n",
                    cell.whole() ? "" : " soft",
                    x + wide / 2,
                    y + high / 2 + 4, signed(mean), cell.whole() ? "" : " ×"));
        }
        for (int i = 0; i < strengths.size(); i++) {
            out.append(Drawing.format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 10,
                    (strengths.size() - 1 - i) * high + 10 + high / 2 + 4, Decimals.fixed(strengths.get(i), 2)));
        }
        for (int i = 0; i < layers.size(); i++) {
            out.append(Drawing.format("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">layers %s</text>", left + i * wide + wide / 2,
                    high * strengths.size() + 30, Html.escaped(layers.get(i))));
        }
        return new Drawing(width, height, "effect by strength and layers", out.toString());
    }

    private void controls(Html page) {
        List<Cell> compared = report.cells().stream().filter(c -> c.controls().isPresent()).toList();
        if (compared.isEmpty()) {
            page.text("p", "No cell was compared.");
            return;
        }
        for (Cell cell : compared) {
            Controls controls = cell.controls().orElseThrow();
            String told = place(cell, controls, effect(cell).mean()) + " " + chance(cell, controls);
            page.add("<figure>" + strip(cell, controls).inPage() + "<figcaption>" + Html.escaped(told) + "</figcaption></figure>\n");
        }
        page.text("p",
                "Random directions have the same norm at the same layers. Where they are run is chosen by the text being whole alone, not by the "
                        + "effect: at the greatest strength that leaves it whole, nearest to the layer where the direction separates best.");
    }

    /** The effect of a cell among those of directions that should do nothing. */
    private Drawing strip(Cell cell, Controls controls) {
        StringBuilder out = new StringBuilder();
        double own = effect(cell).mean();
        double low = Math.min(0, Math.min(own, controls.shuffled().orElse(0)));
        double high = Math.max(0, Math.max(own, controls.shuffled().orElse(0)));
        List<Double> finite = controls.random().stream().filter(Double::isFinite).toList();
        for (double random : finite) {
            low = Math.min(low, random);
            high = Math.max(high, random);
        }
        double from = low;
        double span = Math.max(high - low, 1e-9);
        java.util.function.DoubleUnaryOperator x = value -> 40 + 820 * (value - from) / span;
        out.append("<line class=\"axis\" x1=\"40\" x2=\"860\" y1=\"70\" y2=\"70\"/>");
        for (double at : new double[]{low, 0, high}) {
            out.append(Drawing.format(
                    "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"66\" y2=\"74\"/><text class=\"soft\" x=\"%.1f\" y=\"92\" text-anchor=\"middle\">%s</text>",
                    x.applyAsDouble(at), x.applyAsDouble(at), x.applyAsDouble(at), signed(at)));
        }
        for (double random : finite) {
            out.append(Drawing.format("<circle class=\"dot\" cx=\"%.1f\" cy=\"58\" r=\"6\"/>", x.applyAsDouble(random)));
        }
        controls.shuffled()
                .ifPresent(
                        s -> out.append(Drawing.format("<circle class=\"shuffled\" cx=\"%.1f\" cy=\"58\" r=\"6\"/>", x.applyAsDouble(s))));
        out.append(Drawing.format(
                "<circle class=\"owndot\" cx=\"%.1f\" cy=\"58\" r=\"9\"/><text x=\"%.1f\" y=\"36\" text-anchor=\"middle\">this direction</text>",
                x.applyAsDouble(own), Math.clamp(x.applyAsDouble(own), 60, 830)));
        return new Drawing(900, 105, "this direction among directions that should do nothing", out.toString());
    }

    private static String place(Cell cell, Controls controls, double own) {
        return "Layers %s at strength %s: %s. Grey: %d random directions%s.".formatted(cell.layers(), Decimals.fixed(cell.strength(), 2),
                signed(own), controls.random().size(),
                controls.shuffled().isPresent() ? "; red: the direction of shuffled labels" : "");
    }

    private static String chance(Cell cell, Controls controls) {
        return "p %s (rank), %s (Student), corrected %s: %s.".formatted(p(controls.p()), p(controls.pStudent()), p(controls.corrected()),
                cell.verdict());
    }

    /** A probability, which is never told to be 0. */
    private static String p(double p) {
        return p < 1e-4 ? "below 0.0001" : Decimals.fixed(p, 4);
    }

    private void costs(Html page) {
        page.add(
                "<div class=\"scroll\"><table><tr><th>layers</th><th>strength</th><th>effect</th><th>interval</th><th>perplexity of the text</th><th>of neutral text</th>"
                        + "<th>KL</th><th>repetition</th><th>distinct words</th><th>tokens</th><th>answers right</th><th>moved as asked</th><th class=\"text\">verdict</th></tr>\n");
        row(page, "plain", "", NOTHING, report.plain(), "", "");
        for (Cell cell : report.cells()) {
            row(page, cell.layers(), Decimals.fixed(cell.strength(), 2), effect(cell), cell.result(), cell.verdict(),
                    !cell.whole() ? "broken" : cell.verdict().equals("works") ? "works" : "");
        }
        page.add("</table></div>\n");
    }

    private static void row(Html page, String layers, String strength, Shift shift, ArmResult result, String verdict, String kind) {
        ArmResult.Side side = result.side().orElseThrow();
        page.add("<tr class=\"" + kind + "\">");
        for (String cell : List.of(layers, strength, signed(shift.mean()),
                Double.isNaN(shift.low()) ? "" : signed(shift.low()) + " to " + signed(shift.high()),
                Decimals.fixed(side.textPerplexity(), 1), Decimals.fixed(side.neutralPerplexity(), 1), Decimals.fixed(side.divergence(), 2),
                Decimals.fixed(side.repetition(), 2), Decimals.fixed(side.distinct(), 2), Decimals.fixed(side.length(), 0),
                Double.isNaN(side.accuracy()) ? "–" : Decimals.percent(side.accuracy()),
                layers.equals("plain") ? "" : result.confirmed() ? "✓" : "✗")) {
            page.add("<td>" + Html.escaped(cell) + "</td>");
        }
        page.add("<td class=\"text\">" + Html.escaped(verdict) + "</td></tr>\n");
    }

    private void texts(Html page) {
        Optional<Cell> up = report.cells().stream().filter(c -> c.controls().isPresent() && c.strength() > 0).findFirst();
        Optional<Cell> down = report.cells().stream()
                .filter(c -> c.whole() && c.strength() < 0 && up.isPresent() && c.layers().equals(up.get().layers()))
                .min(java.util.Comparator.comparingDouble(Cell::strength));
        page.add("<div class=\"scroll\"><table><tr><th class=\"text\">prompt</th><th class=\"text\">plain</th>");
        up.ifPresent(c -> page
                .add("<th class=\"text\">" + Html.escaped("layers " + c.layers() + " at " + Decimals.fixed(c.strength(), 2)) + "</th>"));
        down.ifPresent(c -> page
                .add("<th class=\"text\">" + Html.escaped("layers " + c.layers() + " at " + Decimals.fixed(c.strength(), 2)) + "</th>"));
        page.add("</tr>\n");
        for (int p = 0; p < Math.min(SHOWN_TEXTS, report.plain().texts().size()); p++) {
            page.add("<tr><td class=\"text\">" + Html.escaped(prompts.get(p)) + "</td><td class=\"text\">"
                    + Html.escaped(TokenText.orSaidBlank(report.plain().texts().get(p))) + "</td>");
            for (Optional<Cell> cell : List.of(up, down)) {
                if (cell.isPresent()) {
                    page.add("<td class=\"text\">" + Html.escaped(TokenText.orSaidBlank(cell.get().result().texts().get(p))) + "</td>");
                }
            }
            page.add("</tr>\n");
        }
        page.add("</table></div>\n");
    }

    static String signed(double value) {
        return (value > 0 ? "+" : "") + Decimals.fixed(value, 2);
    }
}
