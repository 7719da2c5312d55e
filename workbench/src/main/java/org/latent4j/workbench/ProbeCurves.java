package org.latent4j.workbench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.latent4j.insight.probe.ProbeReport;
import org.latent4j.insight.probe.SiteScore;

/** A study's figures by site as curves, the controls' beside the probe's. */
record ProbeCurves(ProbeReport report) {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 360;
    private static final int LEFT = 50;
    private static final int TOP = 20;
    private static final int BOTTOM = 100;
    private static final int KEY = 50; // what a name takes in the key beside its letters
    private static final int LETTER = 6;
    private static final int TICKS = 5;

    /** A curve: its name, the class that colours it, its value at a site. */
    private record Curve(String name, String kind, ToDoubleFunction<SiteScore> value) {}

    private boolean numbers() {
        return report.classes().isEmpty();
    }

    private List<Curve> curves() {
        return List.of(
                new Curve(numbers() ? "R²" : "accuracy", "own", SiteScore::accuracy),
                new Curve("control: a random label a word", "control", SiteScore::control),
                new Curve("shuffled labels", "other", SiteScore::shuffled),
                new Curve("random weights", "untrained", SiteScore::random));
    }

    Drawing drawing() {
        double low = floor();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i <= TICKS; i++) {
            double value = low + (1 - low) * i / TICKS;
            out.append(Drawing.format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>\n",
                    LEFT, WIDTH - 10, y(value, low), y(value, low), LEFT - 6, y(value, low) + 4, value));
        }
        if (!numbers()) {
            double y = y(report.majority(), low);
            out.append(Drawing.format(
                    "<line class=\"majority\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">majority class</text>\n",
                    LEFT, WIDTH - 10, y, y, WIDTH - 10, y - 5));
        }
        band(out, low);
        lines(out, low);
        int step = Math.max(1, report.sites().size() / 16);
        for (int i = 0; i < report.sites().size(); i += step) {
            out.append(Drawing.format(
                    "<text class=\"soft\" transform=\"translate(%.1f,%d) rotate(-40)\" text-anchor=\"end\">%s</text>\n", x(i) + 4,
                    HEIGHT + 16, report.sites().get(i).site()));
        }
        return new Drawing(WIDTH, HEIGHT + BOTTOM, (numbers() ? "R²" : "accuracy") + " by site", out.toString());
    }

    /** Where the scale begins: a tenth below everything that is drawn. */
    private double floor() {
        double low = numbers() ? 0 : report.majority();
        for (SiteScore score : report.sites()) {
            for (Curve curve : curves()) {
                double value = curve.value.applyAsDouble(score);
                low = Double.isNaN(value) ? low : Math.min(low, value);
            }
        }
        return Math.max(numbers() ? -0.2 : 0, Math.floor(10 * low) / 10);
    }

    private void band(StringBuilder out, double low) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < report.sites().size(); i++) {
            points.append(point(i, report.sites().get(i).high(), low));
        }
        for (int i = report.sites().size() - 1; i >= 0; i--) {
            points.append(point(i, report.sites().get(i).low(), low));
        }
        out.append("<polygon class=\"band\" points=\"").append(points).append("\"/>\n");
    }

    private void lines(StringBuilder out, double low) {
        int key = LEFT;
        for (Curve curve : curves()) {
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < report.sites().size(); i++) {
                double value = curve.value.applyAsDouble(report.sites().get(i));
                points.append(Double.isNaN(value) ? "" : point(i, value, low));
            }
            if (!points.isEmpty()) {
                int y = HEIGHT + BOTTOM - 8;
                out.append(Drawing.format("<polyline class=\"%s\" points=\"%s\"/>\n", curve.kind, points));
                out.append(Drawing.format("<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">%s</text>\n",
                        curve.kind, key, key + 16, y - 4, y - 4, key + 22, y, curve.name));
                key += KEY + LETTER * curve.name.length();
            }
        }
    }

    private String point(int i, double value, double low) {
        return Drawing.format("%.1f,%.1f ", x(i), y(Math.max(low, value), low));
    }

    private double x(int i) {
        int count = report.sites().size();
        return count == 1 ? (LEFT + WIDTH) / 2.0 : LEFT + 10 + (double) i * (WIDTH - LEFT - 30) / (count - 1);
    }

    private static double y(double value, double low) {
        return TOP + (HEIGHT - TOP) * (1 - (value - low) / (1 - low));
    }
}
