package org.latent4j.insight.probe;

import org.latent4j.model.site.Site;

/**
 * What a probe reads at a site, on rows that it wasn't fitted on, beside its controls. Of numbers, {@code accuracy} is the share of
 * their variance that is explained (R squared), and {@code macroF1} is NaN.
 *
 * @param accuracy the share of rows that it gets right
 * @param low of the interval that holds 95 percent of bootstrap samples of groups (sentences)
 * @param high of the same
 * @param macroF1 the mean over classes of the harmonic mean of precision and recall
 * @param control the accuracy of the same kind of probe for random labels, one a word type (Hewitt and Liang 2019)
 * @param selectivity {@code accuracy - control}
 * @param shuffled the accuracy when fitted to the same labels in a random order
 * @param random the accuracy on states of the same architecture with random weights; NaN if that wasn't asked for
 */
public record SiteScore(
        Site site, double accuracy, double low, double high, double macroF1, double control, double selectivity, double shuffled,
        double random) {
    /** The same beside what random weights reach. */
    SiteScore withRandom(double accuracyThere) {
        return new SiteScore(site, accuracy, low, high, macroF1, control, selectivity, shuffled, accuracyThere);
    }
}
