package org.latent4j.insight.direction;

import java.util.List;
import org.latent4j.kernel.LatentException;

/**
 * Texts of two kinds.
 *
 * @param positive those that the direction points to
 * @param negative those that it points from
 * @param paired whether text i of the one is the partner of text i of the other
 */
public record Samples(List<String> positive, List<String> negative, boolean paired) {
    private static final int FEWEST = 2;
    private static final int MOST = 20_000;

    /** Checks that there are enough texts and none is empty. */
    public Samples {
        positive = List.copyOf(positive);
        negative = List.copyOf(negative);
        if (positive.size() < FEWEST || negative.size() < FEWEST) {
            throw new LatentException("%d positive and %d negative texts are too few to find a direction: give %d of each at least"
                    .formatted(positive.size(), negative.size(), FEWEST));
        }
        if (positive.size() > MOST || negative.size() > MOST) {
            throw new LatentException("%d positive and %d negative texts are more than the %d that are taken"
                    .formatted(positive.size(), negative.size(), MOST));
        }
        if (paired && positive.size() != negative.size()) {
            throw new LatentException("%d positive and %d negative texts don't make pairs".formatted(positive.size(), negative.size()));
        }
        for (List<String> kind : List.of(positive, negative)) {
            for (int i = 0; i < kind.size(); i++) {
                if (kind.get(i).isEmpty()) {
                    throw new LatentException(
                            "%s text %d is empty: it has no state".formatted(kind == positive ? "positive" : "negative", i + 1));
                }
            }
        }
    }
}
