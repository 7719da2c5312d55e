package org.latent4j.insight.steering;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.latent4j.kernel.LatentException;

/** What is done along a direction. */
public enum Operator {
    /** The direction is added, so many typical norms of it. */
    ADD(1),
    /** The component along it is removed. */
    ABLATE(0),
    /** The component along it is multiplied with a factor: 0.5 halves it. */
    DAMPEN(0.5),
    /** The component along it is set, to so many typical norms. */
    CLAMP(1);

    private final double usual;

    Operator(double usual) {
        this.usual = usual;
    }

    /** The strength where none is given. */
    public double usualStrength() {
        return usual;
    }

    /** Whether strengths count in typical norms. */
    public boolean countsInNorms() {
        return this == ADD || this == CLAMP;
    }

    /** The name users write: {@code dampen}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The operator of a name. */
    public static Operator named(String name) {
        return Arrays.stream(values()).filter(o -> o.label().equals(name)).findFirst()
                .orElseThrow(() -> new LatentException("there is no operator '%s'; there are %s".formatted(
                        name, Arrays.stream(values()).map(Operator::label).collect(Collectors.joining(", ")))));
    }
}
