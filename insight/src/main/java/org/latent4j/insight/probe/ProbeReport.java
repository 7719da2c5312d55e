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
    /** Below so many tested rows the verdict says how many there were. */
    private static final int FEW = 100;
    /** Of what is above chance: so much of it from the words alone is as much. */
    private static final double SAME = 0.8;
    /** Accuracies that differ by less are alike. */
    private static final double NEAR = 0.02;

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

    /**
     * Whether the best site's probe is better than chance: than the majority, guessing and shuffled labels, by its interval and, as
     * bootstrap samples of few rows vary too little, by Wilson's of so many rows.
     */
    public boolean knows() {
        return !(surely() <= floor() + 0.005);
    }

    private double surely() {
        return classes.isEmpty() ? best().low() : Math.min(best().low(), Measures.wilsonLow(best().accuracy(), tested));
    }

    /** What {@link #floor} is, in words. */
    private String chance() {
        if (known(best().shuffled()) > untaught()) {
            return classes.isEmpty()
                    ? "with shuffled numbers"
                    : String.format(Locale.ROOT, "with shuffled labels, %.2f", best().shuffled());
        }
        if (classes.isEmpty()) {
            return "their mean";
        }
        return majority < untaught() ? String.format(Locale.ROOT, "guessing, %.2f", untaught()) : "the majority";
    }

    /** What chance reaches. */
    private double floor() {
        return Math.max(untaught(), known(best().shuffled()));
    }

    /** What needs no states: the most frequent class, or a guess. */
    private double untaught() {
        return classes.isEmpty() ? 0 : Math.max(majority, 1.0 / classes.size());
    }

    /** A figure of a control; where the control wasn't fitted, none that anything falls short of. */
    private static double known(double figure) {
        return Double.isNaN(figure) ? Double.NEGATIVE_INFINITY : figure;
    }

    /** The verdict in words: what is known where, and whether a control exposes it. */
    public String verdict() {
        String where = said(best().site());
        if (!knows()) {
            return "no sign that %s knows (%s): not better than %s, by %d rows tested".formatted(where, figures(), chance(), tested);
        }
        return "%s knows (%s)%s%s%s%s".formatted(where, figures(), besideEmbedding(), besideControl(), besideRandomWeights(),
                tested < FEW ? "; only %d rows were tested".formatted(tested) : "");
    }

    private String figures() {
        SiteScore best = best();
        if (classes.isEmpty()) { // a share of variance may fall much further than it can rise
            return String.format(Locale.ROOT, "R² %.2f, interval %.2f to %.2f%s", best.accuracy(), best.low(), best.high(),
                    Double.isNaN(best.shuffled()) ? "" : String.format(Locale.ROOT, ", shuffled %.2f", best.shuffled()));
        }
        return String.format(Locale.ROOT, "%.2f ± %.2f%s, majority %.2f", best.accuracy(), (best.high() - best.low()) / 2,
                Double.isNaN(best.control()) ? "" : String.format(Locale.ROOT, ", control %.2f", best.control()), majority);
    }

    /** Whether the words alone give as much: four fifths of what is above chance, or all that can be told from it. */
    private String besideEmbedding() {
        SiteScore best = best();
        if (embedding().isEmpty() || best.site().kind() == Site.Kind.EMBED) {
            return "";
        }
        double words = embedding().get().accuracy();
        if (words - floor() >= SAME * (best.accuracy() - floor())) {
            return String.format(Locale.ROOT, "; so does the embedding (%.2f): mostly word identity", words);
        }
        return String.format(Locale.ROOT, "; the embedding alone reaches %.2f: %s", words, words < surely()
                ? "the layers add to it"
                : "that the layers add to it isn't sure");
    }

    private String besideControl() {
        return !classes.isEmpty() && best().control() > best().accuracy() - NEAR
                ? "; but random labels are learnt as well: the probe may remember words rather than the layer know"
                : "";
    }

    private String besideRandomWeights() {
        return best().random() > best().accuracy() - NEAR
                ? String.format(Locale.ROOT, "; but random weights give %.2f: nothing that was trained is needed", best().random())
                : "";
    }

    private static String said(Site site) {
        return switch (site.kind()) {
            case RESID_POST -> "layer " + site.layer();
            case EMBED -> "the embedding";
            default -> site.toString();
        };
    }
}
