package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeReport;
import org.latent4j.insight.probe.SiteScore;

/**
 * What a study found, for people and for programs.
 *
 * @param subject what was read off, in a few words
 * @param model the model's name
 */
record ProbeFigures(ProbeReport report, String subject, String model, long seed) {
    private static final int BAR = 30;

    /** A curve by site, the controls beside it, the verdict below. */
    String table(Terminal terminal) {
        StringBuilder out = new StringBuilder();
        boolean numbers = report.classes().isEmpty();
        out.append("%s in %s: %s, %s rows fitted, %s tested%n".formatted(PlainLine.of(subject), model, probes(),
                Amounts.count(report.trained()), Amounts.count(report.tested())));
        if (!numbers) {
            out.append("%d classes (%s), the most frequent one is right in %s%n".formatted(report.classes().size(),
                    PlainLine.of(String.join(", ", report.classes().stream().limit(8).toList()))
                            + (report.classes().size() > 8 ? ", …" : ""),
                    Decimals.fixed(report.majority(), 3)));
        }
        boolean random = report.sites().stream().anyMatch(s -> !Double.isNaN(s.random()));
        out.append("%n%-16s %-30s %8s %-13s %7s %7s %11s %8s%s%n".formatted("site", "", numbers ? "R²" : "accuracy", "interval", "macroF1",
                "control", "selectivity", "shuffled", random ? "  random weights" : ""));
        double low = Math.min(numbers ? 0 : report.majority(), report.sites().stream().mapToDouble(SiteScore::accuracy).min().orElse(0));
        double floor = Math.max(0, low - 0.1 * (1 - low));
        SiteScore best = report.best();
        for (SiteScore score : report.sites()) {
            double share = Math.clamp((score.accuracy() - floor) / (1 - floor), 0, 1);
            int full = (int) Math.round(share * BAR);
            out.append("%-16s %s%s %8s %-13s %7s %7s %11s %8s%s%s%n".formatted(score.site(), "━".repeat(full), "·".repeat(BAR - full),
                    Decimals.fixed(score.accuracy(), 3),
                    Decimals.fixed(score.low(), 3) + "–" + Decimals.fixed(score.high(), 3), Decimals.fixed(score.macroF1(), 3),
                    Decimals.fixed(score.control(), 3), Decimals.fixed(score.selectivity(), 3), Decimals.fixed(score.shuffled(), 3),
                    random ? "  " + Decimals.fixed(score.random(), 3) : "", score.site().equals(best.site()) ? "  best" : ""));
        }
        if (!report.dimensions().isEmpty()) {
            out.append("%nAt %s with so many coordinates:".formatted(best.site()));
            report.dimensions().forEach((count, accuracy) -> out.append("  %d: %s".formatted(count, Decimals.fixed(accuracy, 3))));
            out.append('\n');
        }
        if (!report.others().isEmpty()) {
            out.append("Other probes there:");
            report.others().forEach((kind, accuracy) -> out.append("  %s %s".formatted(kind, Decimals.fixed(accuracy, 3))));
            out.append('\n');
        }
        return out.append("%n%s%n".formatted(report.verdict())).toString();
    }

    /** What kind of probes, with the inverse strength of their penalty if they have one. */
    String probes() {
        return report.kind() == Probe.Kind.MEANS
                ? "nearest-mean probes"
                : "%s probes, C %s".formatted(report.kind().label(),
                        BigDecimal.valueOf(report.c()).stripTrailingZeros().toPlainString());
    }

    /** The figures as JSON, in one line. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("sites");
            for (SiteScore score : report.sites()) {
                json.writeStartObject();
                json.writeStringField("site", score.site().toString());
                number(json, "accuracy", score.accuracy());
                number(json, "low", score.low());
                number(json, "high", score.high());
                number(json, "macro_f1", score.macroF1());
                number(json, "control", score.control());
                number(json, "selectivity", score.selectivity());
                number(json, "shuffled", score.shuffled());
                if (!Double.isNaN(score.random())) {
                    number(json, "random_model", score.random());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            number(json, "majority", report.majority());
            json.writeStringField("best", report.best().site().toString());
            json.writeStringField("verdict", report.verdict());
            json.writeStringField("measure", report.classes().isEmpty() ? "r2" : "accuracy");
            json.writeStringField("model", model);
            json.writeStringField("subject", subject);
            json.writeStringField("kind", report.kind().label());
            number(json, "c", report.c());
            json.writeNumberField("train", report.trained());
            json.writeNumberField("test", report.tested());
            json.writeNumberField("seed", seed);
            json.writeFieldName("classes");
            json.writeArray(report.classes().toArray(String[]::new), 0, report.classes().size());
            json.writeObjectFieldStart("dimensions");
            for (Map.Entry<Integer, Double> entry : report.dimensions().entrySet()) {
                number(json, entry.getKey().toString(), entry.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart("others");
            for (Map.Entry<String, Double> entry : report.others().entrySet()) {
                number(json, entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeFieldName("notes");
            json.writeArray(report.notes().toArray(String[]::new), 0, report.notes().size());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }

    /** NaN isn't JSON: null. */
    static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, Math.round(value * 1e6) / 1e6);
        }
    }
}
