package org.latent4j.insight.direction;

import org.latent4j.model.site.Site;

/**
 * How well a direction separates at a site, measured on texts that it wasn't found from.
 *
 * @param site the site
 * @param separation how probable it is that a positive text lies further along it than a negative one: 0.5 is chance, 1 perfect
 * @param low of the 95 percent interval, from the spread of bootstrap samples
 * @param high of the same
 * @param agreement the cosine between the directions that two halves of the data give
 * @param shuffledSeparation the separation when labels are given at random, the mean of five draws: what chance alone reaches
 * @param shuffledAgreement the mean agreement then, nearly 0 unless few texts decide
 */
public record SiteReport(
        Site site,
        double separation,
        double low,
        double high,
        double agreement,
        double shuffledSeparation,
        double shuffledAgreement) {}
