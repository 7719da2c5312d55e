package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.latent4j.insight.direction.Direction;
import org.latent4j.insight.direction.HeadReading;
import org.latent4j.insight.direction.SiteReport;
import org.latent4j.model.Model;
import org.latent4j.model.site.Site;

/**
 * A direction and what is known of it, for people and for programs.
 *
 * @param site the site that figures of one site are told of
 * @param similar cosines with the library's directions there, by name
 */
record DirectionFigures(Direction direction, List<SiteReport> reports, Site site, Map<String, Double> similar, HeadReading head) {
    private static final int TOKENS = 10;
    private static final double WEAK = 0.75;

    static DirectionFigures of(Direction direction, List<SiteReport> reports, Model model) {
        Site site = direction.bestSite();
        Map<String, Double> similar = new TreeMap<>();
        for (Direction other : DirectionFiles.made(model)) {
            boolean itself = other.name().equals(direction.name()) && other.method().equals(direction.method());
            if (!itself && other.vectors().containsKey(site) && other.at(site).length == direction.at(site).length) {
                similar.put(other.name(), cosine(direction.unitAt(site), other.unitAt(site)));
            }
        }
        return new DirectionFigures(direction, reports, site, similar, HeadReading.of(model, direction.at(site), TOKENS));
    }

    private static double cosine(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    String told() {
        StringBuilder out = new StringBuilder();
        String texts = direction.notes().getOrDefault("texts", "");
        out.append("%s: %s%s%n".formatted(PlainLine.of(direction.name()), direction.method(), texts.isEmpty() ? "" : ", " + texts));
        if (!reports.isEmpty()) {
            out.append("%n%-16s %10s  %-13s %9s   %-21s%n".formatted("site", "separation", "interval", "agreement", "shuffled labels"));
        }
        for (SiteReport r : reports) {
            out.append("%-16s %10s  %-13s %9s   %s, %s%s%n".formatted(r.site(), Decimals.fixed(r.separation(), 3),
                    Decimals.fixed(r.low(), 3) + "–" + Decimals.fixed(r.high(), 3), Decimals.fixed(r.agreement(), 3),
                    Decimals.fixed(r.shuffledSeparation(), 3), Decimals.fixed(r.shuffledAgreement(), 3),
                    r.site().equals(site) ? "   best" : ""));
        }
        out.append("%nat %s%n".formatted(site));
        if (!head.promoted().isEmpty()) {
            out.append("  promotes %s%n  demotes  %s%n".formatted(tokens(head.promoted()), tokens(head.demoted())));
        }
        if (!similar.isEmpty()) {
            StringBuilder line = new StringBuilder();
            similar.entrySet().stream().sorted(Comparator.comparingDouble(e -> -Math.abs(e.getValue()))).limit(6)
                    .forEach(e -> line.append("  ").append(e.getKey()).append(' ').append(Decimals.fixed(e.getValue(), 2)));
            out.append("  similar to").append(line).append('\n');
        }
        reports.stream().filter(r -> r.site().equals(site)).findFirst().ifPresent(r -> out.append(verdict(r)));
        return out.toString();
    }

    /** Whether it is a direction of its texts or of chance. */
    static String verdict(SiteReport r) {
        if (!separates(r)) {
            return "it doesn't work: on texts that it wasn't found from it is hardly better than chance (%s, interval %s to %s, shuffled labels %s)\n"
                    .formatted(Decimals.fixed(r.separation(), 2), Decimals.fixed(r.low(), 2), Decimals.fixed(r.high(), 2),
                            Decimals.fixed(r.shuffledSeparation(), 2));
        }
        if (!stable(r)) {
            return "it separates texts that it wasn't found from, but other texts would give another direction: two halves agree by %s only\n"
                    .formatted(Decimals.fixed(r.agreement(), 2));
        }
        return r.separation() < WEAK
                ? "it separates texts that it wasn't found from, but weakly: %s, where 0.5 is chance\n"
                        .formatted(Decimals.fixed(r.separation(), 2))
                : "it separates texts that it wasn't found from\n";
    }

    /** Whether it separates, and two halves of the texts give it. */
    static boolean works(SiteReport r) {
        return separates(r) && stable(r);
    }

    private static boolean separates(SiteReport r) {
        return r.low() > 0.5 && r.separation() > r.shuffledSeparation() + 0.1;
    }

    private static boolean stable(SiteReport r) {
        return Double.isNaN(r.agreement()) || r.agreement() > Math.max(0.2, r.shuffledAgreement());
    }

    private static String tokens(List<String> tokens) {
        return String.join(" ", tokens.stream().map(TokenText::visible).toList());
    }

    String json(String file) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("name", direction.name());
            json.writeStringField("method", direction.method());
            json.writeStringField("unit", direction.unit().label());
            json.writeStringField("file", file);
            json.writeStringField("best", site.toString());
            json.writeArrayFieldStart("sites");
            for (Site each : direction.vectors().keySet()) {
                site(json, each);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("similar");
            for (Map.Entry<String, Double> entry : similar.entrySet()) {
                ProbeFigures.number(json, entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeFieldName("promoted");
            json.writeArray(head.promoted().toArray(String[]::new), 0, head.promoted().size());
            json.writeFieldName("demoted");
            json.writeArray(head.demoted().toArray(String[]::new), 0, head.demoted().size());
            json.writeObjectFieldStart("notes");
            for (Map.Entry<String, String> entry : direction.notes().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            if (direction.fingerprint().isPresent()) {
                json.writeObjectFieldStart("fingerprint");
                for (Map.Entry<String, String> entry : direction.fingerprint().get().asMetadata().entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory doesn't fail so", e);
        }
        return text.toString();
    }

    private void site(JsonGenerator json, Site each) throws IOException {
        json.writeStartObject();
        json.writeStringField("site", each.toString());
        double sum = 0;
        for (float value : direction.at(each)) {
            sum += (double) value * value;
        }
        ProbeFigures.number(json, "norm", Math.sqrt(sum));
        ProbeFigures.number(json, "typical_norm", direction.typicalNorms().getOrDefault(each, Double.NaN));
        for (SiteReport r : reports) {
            if (r.site().equals(each)) {
                ProbeFigures.number(json, "separation", r.separation());
                ProbeFigures.number(json, "low", r.low());
                ProbeFigures.number(json, "high", r.high());
                ProbeFigures.number(json, "agreement", r.agreement());
                ProbeFigures.number(json, "shuffled_separation", r.shuffledSeparation());
                ProbeFigures.number(json, "shuffled_agreement", r.shuffledAgreement());
            }
        }
        json.writeEndObject();
    }
}
