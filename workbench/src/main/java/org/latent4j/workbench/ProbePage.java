package org.latent4j.workbench;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.latent4j.insight.probe.ProbeReport;
import org.latent4j.insight.probe.SiteScore;

/** A study as one self-contained page: the verdict, the curves by site as a drawing, the figures as a table. No script, no network. */
record ProbePage(ProbeFigures figures, String command) {
    void write(Writer out) throws IOException {
        ProbeReport report = figures.report();
        Html page = new Html("latent probe: " + figures.subject());
        page.text("h1", "What each layer knows of " + figures.subject());
        page.add("<p class=\"sub\">" + Html.escaped("%s · %s · %d rows fitted, %d tested · seed %d".formatted(figures.model(),
                figures.probes(), report.trained(), report.tested(), figures.seed())) + "</p>\n");
        page.add("<p class=\"verdict " + (report.knows() ? "yes" : "no") + "\">" + Html.escaped(report.verdict()) + "</p>\n");
        page.add("<figure>" + new ProbeCurves(report).drawing().inPage() + "<figcaption>" + caption(report) + "</figcaption></figure>\n");
        report.notes().forEach(note -> page.text("p", note));
        table(page, report);
        if (!report.dimensions().isEmpty()) {
            StringBuilder line = new StringBuilder();
            report.dimensions().forEach((count, accuracy) -> line.append(" %d: %s ".formatted(count, Decimals.fixed(accuracy, 3))));
            page.text("p", "Accuracy at %s with so many coordinates, those with the largest weights:%s".formatted(report.best().site(),
                    line));
        }
        if (!report.others().isEmpty()) {
            StringBuilder line = new StringBuilder("Other probes at %s:".formatted(report.best().site()));
            report.others().forEach((kind, accuracy) -> line.append(" %s %s ".formatted(kind, Decimals.fixed(accuracy, 3))));
            page.text("p", line.toString());
        }
        page.text("h2", "How to repeat it");
        page.text("pre", command);
        page.write(out);
    }

    private static String caption(ProbeReport report) {
        return (report.classes().isEmpty() ? "R²" : "Accuracy")
                + " on what the probe wasn't fitted to, by site, with the interval that holds "
                + "95 percent of bootstrap samples of groups.";
    }

    private static void table(Html page, ProbeReport report) {
        page.add(("<div class=\"scroll\"><table><tr><th>site</th><th>%s</th><th>interval</th><th>macro F1</th><th>control</th>"
                + "<th>selectivity</th><th>shuffled</th><th>random weights</th></tr>\n")
                .formatted(report.classes().isEmpty() ? "R²" : "accuracy"));
        for (SiteScore s : report.sites()) {
            page.add(s.site().equals(report.best().site()) ? "<tr class=\"works\">" : "<tr>");
            for (String cell : List.of(s.site().toString(), Decimals.fixed(s.accuracy(), 3),
                    Decimals.fixed(s.low(), 3) + "–" + Decimals.fixed(s.high(), 3), Decimals.fixed(s.macroF1(), 3),
                    Decimals.fixed(s.control(), 3), Decimals.fixed(s.selectivity(), 3), Decimals.fixed(s.shuffled(), 3),
                    Decimals.fixed(s.random(), 3))) {
                page.add("<td>" + Html.escaped(cell) + "</td>");
            }
            page.add("</tr>\n");
        }
        page.add("</table></div>\n");
    }
}
