package org.latent4j.model.format;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.RotarySettings.Scaling;

/** A configuration in GGUF's metadata, where every key begins with the architecture's name. */
record GgufSettings(Gguf gguf, String architecture) implements Settings {
    private static final String ROTARY_DIVISORS = "rope_freqs.weight";

    @Override
    public OptionalLong integer(Setting setting) {
        String key = key(setting);
        // a few converters write one number for each layer where all layers agree
        Optional<Object> value = key.isEmpty() ? Optional.empty() : gguf.value(key);
        if (value.isPresent() && value.get() instanceof List<?> list) {
            if (list.isEmpty() || list.stream().distinct().count() > 1 || !(list.getFirst() instanceof Long number)) {
                throw broken(setting, "differs from layer to layer, which isn't supported");
            }
            return OptionalLong.of(number);
        }
        return key.isEmpty() ? OptionalLong.empty() : gguf.integer(key);
    }

    @Override
    public OptionalDouble number(Setting setting) {
        String key = key(setting);
        return key.isEmpty() ? OptionalDouble.empty() : gguf.number(key);
    }

    @Override
    public Optional<String> text(Setting setting) {
        String key = key(setting);
        return key.isEmpty() ? Optional.empty() : gguf.string(key);
    }

    /** The key of a setting: the first that is there, else the first of all; empty where GGUF doesn't say it. */
    private String key(Setting setting) {
        String first = "";
        for (String name : setting.gguf()) {
            String key = architecture + "." + name;
            if (gguf.keys().contains(key)) {
                return key;
            }
            first = first.isEmpty() ? key : first;
        }
        return first;
    }

    @Override
    public RotarySettings rotary(int headWidth) {
        String rope = architecture + ".rope.";
        double base = gguf.number(rope + "freq_base").orElse(10_000);
        long width = gguf.integer(rope + "dimension_count").orElse(headWidth);
        if (!(base > 0) || !Double.isFinite(base)) {
            throw gguf.broken("metadata '%sfreq_base' is %s, a positive number is needed", rope, base);
        }
        if (width < 2 || width > headWidth || width % 2 != 0) {
            throw gguf.broken(
                    "metadata '%sdimension_count' is %d, an even number up to the head's width %d is needed",
                    rope, width, headWidth);
        }
        return new RotarySettings((float) base, (int) width, scaling(rope, (int) width));
    }

    @Override
    public Optional<Integer> window(Architecture architecture, int most) {
        return integer(Setting.WINDOW).orElse(0) == 0 ? Optional.empty() : size(Setting.WINDOW, most);
    }

    private Scaling scaling(String rope, int width) {
        Tensor tensor = gguf.tensors().get(ROTARY_DIVISORS);
        if (tensor != null) {
            return new Scaling.Divisors(divisors(tensor, width / 2));
        }
        double factor = gguf.number(rope + "scaling.factor")
                .orElse(gguf.number(rope + "scale_linear").orElse(1));
        String type = gguf.string(rope + "scaling.type").orElse("linear");
        if (type.equals("none") || type.equals("linear") && (factor == 1 || factor == 0)) {
            return new Scaling.None();
        }
        if (!type.equals("linear")) {
            throw gguf.broken(
                    "scales its rotary positions by '%s', which isn't supported; supported are none, linear "
                            + "and a tensor %s (llama3)",
                    type, ROTARY_DIVISORS);
        }
        if (!(factor > 0) || !Double.isFinite(factor)) {
            throw gguf.broken("metadata '%sscaling.factor' is %s, a positive number is needed", rope, factor);
        }
        return new Scaling.Linear((float) factor);
    }

    private static float[] divisors(Tensor tensor, int pairs) {
        float[] divisors = tensor.vector(pairs);
        for (float divisor : divisors) {
            if (!(divisor > 0) || !Float.isFinite(divisor)) {
                throw tensor.broken("holds %s, positive numbers are needed", divisor);
            }
        }
        return divisors;
    }

    @Override
    public LatentException broken(Setting setting, String what, Object... values) {
        return gguf.broken("metadata '%s' %s", key(setting), String.format(Locale.ROOT, what, values));
    }
}
