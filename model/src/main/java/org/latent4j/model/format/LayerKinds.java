package org.latent4j.model.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;

/** Reads what differs from layer to layer: as the file lists it, else by the architecture's {@link LayerPattern}. */
record LayerKinds(Architecture architecture, Settings settings) {
    private static final int MOST_WINDOW = 1 << 30;

    /** One entry a layer; layers that are turned alike share one {@link Rotary}. */
    List<LayerKind> read(int layers, int headWidth, Pairing pairing) {
        List<Boolean> windowed = settings.windowed().orElseGet(() -> windowedByPattern(layers));
        List<Boolean> turned = settings.turned().orElseGet(() -> turnedByPattern(layers));
        requireLength(windowed, layers, "'layer_types'");
        requireLength(turned, layers, "'no_rope_layers'");
        Optional<Integer> window = windowed.contains(true) ? window() : Optional.empty();
        Optional<Rotary> everywhere = rotary(headWidth, false, pairing);
        Optional<Rotary> windows = windowed.contains(true) ? rotary(headWidth, true, pairing) : everywhere;
        List<LayerKind> kinds = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            boolean narrow = windowed.get(layer);
            Optional<Rotary> rotary = narrow ? windows : everywhere;
            kinds.add(new LayerKind(turned.get(layer) ? rotary : Optional.empty(), narrow ? window : Optional.empty()));
        }
        return List.copyOf(kinds);
    }

    private void requireLength(List<Boolean> list, int layers, String what) {
        if (list.size() != layers) {
            throw settings.broken(Setting.LAYERS, "is %d, %s lists %d", layers, what, list.size());
        }
    }

    private Optional<Rotary> rotary(int headWidth, boolean windowed, Pairing pairing) {
        return architecture.is(Trait.ROTARY)
                ? Optional.of(settings.rotary(headWidth, windowed).rotary(pairing))
                : Optional.empty();
    }

    /** An encoder's is given as the width of both sides together, without the position itself. */
    private Optional<Integer> window() {
        if (architecture.is(Trait.ENCODER)) {
            return settings.size(Setting.WINDOW_OF_BOTH_SIDES, MOST_WINDOW).map(both -> both / 2 + 1);
        }
        return settings.integer(Setting.WINDOW).orElse(0) == 0 ? Optional.empty() : settings.size(Setting.WINDOW, MOST_WINDOW);
    }

    private List<Boolean> windowedByPattern(int layers) {
        LayerPattern pattern = architecture.layers();
        int period = Math.max(1, pattern.period());
        if (pattern.windows() == LayerPattern.Windows.EXCEPT) {
            period = settings.size(Setting.WINDOW_PERIOD, MOST_WINDOW).orElse(period);
        }
        // the layer without a window is the first or the last of its period
        int except = pattern.except() == 0 ? 0 : period - 1;
        long from = settings.integer(Setting.WINDOW_FROM).orElse(0);
        boolean used = settings.flag(Setting.WINDOW_USED).orElse(false);
        List<Boolean> windowed = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            windowed.add(switch (pattern.windows()) {
                case NONE -> false;
                case ALL -> true;
                case EXCEPT -> layer % period != except;
                case UPPER -> used && layer >= from;
            });
        }
        return windowed;
    }

    private List<Boolean> turnedByPattern(int layers) {
        int standard = architecture.layers().unturned();
        int period = standard == 0 ? 0 : settings.size(Setting.UNTURNED_PERIOD, MOST_WINDOW).orElse(standard);
        List<Boolean> turned = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            turned.add(period == 0 || (layer + 1) % period != 0);
        }
        return turned;
    }
}
