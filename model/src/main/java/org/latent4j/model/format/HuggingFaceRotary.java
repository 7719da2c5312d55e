package org.latent4j.model.format;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.latent4j.files.Json;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.format.RotarySettings.Scaling;

/**
 * Rotary positions in {@code config.json}. Transformers 5 writes {@code rope_parameters} with everything in it, by the kind
 * of layer where layers differ; transformers 4 {@code rope_theta} at the top and {@code rope_scaling} beside it, where an
 * early version called its {@code rope_type} just {@code type}.
 */
record HuggingFaceRotary(HuggingFaceSettings settings) {
    RotarySettings settings(int headWidth, boolean windowed) {
        Json config = settings.config();
        Optional<Json> found = config.object("rope_scaling").filter(object -> object.keys().iterator().hasNext())
                .or(() -> config.object("rope_parameters"));
        String kind = windowed ? "sliding_attention" : "full_attention";
        boolean byKind = found.isPresent() && (found.get().isObject("full_attention") || found.get().isObject("sliding_attention"));
        boolean meant = !windowed || !settings.architecture().is(Trait.WINDOWS_UNSCALED);
        Optional<Json> rope = byKind ? found.get().object(kind) : found.filter(_ -> meant);
        double base = base(rope, windowed);
        // what transformers doesn't ask an architecture for, it doesn't heed
        boolean shares = settings.architecture().defaults().containsKey(Setting.ROTARY_SHARE);
        double share = shares ? number(rope, Setting.ROTARY_SHARE).orElse(1) : 1;
        int width = (int) (headWidth * share);
        Scaling scaling = rope.isPresent() && width > 0 ? scaling(rope.get(), width) : new Scaling.None();
        boolean turned = width % 2 == 0 || turnsOneMore(width, headWidth, scaling);
        if (!(share > 0) || width < 1 || width > headWidth || !turned) {
            throw settings.broken(
                    "turns %s of the %d values of a head by position, an even number of them is needed", share, headWidth);
        }
        return new RotarySettings((float) base, width, scaling);
    }

    /** Transformers either turns one more, in frequencies for the odd number, or fails: by architecture and scaling. */
    private boolean turnsOneMore(int width, int headWidth, Scaling scaling) {
        boolean possible = !(scaling instanceof Scaling.Yarn || scaling instanceof Scaling.LongRope);
        return settings.architecture().is(Trait.TURNS_WHOLE_PAIRS) && width < headWidth && possible;
    }

    private double base(Optional<Json> rope, boolean windowed) {
        boolean local = windowed && settings.architecture().defaults().containsKey(Setting.LOCAL_ROTARY_BASE);
        OptionalDouble within = rope.isPresent() ? rope.get().number("rope_theta") : OptionalDouble.empty();
        double base = within.isPresent()
                ? within.getAsDouble()
                : settings.number(local ? Setting.LOCAL_ROTARY_BASE : Setting.ROTARY_BASE).orElse(10_000);
        if (!(base > 0) || !Double.isFinite(base)) {
            throw settings.broken("'rope_theta' is %s, a positive number is needed", base);
        }
        return base;
    }

    /** A number beside the others, or at the top where transformers 4 wrote it. */
    private OptionalDouble number(Optional<Json> rope, Setting setting) {
        String key = setting.huggingFace().getFirst();
        return rope.isPresent() && rope.get().has(key) ? rope.get().number(key) : settings.number(setting);
    }

    private Scaling scaling(Json rope, int width) {
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        if (settings.architecture().name().equals("phi3") && (type.equals("su") || type.equals("yarn"))) {
            type = "longrope"; // what its first configurations called it
        }
        return switch (type) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear((float) positive(rope, "factor"));
            case "dynamic" -> dynamic(rope, width);
            case "llama3" -> llama3(rope);
            case "yarn" -> yarn(rope);
            case "longrope" -> longRope(rope, width);
            default ->
                throw settings.broken(
                        "scales its rotary positions by '%s', which isn't supported; supported are default, linear, dynamic,"
                                + " llama3, yarn and longrope",
                        type);
        };
    }

    private Scaling dynamic(Json rope, int width) {
        if (width < 3) {
            throw settings.broken("scales its rotary positions by 'dynamic', which needs more than one pair in each head");
        }
        return new Scaling.Dynamic((float) positive(rope, "factor"), context());
    }

    private Scaling llama3(Json rope) {
        double low = positive(rope, "low_freq_factor");
        double high = positive(rope, "high_freq_factor");
        if (high <= low) {
            throw settings.broken("'%s' is %s, more than low_freq_factor %s is needed", rope.named("high_freq_factor"), high, low);
        }
        return new Scaling.Llama3(positive(rope, "factor"), low, high, firstContext(rope));
    }

    private Scaling yarn(Json rope) {
        int first = firstContext(rope);
        double factor = rope.has("factor") ? positive(rope, "factor") : (double) context() / first;
        double magnitude = magnitude(factor, 1);
        if (rope.has("attention_factor")) {
            magnitude = positive(rope, "attention_factor");
        } else if (rope.number("mscale").orElse(0) != 0 && rope.number("mscale_all_dim").orElse(0) != 0) {
            magnitude = magnitude(factor, positive(rope, "mscale")) / magnitude(factor, positive(rope, "mscale_all_dim"));
        }
        double fast = rope.has("beta_fast") ? positive(rope, "beta_fast") : 32;
        double slow = rope.has("beta_slow") ? positive(rope, "beta_slow") : 1;
        return new Scaling.Yarn(factor, fast, slow, first, rope.flag("truncate").orElse(true), (float) magnitude);
    }

    private static double magnitude(double factor, double share) {
        return factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
    }

    private Scaling longRope(Json rope, int width) {
        int first = firstContext(rope);
        double factor = rope.has("factor") ? positive(rope, "factor") : (double) context() / first;
        double magnitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(first));
        if (rope.has("attention_factor")) {
            magnitude = positive(rope, "attention_factor");
        }
        return new Scaling.LongRope(
                divisors(rope, "short_factor", width / 2), divisors(rope, "long_factor", width / 2), first, (float) magnitude);
    }

    private float[] divisors(Json rope, String key, int pairs) {
        List<Double> list = rope.numbers(key).orElseThrow(() -> settings.broken("'%s' is missing", rope.named(key)));
        if (list.size() != pairs) {
            throw settings.broken("'%s' has %d numbers, one for each of the %d pairs is needed", rope.named(key), list.size(), pairs);
        }
        float[] divisors = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            divisors[i] = list.get(i).floatValue();
            if (!(divisors[i] > 0) || !Float.isFinite(divisors[i])) {
                throw settings.broken("'%s' holds %s, positive numbers are needed", rope.named(key), list.get(i));
            }
        }
        return divisors;
    }

    private int context() {
        return settings.requiredSize(Setting.CONTEXT, Integer.MAX_VALUE);
    }

    /** The context of the first training: at the top, which counts first, or beside the scaling, or the context. */
    private int firstContext(Json rope) {
        String key = Setting.FIRST_CONTEXT.huggingFace().getFirst();
        OptionalLong first = settings.integer(Setting.FIRST_CONTEXT);
        long context = (first.isPresent() ? first : rope.integer(key)).orElseGet(this::context);
        if (context < 2 || context > Integer.MAX_VALUE) {
            throw settings.broken("'%s' is %d, a positive number is needed", rope.named(key), context);
        }
        return (int) context;
    }

    private double positive(Json rope, String key) {
        double value = rope.number(key).orElseThrow(() -> settings.broken("'%s' is missing", rope.named(key)));
        if (!(value > 0) || !Double.isFinite(value)) {
            throw settings.broken("'%s' is %s, a positive number is needed", rope.named(key), value);
        }
        return value;
    }
}
