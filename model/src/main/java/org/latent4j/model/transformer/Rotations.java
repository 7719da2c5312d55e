package org.latent4j.model.transformer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.latent4j.kernel.Rotation;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.ModelConfig.Stretch;

/** The tables of cosines and sines of a model's layers, made when they are first needed. */
final class Rotations {
    /** Texts of many lengths would each leave a table behind where the frequencies depend on the length. */
    private static final int MOST_KEPT = 64;

    private final Map<Key, Rotation> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Rotation> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /** Layers that are turned alike share a record; {@code stretched} tells lengths apart that aren't. */
    private record Key(Rotary rotary, int stretched) {}

    /** The rotation of a text of so many positions. */
    Rotation of(Rotary rotary, int length) {
        int stretched = stretched(rotary, length);
        Rotation rotation = kept.computeIfAbsent(
                new Key(rotary, stretched),
                _ -> new Rotation(
                        rotary.frequencies(length), rotary.pairing() == Rotary.Pairing.NEIGHBOURS, rotary.magnitude()));
        rotation.reach(length);
        return rotation;
    }

    /** The same number for lengths with the same frequencies. */
    private static int stretched(Rotary rotary, int length) {
        if (rotary.stretch().isEmpty() || length <= rotary.stretch().get().beyond()) {
            return 0;
        }
        return rotary.stretch().get() instanceof Stretch.Growing ? length : 1;
    }
}
