package org.latent4j.workbench;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.latent4j.insight.probe.ProbeReport;
import org.latent4j.insight.probe.SiteScore;

/** A study as one self-contained page: the curves by site as a drawing, the figures as a table, the verdict. No script, no network. */
record ProbePage(ProbeFigures figures, String command) {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 360;
    private static final int LEFT = 50;
    private static final int TOP = 20;
    private static final int BOTTOM = 90;

    /** A curve: its name, its colour, its value at a site. */
    private record Curve(String name, String colour, ToDoubleFunction<SiteScore> value) {}

    void write(Writer out) throws IOException {
        ProbeReport report = figures.report();
        out.write("""
                <!doctype html><html lang="en"><head><meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <meta name="viewport" content="width=device-width"><title>latent probe</title><style>
                body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#1d2433;background:#fff}
                table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.15em .7em;text-align:right}
                td:first-child,th:first-child{text-align:left}tr.best{font-weight:600;background:#eef6f6}
                .verdict{font-size:1.15em;border-left:4px solid #0d8a8a;padding-left:.8em}code{background:#f2f4f7;padding:.1em .3em}
                @media(prefers-color-scheme:dark){body{background:#15181e;color:#dfe4ec}tr.best{background:#1d3234}code{background:#232832}text{fill:#dfe4ec}}
                </style></head><body>
                """);
        out.write("<h1>%s in %s</h1><p class=\"verdict\">%s</p>%n".formatted(
                escaped(figures.subject()), escaped(figures.model()), escaped(report.verdict())));
        drawing(out, report);
        table(out, report);
        out.write("<p>%s probes, C %s, %d rows fitted, %d tested, seed %d. Intervals hold 95 percent of bootstrap samples of groups.</p>%n"
                .formatted(
                        report.kind().label(), report.c(), report.trained(), report.tested(), figures.seed()));
        for (String note : report.notes()) {
            out.write("<p>%s</p>%n".formatted(escaped(note)));
        }
        if (!report.dimensions().isEmpty()) {
            StringBuilder line = new StringBuilder();
            report.dimensions().forEach((count, accuracy) -> line.append(" %d: %s ".formatted(count, Decimals.fixed(accuracy, 3))));
            out.write("<p>Accuracy at %s with so many coordinates, those with the largest weights:%s</p>%n".formatted(report.best().site(),
                    line));
        }
        out.write("<p>Repeat: <code>%s</code></p></body></html>%n".formatted(escaped(command)));
    }

    private static void drawing(Writer out, ProbeReport report) throws IOException {
        boolean numbers = report.classes().isEmpty();
        List<Curve> curves = List.of(
                new Curve(numbers ? "R²" : "accuracy", "#0d8a8a", SiteScore::accuracy),
                new Curve("control: a random label a word", "#d9822b", SiteScore::control),
                new Curve("shuffled labels", "#8a8f98", SiteScore::shuffled),
                new Curve("random weights", "#9b59b6", SiteScore::random));
        double low = 1;
        for (SiteScore score : report.sites()) {
            for (Curve curve : curves) {
                double value = curve.value.applyAsDouble(score);
                low = Double.isNaN(value) ? low : Math.min(low, value);
            }
        }
        low = Math.max(numbers ? -0.2 : 0, Math.floor(10 * Math.min(low, numbers ? 0 : report.majority())) / 10);
        out.write("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"accuracy by site\" font-size=\"12\">%n".formatted(WIDTH,
                HEIGHT + BOTTOM));
        for (int i = 0; i <= 5; i++) {
            double value = low + (1 - low) * i / 5;
            double y = y(value, low);
            out.write(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#8884\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>%n",
                    LEFT, WIDTH, y, y, LEFT - 6, y + 4, value));
        }
        if (!numbers) {
            out.write(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#c0392b\" stroke-dasharray=\"5 4\"/><text x=\"%d\" y=\"%.1f\" fill=\"#c0392b\" text-anchor=\"end\">majority class</text>%n",
                    LEFT, WIDTH, y(report.majority(), low), y(report.majority(), low), WIDTH, y(report.majority(), low) - 5));
        }
        band(out, report.sites(), low);
        int at = 0;
        for (Curve curve : curves) {
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < report.sites().size(); i++) {
                double value = curve.value.applyAsDouble(report.sites().get(i));
                if (!Double.isNaN(value)) {
                    points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i, report.sites().size()), y(Math.max(low, value), low)));
                }
            }
            if (!points.isEmpty()) {
                out.write("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n".formatted(curve.colour, points));
                out.write("<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>%n".formatted(
                        LEFT + at * 220, HEIGHT + BOTTOM - 10, curve.colour, LEFT + at * 220 + 20, HEIGHT + BOTTOM - 4, curve.name));
                at++;
            }
        }
        int step = Math.max(1, report.sites().size() / 16);
        for (int i = 0; i < report.sites().size(); i += step) {
            double x = x(i, report.sites().size());
            out.write(String.format(Locale.ROOT, "<text transform=\"translate(%.1f,%d) rotate(-40)\" text-anchor=\"end\">%s</text>%n",
                    x + 4, HEIGHT + 16, report.sites().get(i).site()));
        }
        out.write("</svg>\n");
    }

    private static void band(Writer out, List<SiteScore> sites, double low) throws IOException {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < sites.size(); i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i, sites.size()), y(Math.max(low, sites.get(i).high()), low)));
        }
        for (int i = sites.size() - 1; i >= 0; i--) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i, sites.size()), y(Math.max(low, sites.get(i).low()), low)));
        }
        out.write("<polygon fill=\"#0d8a8a\" fill-opacity=\".18\" points=\"%s\"/>%n".formatted(points));
    }

    private static double x(int i, int count) {
        return count == 1 ? (LEFT + WIDTH) / 2.0 : LEFT + 10 + (double) i * (WIDTH - LEFT - 20) / (count - 1);
    }

    private static double y(double value, double low) {
        return TOP + (HEIGHT - TOP) * (1 - (value - low) / (1 - low));
    }

    private static void table(Writer out, ProbeReport report) throws IOException {
        out.write(
                "<table><tr><th>site</th><th>%s</th><th>interval</th><th>macro F1</th><th>control</th><th>selectivity</th><th>shuffled</th><th>random weights</th></tr>%n"
                        .formatted(report.classes().isEmpty() ? "R²" : "accuracy"));
        for (SiteScore s : report.sites()) {
            out.write("<tr%s><td>%s</td><td>%s</td><td>%s–%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>%n".formatted(
                    s.site().equals(report.best().site()) ? " class=\"best\"" : "", s.site(), Decimals.fixed(s.accuracy(), 3),
                    Decimals.fixed(s.low(), 3), Decimals.fixed(s.high(), 3), Decimals.fixed(s.macroF1(), 3), Decimals.fixed(s.control(), 3),
                    Decimals.fixed(s.selectivity(), 3), Decimals.fixed(s.shuffled(), 3), Decimals.fixed(s.random(), 3)));
        }
        out.write("</table>\n");
    }

    static String escaped(String text) {
        return PlainLine.of(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
