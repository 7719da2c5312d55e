package org.latent4j.model.format;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.kernel.Activation;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Attention;
import org.latent4j.model.transformer.ModelConfig.Embedding;
import org.latent4j.model.transformer.ModelConfig.Head;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Mlp;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;
import org.latent4j.model.transformer.ModelConfig.Stretch;

/**
 * Fills a {@link ModelConfig} from an architecture's row of the table and what the file says. Every size is bounded.
 */
final class ConfigReader {
    private static final int MOST_LAYERS = 10_000;
    private static final int MOST_WIDTH = 1 << 20;
    private static final int MOST_HEADS = 1 << 14;
    private static final int MOST_HEAD_WIDTH = 1 << 14;
    private static final int MOST_INTERMEDIATE = 1 << 24;
    private static final int MOST_CONTEXT = 1 << 30;

    private final Architecture architecture;
    private final Settings settings;

    ConfigReader(Architecture architecture, Settings settings) {
        this.architecture = architecture;
        this.settings = settings;
    }

    /** The configuration of a model with so many tokens, whose pairs lie so in each head. */
    ModelConfig read(int vocabulary, Pairing pairing) {
        refuseExperts();
        int layers = settings.requiredSize(Setting.LAYERS, MOST_LAYERS);
        int width = settings.requiredSize(Setting.WIDTH, MOST_WIDTH);
        int heads = settings.requiredSize(Setting.HEADS, MOST_HEADS);
        int headWidth = headWidth(width, heads);
        OptionalInt firstPosition = firstPosition();
        List<LayerKind> kinds = new LayerKinds(architecture, settings).read(layers, headWidth, pairing);
        return new ModelConfig(
                architecture.name(),
                width,
                heads,
                keyValueHeads(heads),
                headWidth,
                intermediate(width),
                vocabulary,
                context(firstPosition, kinds),
                new Norm(architecture.norm(), epsilon()),
                new Embedding(embeddingScale(width), firstPosition),
                attention(headWidth),
                new Mlp(architecture.is(Trait.GATED), activation()),
                settings.flag(Setting.PARALLEL).orElse(architecture.is(Trait.PARALLEL)),
                settings.positive(Setting.RESIDUAL_SCALE).orElse(1f),
                kinds,
                new Head(logitScale(), settings.positive(Setting.LOGIT_CAP)));
    }

    private OptionalInt firstPosition() {
        if (architecture.is(Trait.ROTARY)) {
            return OptionalInt.empty();
        }
        long padding = settings.integer(Setting.PADDING).orElse(0);
        if (padding < 0 || padding > MOST_CONTEXT) {
            throw settings.broken(Setting.PADDING, "is %d, 0 to %d is allowed", padding, MOST_CONTEXT);
        }
        boolean behind = architecture.is(Trait.POSITIONS_BEHIND_PADDING);
        return OptionalInt.of(behind ? (int) padding + 1 : 0);
    }

    private int context(OptionalInt firstPosition, List<LayerKind> kinds) {
        int context = settings.requiredSize(Setting.CONTEXT, MOST_CONTEXT) - firstPosition.orElse(0);
        if (context < 1) {
            throw settings.broken(Setting.CONTEXT, "leaves no position behind the padding token's number");
        }
        // where the base grows with the text, the configuration gives the context of the first training
        return kinds.getFirst().rotary().flatMap(Rotary::stretch).orElse(null) instanceof Stretch.Growing(_, float factor, _)
                ? (int) Math.min(MOST_CONTEXT, context * (double) factor)
                : context;
    }

    private float logitScale() {
        float scale = settings.positive(Setting.LOGIT_SCALE).orElse(1f);
        return architecture.is(Trait.LOGITS_DIVIDED) ? 1 / scale : scale;
    }

    private float embeddingScale(int width) {
        float standard = architecture.is(Trait.SCALED_EMBEDDING) ? (float) Math.sqrt(width) : 1;
        return settings.positive(Setting.EMBEDDING_SCALE).orElse(standard);
    }

    private Attention attention(int headWidth) {
        boolean causal = !architecture.is(Trait.ENCODER);
        settings.flag(Setting.CAUSAL).ifPresent(said -> {
            if (said != causal) {
                throw settings.broken(Setting.CAUSAL, "is %s, only %s is supported for %s", said, causal, architecture.name());
            }
        });
        double scale = settings.attentionScale().orElse(1 / Math.sqrt(headWidth));
        return new Attention((float) scale, settings.positive(Setting.ATTENTION_CAP), causal);
    }

    private void refuseExperts() {
        long experts = settings.integer(Setting.EXPERTS).orElse(0);
        if (experts > 0) {
            throw settings.broken(Setting.EXPERTS, "is %d: mixtures of experts aren't supported", experts);
        }
    }

    private int headWidth(int width, int heads) {
        Optional<Integer> headWidth = settings.size(Setting.HEAD_WIDTH, MOST_HEAD_WIDTH);
        if (headWidth.isEmpty() && width % heads != 0) {
            throw settings.broken(Setting.HEADS, "is %d, which doesn't divide the width %d", heads, width);
        }
        int result = headWidth.orElse(width / heads);
        settings.size(Setting.VALUE_WIDTH, MOST_HEAD_WIDTH).ifPresent(valueWidth -> {
            if (valueWidth != result) {
                throw settings.broken(
                        Setting.VALUE_WIDTH, "is %d, only the same as the keys' %d is supported", valueWidth, result);
            }
        });
        return result;
    }

    private int keyValueHeads(int heads) {
        int keyValueHeads = settings.size(Setting.KEY_VALUE_HEADS, MOST_HEADS).orElse(heads);
        if (heads % keyValueHeads != 0) {
            throw settings.broken(
                    Setting.KEY_VALUE_HEADS, "is %d, a divisor of the %d heads is needed", keyValueHeads, heads);
        }
        return keyValueHeads;
    }

    /** GPT-2 leaves it out where it is four times the width; a gated MLP has no usual size. */
    private int intermediate(int width) {
        return architecture.is(Trait.GATED)
                ? settings.requiredSize(Setting.INTERMEDIATE, MOST_INTERMEDIATE)
                : settings.size(Setting.INTERMEDIATE, MOST_INTERMEDIATE).orElse(4 * width);
    }

    private float epsilon() {
        double epsilon = settings.number(Setting.NORM_EPSILON)
                .orElse(architecture.defaults().getOrDefault(Setting.NORM_EPSILON, 1e-5).doubleValue());
        if (!(epsilon >= 0) || epsilon > 1) {
            throw settings.broken(Setting.NORM_EPSILON, "is %s, a number from 0 to 1 is needed", epsilon);
        }
        return (float) epsilon;
    }

    private Activation activation() {
        Optional<String> name = settings.text(Setting.ACTIVATION);
        return name.isEmpty()
                ? architecture.activation()
                : switch (name.get()) {
                    case "silu", "swish", "swiglu" -> Activation.SILU;
                    case "gelu", "gelu_python" -> Activation.GELU;
                    case "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate", "gelu_fast" ->
                        Activation.GELU_TANH;
                    case "relu" -> Activation.RELU;
                    default ->
                        throw settings.broken(
                                Setting.ACTIVATION,
                                "is '%s', which isn't supported; supported are silu, gelu, gelu_new and relu",
                                name.get());
                };
    }
}
