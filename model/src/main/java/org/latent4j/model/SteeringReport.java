package org.latent4j.model;

import org.latent4j.model.site.Site;

/**
 * What one intervention did at one site, as means over the positions that it acted on.
 *
 * @param step which of the steering, from 0
 * @param name what it is: {@code add 8}
 * @param positions how many states it edited
 * @param projectionBefore on the intervention's direction; NaN where it has none, and for patterns
 * @param projectionAfter the same after the edit
 * @param normBefore of the state; NaN for patterns
 * @param normAfter the same after the edit
 */
public record SteeringReport(
        int step,
        String name,
        Site site,
        long positions,
        double projectionBefore,
        double projectionAfter,
        double normBefore,
        double normAfter) {}
