package org.latent4j.insight.direction;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.latent4j.kernel.LatentException;

/** How a direction is found from states of two kinds. */
public enum Method {
    /** The difference of the two means (Marks and Tegmark 2023, and long before). */
    MEANS,
    /**
     * The first principal component of the differences of pairs, as repeng computes it (after Zou et al. 2023); at the last block from
     * the states behind the final norm, as there.
     */
    PCA_DIFF,
    /** The first principal component of states less the middle of their pair, as repeng computes it. */
    PCA_CENTER,
    /** The weights of a logistic probe. */
    LOGISTIC,
    /** Linear discriminant: the difference of the means over the shrunk covariance within (Fisher 1936, Ledoit and Wolf 2004). */
    LDA;

    /** The name users write: {@code pca-diff}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The method of a name. */
    public static Method named(String name) {
        return Arrays.stream(values()).filter(m -> m.label().equals(name)).findFirst()
                .orElseThrow(() -> new LatentException("there is no method '%s'; there are %s".formatted(
                        name, Arrays.stream(values()).map(Method::label).collect(Collectors.joining(", ")))));
    }

    /** Whether it needs each state of the one kind to have a partner of the other. */
    public boolean needsPairs() {
        return this == PCA_DIFF || this == PCA_CENTER;
    }
}
