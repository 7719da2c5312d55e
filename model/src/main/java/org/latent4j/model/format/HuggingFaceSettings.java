package org.latent4j.model.format;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.RotarySettings.Scaling;

/** A configuration in {@code config.json}, as transformers 4 and 5 write it. */
record HuggingFaceSettings(Json config) implements Settings {
    @Override
    public OptionalLong integer(Setting setting) {
        return config.integer(key(setting));
    }

    @Override
    public OptionalDouble number(Setting setting) {
        return config.number(key(setting));
    }

    @Override
    public Optional<String> text(Setting setting) {
        return config.text(key(setting));
    }

    /** The key of a setting: the first that is there, else the first of all. */
    private String key(Setting setting) {
        for (String key : setting.huggingFace()) {
            if (config.has(key)) {
                return key;
            }
        }
        return setting.huggingFace().isEmpty() ? "" : setting.huggingFace().getFirst();
    }

    /**
     * Transformers 5 writes {@code rope_parameters} with everything in it, transformers 4 {@code rope_theta} at the top
     * and {@code rope_scaling} beside it, where an early version called its {@code rope_type} just {@code type}.
     */
    @Override
    public RotarySettings rotary(int headWidth) {
        Optional<Json> found = config.object("rope_scaling").or(() -> config.object("rope_parameters"));
        Json rope = found.orElse(config);
        if (found.isPresent()) {
            for (String key : rope.keys()) {
                if (rope.isObject(key)) {
                    throw broken(
                            "'%s' gives rotary positions by the kind of layer, which isn't supported", rope.named(key));
                }
            }
        }
        double base = number(rope, "rope_theta").orElse(10_000.0);
        if (!(base > 0) || !Double.isFinite(base)) {
            throw broken("'rope_theta' is %s, a positive number is needed", base);
        }
        double share = number(rope, "partial_rotary_factor").orElse(1.0);
        int width = (int) (headWidth * share);
        if (!(share > 0) || width < 2 || width > headWidth || width % 2 != 0) {
            throw broken(
                    "turns %s of the %d values of a head by position, an even number of them is needed",
                    share, headWidth);
        }
        return new RotarySettings((float) base, width, found.isPresent() ? scaling(rope) : new Scaling.None());
    }

    private Scaling scaling(Json rope) {
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        return switch (type) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear((float) positive(rope, "factor"));
            case "llama3" -> llama3(rope);
            default ->
                throw broken(
                        "scales its rotary positions by '%s', which isn't supported; supported are default, "
                                + "linear and llama3",
                        type);
        };
    }

    private Scaling llama3(Json rope) {
        double low = positive(rope, "low_freq_factor");
        double high = positive(rope, "high_freq_factor");
        if (high <= low) {
            throw broken(
                    "'%s' is %s, more than low_freq_factor %s is needed", rope.named("high_freq_factor"), high, low);
        }
        String key = "original_max_position_embeddings";
        OptionalLong context = config.has(key) ? config.integer(key) : rope.integer(key);
        long trained = context.isPresent()
                ? context.getAsLong()
                : integer(Setting.CONTEXT).orElse(0);
        if (trained < 1 || trained > Integer.MAX_VALUE) {
            throw broken("'%s' is %d, a positive number is needed", rope.named(key), trained);
        }
        return new Scaling.Llama3(positive(rope, "factor"), low, high, (int) trained);
    }

    private double positive(Json rope, String key) {
        double value = rope.number(key).orElseThrow(() -> broken("'%s' is missing", rope.named(key)));
        if (!(value > 0) || !Double.isFinite(value)) {
            throw broken("'%s' is %s, a positive number is needed", rope.named(key), value);
        }
        return value;
    }

    /** A number of the rotary positions: beside the others, or at the top where transformers 4 wrote it. */
    private Optional<Double> number(Json rope, String key) {
        OptionalDouble value = rope.has(key) ? rope.number(key) : config.number(key);
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    /** Without the key transformers takes 4096 for Mistral; {@code null} is no window. */
    @Override
    public Optional<Integer> window(Architecture architecture, int most) {
        if (!architecture.windowed()) {
            return Optional.empty();
        }
        List<String> kinds = config.texts("layer_types").orElse(List.of());
        if (kinds.stream().distinct().count() > 1) {
            throw broken(
                    "'layer_types' has layers with a window and layers without, which isn't supported for %s",
                    architecture.name());
        }
        return config.mentions("sliding_window") ? size(Setting.WINDOW, most) : Optional.of(4096);
    }

    private LatentException broken(String what, Object... values) {
        return Broken.file(config.file(), what, values);
    }

    @Override
    public LatentException broken(Setting setting, String what, Object... values) {
        return broken("'%s' %s", key(setting), String.format(Locale.ROOT, what, values));
    }
}
