package org.latent4j.model.format;

import java.util.List;
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

    /** A truth value, if it is there. */
    Optional<Boolean> flag(Setting setting);

    /** For each layer whether it has a sliding window, if that is listed. */
    Optional<List<Boolean>> windowed();

    /** For each layer whether it is turned by position, if that is listed. */
    Optional<List<Boolean>> turned();

    /**
     * How positions are turned.
     *
     * @param headWidth the most values that are turned
     * @param windowed whether in layers with a window
     */
    RotarySettings rotary(int headWidth, boolean windowed);

    /** What a query times a key is multiplied with, if it is no matter of the head's width. */
    OptionalDouble attentionScale();

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

    /** A positive number, if it is there. */
    default Optional<Float> positive(Setting setting) {
        OptionalDouble value = number(setting);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        float single = (float) value.getAsDouble();
        if (!(single > 0) || !Float.isFinite(single)) {
            throw broken(setting, "is %s, a positive number is needed", value.getAsDouble());
        }
        return Optional.of(single);
    }
}
