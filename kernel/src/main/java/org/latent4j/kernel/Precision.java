package org.latent4j.kernel;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** How exactly products with packed weights are computed. */
public enum Precision {
    /** Activations as they are, sums in 32-bit floats: the default, and what every comparison with a reference is made with. */
    F32(EnumSet.noneOf(Packing.class)),
    /**
     * Activations are rounded to eight bits, with a scale for every 32 of them, and multiplied with the weights' integers, as
     * llama.cpp does. Faster with one row at a time, slower with many.
     */
    INT8(EnumSet.of(
            Packing.Q8_0, Packing.Q4_0, Packing.Q4_1, Packing.Q5_0, Packing.Q5_1, Packing.Q4_K, Packing.Q5_K, Packing.Q6_K));

    private final Set<Packing> rounding;

    Precision(Set<Packing> rounding) {
        this.rounding = rounding;
    }

    /**
     * The precision of a name, in whatever case.
     *
     * @throws LatentException if there is none
     */
    public static Precision named(String name) {
        return Arrays.stream(values())
                .filter(precision -> precision.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new LatentException("'%s' is no precision; give %s"
                        .formatted(name, Arrays.stream(values()).map(Precision::toString).collect(Collectors.joining(" or ")))));
    }

    /** Whether activations are rounded before they are multiplied with weights of this packing; all others are multiplied in F32. */
    public boolean rounds(Packing packing) {
        return rounding.contains(packing);
    }

    /** Its name as people write it: {@code int8}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
