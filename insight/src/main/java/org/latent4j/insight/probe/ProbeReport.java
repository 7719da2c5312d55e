package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.latent4j.model.site.Site;

/**
 * What probes found, site by site, in the order of the pass.
 *
 * @param kind of probe
 * @param classes names of the classes; empty for numbers
 * @param sites the scores
 * @param majority the share of the most frequent class of the fitted part among the tested rows; 0 for numbers
 * @param c the inverse strength of the penalty, as given or chosen by cross-validation
 * @param trained rows fitted on
 * @param tested rows tested on
 * @param dimensions at the best site the accuracy with so many of its coordinates, those with the largest weights
 * @param others at the best site the accuracy of other kinds of probes by name
 * @param notes what the user should know, a line each: rows left out and why
 */
public record ProbeReport(
        Probe.Kind kind,
        List<String> classes,
        List<SiteScore> sites,
        double majority,
        double c,
        int trained,
        int tested,
        Map<Integer, Double> dimensions,
        Map<String, Double> others,
        List<String> notes) {
    /** The same with a closer look at the best site. */
    ProbeReport with(Map<Integer, Double> dimensionsThere, Map<String, Double> othersThere) {
        return new ProbeReport(kind, classes, sites, majority, c, trained, tested, dimensionsThere, othersThere, notes);
    }

    /** The same beside what random weights reach, site by site. */
    ProbeReport withRandom(List<SiteScore> there) {
        List<SiteScore> both = new ArrayList<>();
        for (int i = 0; i < there.size(); i++) {
            both.add(sites.get(i).withRandom(there.get(i).accuracy()));
        }
        return new ProbeReport(kind, classes, both, majority, c, trained, tested, dimensions, others, notes);
    }

    /** The site with the highest accuracy, the earliest of equals, {@code embed} only if it is alone. */
    public SiteScore best() {
        Comparator<SiteScore> byAccuracy = Comparator.comparingDouble(SiteScore::accuracy);
        return sites.stream()
                .filter(s -> sites.size() == 1 || s.site().kind() != Site.Kind.EMBED)
                .reduce((a, b) -> byAccuracy.compare(b, a) > 0 ? b : a)
                .orElse(sites.getFirst());
    }

    /** What the embedding alone reaches, if it was probed. */
    public Optional<SiteScore> embedding() {
        return sites.stream().filter(s -> s.site().kind() == Site.Kind.EMBED).findFirst();
    }

    /** Whether the best site's probe is better than chance: than the majority and than shuffled labels, by its interval. */
    public boolean knows() {
        return !(best().low() <= floor() + 0.005);
    }

    /** What {@link #floor} is, in words. */
    private String chance() {
        double shuffled = best().shuffled();
        if (!(shuffled > majority)) {
            return classes.isEmpty() ? "their mean" : "the majority";
        }
        return classes.isEmpty() ? "with shuffled numbers" : String.format(Locale.ROOT, "with shuffled labels, %.2f", shuffled);
    }

    private double floor() {
        return Math.max(majority, best().shuffled());
    }

    /** The verdict in words: what is known where, and whether a control exposes it. */
    public String verdict() {
        SiteScore best = best();
        double floor = floor();
        double control = classes.isEmpty() ? best.shuffled() : best.control();
        String figures = String.format(Locale.ROOT, "%.2f ± %.2f%s%s", best.accuracy(), (best.high() - best.low()) / 2,
                Double.isNaN(control) ? "" : String.format(Locale.ROOT, ", %s %.2f", classes.isEmpty() ? "shuffled" : "control", control),
                classes.isEmpty() ? "" : String.format(Locale.ROOT, ", majority %.2f", majority));
        String where = said(best.site());
        if (!knows()) {
            return "no sign that %s knows (%s): not better than %s".formatted(where, figures, chance());
        }
        StringBuilder verdict = new StringBuilder("%s knows (%s)".formatted(where, figures));
        Optional<SiteScore> embedding = embedding();
        if (embedding.isPresent() && !embedding.get().site().equals(best.site())) {
            double gain = (best.accuracy() - floor) <= 0 ? 0 : (embedding.get().accuracy() - floor) / (best.accuracy() - floor);
            if (gain >= 0.8) {
                verdict.append(
                        String.format(Locale.ROOT, "; so does the embedding (%.2f): mostly word identity", embedding.get().accuracy()));
            } else {
                verdict.append(
                        String.format(Locale.ROOT, "; the embedding alone reaches %.2f: the layers add to it", embedding.get().accuracy()));
            }
        }
        if (!classes.isEmpty() && best.control() > best.accuracy() - 0.02) {
            verdict.append("; but random labels are learnt as well: the probe memorises, not the model knows");
        }
        if (!Double.isNaN(best.random()) && best.random() > best.accuracy() - 0.02) {
            verdict.append(String.format(Locale.ROOT, "; but random weights give %.2f: nothing that was trained is needed", best.random()));
        }
        return verdict.toString();
    }

    private static String said(Site site) {
        return switch (site.kind()) {
            case RESID_POST -> "layer " + site.layer();
            case EMBED -> "the embedding";
            default -> site.toString();
        };
    }
}
