package org.latent4j.model.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Broken;
import org.latent4j.files.Json;
import org.latent4j.kernel.LatentException;

/**
 * A configuration in {@code config.json}, as transformers 4 and 5 write it. What isn't mentioned is what transformers
 * takes then; {@code null} is nothing.
 */
record HuggingFaceSettings(Json config, Architecture architecture) implements Settings {
    @Override
    public OptionalLong integer(Setting setting) {
        String key = key(setting);
        Number standard = standard(setting, key);
        return standard == null ? config.integer(key) : OptionalLong.of(standard.longValue());
    }

    @Override
    public OptionalDouble number(Setting setting) {
        String key = key(setting);
        Number standard = standard(setting, key);
        return standard == null ? config.number(key) : OptionalDouble.of(standard.doubleValue());
    }

    private @Nullable Number standard(Setting setting, String key) {
        return config.mentions(key) ? null : architecture.defaults().get(setting);
    }

    @Override
    public Optional<String> text(Setting setting) {
        return config.text(key(setting));
    }

    @Override
    public Optional<Boolean> flag(Setting setting) {
        return config.flag(key(setting));
    }

    /** The key of a setting: the only one that the architecture heeds, else the first that has a value, else the first that is mentioned, else the first of all. */
    private String key(Setting setting) {
        String only = architecture.keys().get(setting);
        if (only != null) {
            return only;
        }
        for (String key : setting.huggingFace()) {
            if (config.has(key)) {
                return key;
            }
        }
        for (String key : setting.huggingFace()) {
            if (config.mentions(key)) {
                return key;
            }
        }
        return setting.huggingFace().isEmpty() ? "" : setting.huggingFace().getFirst();
    }

    @Override
    public Optional<List<Boolean>> windowed() {
        return config.texts("layer_types").map(kinds -> {
            List<Boolean> windowed = new ArrayList<>();
            for (String kind : kinds) {
                windowed.add(switch (kind) {
                    case "sliding_attention" -> true;
                    case "full_attention" -> false;
                    default ->
                        throw broken(
                                "'layer_types' holds '%s', which isn't supported; supported are full_attention and"
                                        + " sliding_attention",
                                kind);
                });
            }
            return windowed;
        });
    }

    @Override
    public Optional<List<Boolean>> turned() {
        return config.numbers("no_rope_layers").map(list -> list.stream().map(number -> number != 0).toList());
    }

    @Override
    public OptionalDouble attentionScale() {
        Optional<Float> scale = positive(Setting.ATTENTION_SCALE);
        if (scale.isPresent()) {
            return OptionalDouble.of(scale.get());
        }
        Optional<Float> scalar = positive(Setting.QUERY_SCALAR);
        return scalar.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(1 / Math.sqrt(scalar.get()));
    }

    @Override
    public RotarySettings rotary(int headWidth, boolean windowed) {
        return new HuggingFaceRotary(this).settings(headWidth, windowed);
    }

    LatentException broken(String what, Object... values) {
        return Broken.file(config.file(), what, values);
    }

    @Override
    public LatentException broken(Setting setting, String what, Object... values) {
        return broken("'%s' %s", key(setting), String.format(Locale.ROOT, what, values));
    }
}
