package org.latent4j.model.format;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.latent4j.kernel.LatentException;

/** A model's configuration, whichever format it is written in. */
interface Settings {
    /** An integer, if it is there. */
    OptionalLong integer(Setting setting);

    /** A number, if it is there. */
    OptionalDouble number(Setting setting);

    /** A text, if it is there. */
    Optional<String> text(Setting setting);

    /** How positions are turned; {@code headWidth} values at most. */
    RotarySettings rotary(int headWidth);

    /** The sliding window, from 1 to {@code most}, if every layer has one. */
    Optional<Integer> window(Architecture architecture, int most);

    /** An error about a setting, by the name that it has in the file. */
    LatentException broken(Setting setting, String what, Object... values);

    /** An integer from 1 to {@code most}, if it is there. */
    default Optional<Integer> size(Setting setting, int most) {
        OptionalLong value = integer(setting);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.getAsLong() < 1 || value.getAsLong() > most) {
            throw broken(setting, "is %d, 1 to %d is allowed", value.getAsLong(), most);
        }
        return Optional.of((int) value.getAsLong());
    }

    /** An integer from 1 to {@code most} that must be there. */
    default int requiredSize(Setting setting, int most) {
        return size(setting, most).orElseThrow(() -> broken(setting, "is missing"));
    }
}
