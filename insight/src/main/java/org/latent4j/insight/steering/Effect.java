package org.latent4j.insight.steering;

import java.util.List;
import java.util.Set;
import org.latent4j.insight.probe.Probe;
import org.latent4j.model.site.Site;

/** What the effect of steering is measured by. */
public sealed interface Effect {
    /** What it is called in reports. */
    String name();

    /**
     * The log-odds that a probe gives a class when the plain model reads what the steered one wrote.
     *
     * @param site where it reads; the mean of the states of the tokens written, or the last of them
     * @param label the class's number
     */
    record OfProbe(String name, Probe probe, Site site, boolean mean, int label) implements Effect {}

    /** The log-probability of the wanted tokens at the end of a prompt, less that of the others, if there are any. */
    record OfTokens(String name, List<Integer> wanted, List<Integer> others) implements Effect {}

    /** How many percent of the words written are in a list. */
    record OfWords(String name, Set<String> words) implements Effect {}

    /**
     * Where nothing else is known: how far along the direction itself the plain model's states lie when it reads what the steered one
     * wrote, in deviations of what it reads in plain texts. Controls are read along their own direction, so that each has the
     * same chance.
     */
    record OwnReading(Site site) implements Effect {
        @Override
        public String name() {
            return "own reading";
        }
    }
}
