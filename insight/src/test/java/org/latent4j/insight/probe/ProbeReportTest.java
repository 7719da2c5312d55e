package org.latent4j.insight.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.latent4j.model.site.Site;

/** The verdict in words says no more than the figures beside it. */
class ProbeReportTest {
    private static final Site EMBED = Site.of(Site.Kind.EMBED);
    private static final Site LAYER = Site.of(Site.Kind.RESID_POST, 12);
    private static final double NONE = Double.NaN;

    private static SiteScore score(Site site, double accuracy, double low, double high, double control, double shuffled, double random) {
        return new SiteScore(site, accuracy, low, high, accuracy, control, accuracy - control, shuffled, random);
    }

    private static ProbeReport classes(double majority, int tested, SiteScore... sites) {
        return new ProbeReport(Probe.Kind.LOGISTIC, List.of("a", "b"), List.of(sites), majority, 1, 4 * tested, tested, Map.of(), Map.of(),
                List.of());
    }

    private static ProbeReport numbers(int tested, SiteScore... sites) {
        return new ProbeReport(Probe.Kind.RIDGE, List.of(), List.of(sites), 0, 1, 4 * tested, tested, Map.of(), Map.of(), List.of());
    }

    @Test
    void layersAddWhatTheEmbeddingLacks() {
        ProbeReport report = classes(0.78, 240, score(EMBED, 0.85, 0.8, 0.9, 0.95, 0.75, NONE),
                score(LAYER, 0.95, 0.92, 0.98, 0.6, 0.76, 0.8));
        assertThat(report.verdict())
                .isEqualTo(
                        "layer 12 knows (0.95 ± 0.03, control 0.60, majority 0.78); the embedding alone reaches 0.85: the layers add to it");
    }

    @Test
    void whatLiesWithinTheIntervalIsNotSure() {
        ProbeReport report = classes(0.78, 240, score(EMBED, 0.9, 0.86, 0.94, 0.6, 0.75, NONE),
                score(LAYER, 0.94, 0.89, 0.98, 0.6, 0.76, NONE));
        assertThat(report.verdict()).contains("the embedding alone reaches 0.90: that the layers add to it isn't sure");
    }

    @Test
    void withoutControlsTheMajorityAndTheEmbeddingStillCount() {
        ProbeReport better = classes(0.74, 1000, score(EMBED, 0.91, 0.86, 0.96, NONE, NONE, NONE),
                score(LAYER, 0.89, 0.83, 0.95, NONE, NONE, NONE));
        assertThat(better.verdict())
                .isEqualTo("layer 12 knows (0.89 ± 0.06, majority 0.74); so does the embedding (0.91): mostly word identity");
        assertThat(classes(0.74, 1000, score(LAYER, 0.74, 0.7, 0.78, NONE, NONE, NONE)).verdict())
                .startsWith("no sign that layer 12 knows").contains("not better than the majority");
    }

    @Test
    void fewRowsAreNamedAndGuessingIsNotKnowing() {
        assertThat(classes(0.4, 10, score(LAYER, 0.8, 0.6, 1, 0.5, 0.4, NONE)).verdict()).isEqualTo(
                "no sign that layer 12 knows (0.80 ± 0.20, control 0.50, majority 0.40): not better than guessing, 0.50, by 10 rows tested");
        assertThat(classes(0.5, 12, score(LAYER, 1, 1, 1, 0.5, 0.4, NONE)).verdict()).startsWith("layer 12 knows")
                .endsWith("; only 12 rows were tested");
    }

    @Test
    void aControlThatDoesAsWellIsTold() {
        assertThat(classes(0.5, 1000, score(LAYER, 0.9, 0.88, 0.92, 0.91, 0.5, 0.9)).verdict()).contains("random labels are learnt as well")
                .contains("random weights give 0.90: nothing that was trained is needed");
    }

    @Test
    void numbersHaveTheirWholeInterval() {
        assertThat(numbers(10, score(LAYER, 0.65, -0.06, 0.75, -0.3, -0.74, NONE)).verdict())
                .isEqualTo("no sign that layer 12 knows (R² 0.65, interval -0.06 to 0.75, shuffled -0.74): not better than their mean, "
                        + "by 10 rows tested");
    }

    /** Figures by hand: the 8 of 10 and 10 of 10 of textbooks. */
    @Test
    void wilsonsIntervalIsWideWhereRowsAreFew() {
        assertThat(Measures.wilsonLow(0.8, 10)).isCloseTo(0.4902, within(1e-4));
        assertThat(Measures.wilsonLow(1, 10)).isCloseTo(0.7225, within(1e-4));
    }
}
