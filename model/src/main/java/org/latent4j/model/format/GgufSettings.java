package org.latent4j.model.format;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.format.RotarySettings.Scaling;

/** A configuration in GGUF's metadata, where every key begins with the architecture's name. */
record GgufSettings(Gguf gguf, Architecture architecture) implements Settings {
    private static final String DIVISORS = "rope_freqs.weight";
    private static final String SHORT_DIVISORS = "rope_factors_short.weight";
    private static final String LONG_DIVISORS = "rope_factors_long.weight";

    /** What llama.cpp takes as transformers does where a file doesn't say it. */
    private static final Set<Setting> DEFAULTED = EnumSet.of(Setting.ATTENTION_CAP, Setting.LOGIT_CAP, Setting.LOCAL_ROTARY_BASE);

    /**
     * Gemma's models of 27 billion weights, by their number of layers: their queries are divided by the root of width / heads
     * instead of the head's width, which no key says.
     */
    private static final Map<String, Integer> WIDE_QUERIES = Map.of("gemma2", 46, "gemma3", 62);

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
        OptionalDouble said = key.isEmpty() ? OptionalDouble.empty() : gguf.number(key);
        Number standard = architecture.defaults().get(setting);
        return said.isEmpty() && standard != null && DEFAULTED.contains(setting)
                ? OptionalDouble.of(standard.doubleValue())
                : said;
    }

    @Override
    public Optional<String> text(Setting setting) {
        String key = key(setting);
        return key.isEmpty() ? Optional.empty() : gguf.string(key);
    }

    @Override
    public Optional<Boolean> flag(Setting setting) {
        String key = key(setting);
        Optional<Object> value = key.isEmpty() ? Optional.empty() : gguf.value(key);
        return value.map(found -> {
            if (!(found instanceof Boolean flag)) {
                throw broken(setting, "is %s, true or false is needed", found);
            }
            return flag;
        });
    }

    /** The key of a setting: the first that is there, else the first of all; empty where GGUF doesn't say it. */
    private String key(Setting setting) {
        String first = "";
        for (String name : setting.gguf()) {
            String key = prefix() + name;
            if (gguf.keys().contains(key)) {
                return key;
            }
            first = first.isEmpty() ? key : first;
        }
        return first;
    }

    private String prefix() {
        return architecture.gguf().orElseThrow() + ".";
    }

    @Override
    public Optional<List<Boolean>> windowed() {
        Optional<Object> pattern = gguf.value(key(Setting.WINDOW_PERIOD));
        return pattern.isPresent() && pattern.get() instanceof List<?> list && list.stream().allMatch(Boolean.class::isInstance)
                ? Optional.of(list.stream().map(Boolean.class::cast).toList())
                : Optional.empty();
    }

    @Override
    public Optional<List<Boolean>> turned() {
        return Optional.empty();
    }

    @Override
    public OptionalDouble attentionScale() {
        Optional<Float> scale = positive(Setting.ATTENTION_SCALE);
        if (scale.isPresent()) {
            return OptionalDouble.of(scale.get());
        }
        long layers = integer(Setting.LAYERS).orElse(0);
        if (layers != WIDE_QUERIES.getOrDefault(architecture.name(), -1)) {
            return OptionalDouble.empty();
        }
        double width = integer(Setting.WIDTH).orElse(0);
        return OptionalDouble.of(1 / Math.sqrt(width / integer(Setting.HEADS).orElse(1)));
    }

    @Override
    public RotarySettings rotary(int headWidth, boolean windowed) {
        String rope = prefix() + "rope.";
        boolean local = windowed && architecture.defaults().containsKey(Setting.LOCAL_ROTARY_BASE);
        Setting base = local ? Setting.LOCAL_ROTARY_BASE : Setting.ROTARY_BASE;
        long width = gguf.integer(rope + "dimension_count").orElse(headWidth);
        if (width < 2 || width > headWidth || width % 2 != 0) {
            throw gguf.broken(
                    "metadata '%sdimension_count' is %d, an even number up to the head's width %d is needed", rope, width, headWidth);
        }
        boolean scaled = !windowed || !architecture.is(Trait.WINDOWS_UNSCALED);
        return new RotarySettings(
                positive(base).orElse(10_000f), (int) width, scaled ? scaling(rope, (int) width) : new Scaling.None());
    }

    private Scaling scaling(String rope, int width) {
        Tensor shorter = gguf.tensors().get(SHORT_DIVISORS);
        Tensor longer = gguf.tensors().get(LONG_DIVISORS);
        if (shorter != null && longer != null) {
            float magnitude = (float) positiveNumber(rope + "scaling.attn_factor", 1);
            return new Scaling.LongRope(divisors(shorter, width / 2), divisors(longer, width / 2), firstContext(), magnitude);
        }
        Tensor divisors = gguf.tensors().get(DIVISORS);
        if (divisors != null) {
            return new Scaling.Divisors(divisors(divisors, width / 2));
        }
        double linear = gguf.number(rope + "scale_linear").orElse(1);
        double said = gguf.number(rope + "scaling.factor").orElse(linear);
        double factor = said == 0 ? 1 : said; // zero is how converters write that there is none
        if (!(factor > 0) || !Double.isFinite(factor)) {
            throw gguf.broken("metadata '%sscaling.factor' is %s, a positive number is needed", rope, factor);
        }
        String type = gguf.string(rope + "scaling.type").orElse("linear");
        return switch (type) {
            case "none" -> new Scaling.None();
            case "linear" -> factor == 1 ? new Scaling.None() : new Scaling.Linear((float) factor);
            case "yarn" -> yarn(rope, factor);
            default ->
                throw gguf.broken(
                        "scales its rotary positions by '%s', which isn't supported; supported are none, linear, yarn and"
                                + " tensors of divisors (llama3, longrope)",
                        type);
        };
    }

    private Scaling yarn(String rope, double factor) {
        double growth = factor <= 1 ? 0 : 0.1 * Math.log(factor);
        double share = gguf.number(rope + "scaling.yarn_log_multiplier").orElse(0); // transformers' mscale_all_dim, beside an mscale of 1
        double standard = share == 0 ? 1 + growth : (1 + growth) / (1 + share * growth);
        // transformers' attention_factor, which counts alone; the other is llama.cpp's own, which multiplies
        double magnitude = positiveNumber(rope + "scaling.yarn_attn_factor", standard) * positiveNumber(rope + "scaling.attn_factor", 1);
        double fast = positiveNumber(rope + "scaling.yarn_beta_fast", 32);
        double slow = positiveNumber(rope + "scaling.yarn_beta_slow", 1);
        return new Scaling.Yarn(factor, fast, slow, firstContext(), true, (float) magnitude);
    }

    private double positiveNumber(String key, double otherwise) {
        double value = gguf.number(key).orElse(otherwise);
        if (!(value > 0) || !Double.isFinite(value)) {
            throw gguf.broken("metadata '%s' is %s, a positive number is needed", key, value);
        }
        return value;
    }

    private int firstContext() {
        return size(Setting.FIRST_CONTEXT, Integer.MAX_VALUE).orElseGet(() -> requiredSize(Setting.CONTEXT, Integer.MAX_VALUE));
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
