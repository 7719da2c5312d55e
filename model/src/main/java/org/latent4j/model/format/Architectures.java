package org.latent4j.model.format;

import static org.latent4j.kernel.Activation.GELU;
import static org.latent4j.kernel.Activation.GELU_TANH;
import static org.latent4j.kernel.Activation.SILU;
import static org.latent4j.model.format.Architecture.Trait.BIASED;
import static org.latent4j.model.format.Architecture.Trait.ENCODER;
import static org.latent4j.model.format.Architecture.Trait.GATED;
import static org.latent4j.model.format.Architecture.Trait.HEAD_BY_HEAD;
import static org.latent4j.model.format.Architecture.Trait.LOGITS_DIVIDED;
import static org.latent4j.model.format.Architecture.Trait.NORMED_EMBEDDING;
import static org.latent4j.model.format.Architecture.Trait.NORMS_LESS_ONE;
import static org.latent4j.model.format.Architecture.Trait.ONE_NORM;
import static org.latent4j.model.format.Architecture.Trait.PARALLEL;
import static org.latent4j.model.format.Architecture.Trait.POSITIONS_BEHIND_PADDING;
import static org.latent4j.model.format.Architecture.Trait.QUERY_KEY_VALUE_BIASED;
import static org.latent4j.model.format.Architecture.Trait.ROTARY;
import static org.latent4j.model.format.Architecture.Trait.SCALED_EMBEDDING;
import static org.latent4j.model.format.Architecture.Trait.TIED;
import static org.latent4j.model.format.Architecture.Trait.TRANSPOSED;
import static org.latent4j.model.format.Architecture.Trait.TURNS_WHOLE_PAIRS;
import static org.latent4j.model.format.Architecture.Trait.WINDOWS_UNSCALED;
import static org.latent4j.model.transformer.ModelConfig.Norm.Kind.LAYER;
import static org.latent4j.model.transformer.ModelConfig.Norm.Kind.RMS;
import static org.latent4j.model.transformer.ModelConfig.Rotary.Pairing.HALVES;
import static org.latent4j.model.transformer.ModelConfig.Rotary.Pairing.NEIGHBOURS;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.latent4j.files.Broken;

/**
 * The table of architectures. A new one is a new row, with its {@link TensorNames}, and {@link Setting}s where it calls
 * them otherwise.
 */
final class Architectures {
    /** Llama 1 to 3.3 and SmolLM2, and in GGUF Mistral too. */
    private static final Architecture LLAMA = new Architecture(
            "llama",
            Optional.of("llama"),
            List.of("llama"),
            RMS,
            SILU,
            NEIGHBOURS,
            Set.of(ROTARY, GATED),
            LayerPattern.ALIKE,
            TensorNames.LLAMA,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-6),
            Map.of());

    private static final Architecture MISTRAL = new Architecture(
            "mistral",
            Optional.empty(),
            List.of("mistral"),
            RMS,
            SILU,
            NEIGHBOURS,
            Set.of(ROTARY, GATED),
            LayerPattern.WINDOWS,
            TensorNames.LLAMA,
            Map.of(Setting.CONTEXT, 131_072, Setting.NORM_EPSILON, 1e-6, Setting.KEY_VALUE_HEADS, 8, Setting.WINDOW, 4096),
            Map.of());

    /** Qwen 2 and 2.5. */
    private static final Architecture QWEN2 = new Architecture(
            "qwen2",
            Optional.of("qwen2"),
            List.of("qwen2"),
            RMS,
            SILU,
            HALVES,
            Set.of(ROTARY, GATED, QUERY_KEY_VALUE_BIASED),
            LayerPattern.UPPER,
            TensorNames.LLAMA,
            Map.of(
                    Setting.CONTEXT, 32_768, Setting.NORM_EPSILON, 1e-6, Setting.KEY_VALUE_HEADS, 32, Setting.WINDOW, 4096,
                    Setting.WINDOW_FROM, 28),
            Map.of());

    private static final Architecture QWEN3 = new Architecture(
            "qwen3",
            Optional.of("qwen3"),
            List.of("qwen3"),
            RMS,
            SILU,
            HALVES,
            Set.of(ROTARY, GATED),
            LayerPattern.UPPER,
            TensorNames.QWEN3,
            Map.of(
                    Setting.CONTEXT, 32_768, Setting.NORM_EPSILON, 1e-6, Setting.KEY_VALUE_HEADS, 32, Setting.HEAD_WIDTH, 128,
                    Setting.WINDOW, 4096,
                    Setting.WINDOW_FROM, 28),
            Map.of());

    private static final Architecture GEMMA2 = new Architecture(
            "gemma2",
            Optional.of("gemma2"),
            List.of("gemma2"),
            RMS,
            GELU_TANH,
            HALVES,
            Set.of(ROTARY, GATED, TIED, SCALED_EMBEDDING, NORMS_LESS_ONE),
            LayerPattern.except(1, 2),
            TensorNames.GEMMA2,
            Map.of(
                    Setting.CONTEXT, 8192, Setting.NORM_EPSILON, 1e-6, Setting.KEY_VALUE_HEADS, 4, Setting.HEAD_WIDTH, 256,
                    Setting.QUERY_SCALAR, 256,
                    Setting.WINDOW, 4096, Setting.ATTENTION_CAP, 50, Setting.LOGIT_CAP, 30),
            Map.of("use_bidirectional_attention", false),
            Map.of(Setting.ACTIVATION, "hidden_activation"));

    /** The text models; those that see hold theirs in {@code text_config}, which names only what differs from the defaults. */
    private static final Architecture GEMMA3 = new Architecture(
            "gemma3",
            Optional.of("gemma3"),
            List.of("gemma3_text", "gemma3"),
            RMS,
            GELU_TANH,
            HALVES,
            Set.of(ROTARY, GATED, TIED, SCALED_EMBEDDING, NORMS_LESS_ONE, WINDOWS_UNSCALED),
            LayerPattern.except(5, 6),
            TensorNames.GEMMA3,
            Map.ofEntries(
                    Map.entry(Setting.VOCABULARY, 262_208),
                    Map.entry(Setting.WIDTH, 2304),
                    Map.entry(Setting.INTERMEDIATE, 9216),
                    Map.entry(Setting.LAYERS, 26),
                    Map.entry(Setting.HEADS, 8),
                    Map.entry(Setting.KEY_VALUE_HEADS, 4),
                    Map.entry(Setting.HEAD_WIDTH, 256),
                    Map.entry(Setting.CONTEXT, 131_072),
                    Map.entry(Setting.NORM_EPSILON, 1e-6),
                    Map.entry(Setting.QUERY_SCALAR, 256),
                    Map.entry(Setting.WINDOW, 4096),
                    Map.entry(Setting.ROTARY_BASE, 1_000_000),
                    Map.entry(Setting.LOCAL_ROTARY_BASE, 10_000)),
            Map.of("use_bidirectional_attention", false),
            Map.of(Setting.ACTIVATION, "hidden_activation", Setting.ATTENTION_CAP, ""));

    /** Phi 1, 1.5 and 2. */
    private static final Architecture PHI = new Architecture(
            "phi",
            Optional.of("phi2"),
            List.of("phi"),
            LAYER,
            GELU_TANH,
            HALVES,
            Set.of(ROTARY, BIASED, PARALLEL, ONE_NORM),
            LayerPattern.ALIKE,
            TensorNames.PHI,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-5, Setting.ROTARY_SHARE, 0.5),
            Map.of("qk_layernorm", false));

    /** Phi 3 to 4. */
    private static final Architecture PHI3 = new Architecture(
            "phi3",
            Optional.of("phi3"),
            List.of("phi3"),
            RMS,
            SILU,
            HALVES,
            Set.of(ROTARY, TURNS_WHOLE_PAIRS, GATED),
            LayerPattern.WINDOWS,
            TensorNames.PHI3,
            Map.of(Setting.CONTEXT, 4096, Setting.NORM_EPSILON, 1e-5, Setting.FIRST_CONTEXT, 4096, Setting.ROTARY_SHARE, 1),
            Map.of());

    /** Pythia among others. */
    private static final Architecture GPT_NEOX = new Architecture(
            "gpt_neox",
            Optional.of("gptneox"),
            List.of("gpt_neox"),
            LAYER,
            GELU,
            HALVES,
            Set.of(ROTARY, TURNS_WHOLE_PAIRS, BIASED, PARALLEL, HEAD_BY_HEAD),
            LayerPattern.ALIKE,
            TensorNames.GPT_NEOX,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-5, Setting.ROTARY_SHARE, 0.25),
            Map.of("attention_bias", true),
            Map.of(Setting.ROTARY_SHARE, "rotary_pct", Setting.ROTARY_BASE, "rotary_emb_base"));

    /** OLMo 2, and in GGUF OLMo 3 too, whose windows the file lists. */
    private static final Architecture OLMO2 = new Architecture(
            "olmo2",
            Optional.of("olmo2"),
            List.of("olmo2"),
            RMS,
            SILU,
            HALVES,
            Set.of(ROTARY, GATED, WINDOWS_UNSCALED),
            LayerPattern.ALIKE,
            TensorNames.OLMO2,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-5),
            Map.of());

    /** OLMo 2 with windows. */
    private static final Architecture OLMO3 = new Architecture(
            "olmo3",
            Optional.empty(),
            List.of("olmo3"),
            RMS,
            SILU,
            HALVES,
            Set.of(ROTARY, GATED, WINDOWS_UNSCALED),
            LayerPattern.except(3, 4),
            TensorNames.OLMO2,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-5, Setting.WINDOW, 4096, Setting.ROTARY_BASE, 500_000),
            Map.of());

    /** Granite 3: a Llama with four scales. */
    private static final Architecture GRANITE = new Architecture(
            "granite",
            Optional.of("granite"),
            List.of("granite"),
            RMS,
            SILU,
            NEIGHBOURS,
            Set.of(ROTARY, GATED, LOGITS_DIVIDED),
            LayerPattern.ALIKE,
            TensorNames.LLAMA,
            Map.of(Setting.CONTEXT, 2048, Setting.NORM_EPSILON, 1e-6, Setting.ATTENTION_SCALE, 1),
            Map.of());

    private static final Architecture SMOLLM3 = new Architecture(
            "smollm3",
            Optional.of("smollm3"),
            List.of("smollm3"),
            RMS,
            SILU,
            NEIGHBOURS,
            Set.of(ROTARY, GATED, TIED),
            LayerPattern.unturned(4),
            TensorNames.LLAMA,
            Map.of(Setting.CONTEXT, 32_768, Setting.NORM_EPSILON, 1e-6, Setting.KEY_VALUE_HEADS, 4, Setting.ROTARY_BASE, 2_000_000),
            Map.of("use_sliding_window", false));

    private static final Architecture GPT2 = new Architecture(
            "gpt2",
            Optional.of("gpt2"),
            List.of("gpt2"),
            LAYER,
            GELU_TANH,
            HALVES,
            Set.of(BIASED, TIED, TRANSPOSED),
            LayerPattern.ALIKE,
            TensorNames.GPT2,
            Map.of(Setting.CONTEXT, 1024, Setting.NORM_EPSILON, 1e-5),
            Map.of("scale_attn_weights", true, "scale_attn_by_inverse_layer_idx", false, "add_cross_attention", false));

    private static final Architecture BERT = new Architecture(
            "bert",
            Optional.of("bert"),
            List.of("bert"),
            LAYER,
            GELU,
            HALVES,
            Set.of(BIASED, ENCODER),
            LayerPattern.ALIKE,
            TensorNames.BERT,
            Map.of(Setting.CONTEXT, 512, Setting.NORM_EPSILON, 1e-12),
            Map.of("is_decoder", false, "position_embedding_type", "absolute"));

    /** RoBERTa and XLM-RoBERTa; GGUF writes them as BERT. */
    private static final Architecture ROBERTA = new Architecture(
            "roberta",
            Optional.empty(),
            List.of("roberta", "xlm-roberta", "camembert"),
            LAYER,
            GELU,
            HALVES,
            Set.of(BIASED, ENCODER, POSITIONS_BEHIND_PADDING),
            LayerPattern.ALIKE,
            TensorNames.ROBERTA,
            Map.of(Setting.CONTEXT, 512, Setting.NORM_EPSILON, 1e-12, Setting.PADDING, 1),
            Map.of("is_decoder", false, "position_embedding_type", "absolute"));

    /** A BERT whose positions count in every block, as a bias of attention's scores; transformers takes 1 for the padding whatever is said. */
    private static final Architecture MPNET = new Architecture(
            "mpnet",
            Optional.empty(),
            List.of("mpnet"),
            LAYER,
            GELU,
            HALVES,
            Set.of(BIASED, ENCODER, POSITIONS_BEHIND_PADDING),
            LayerPattern.ALIKE,
            TensorNames.MPNET,
            Map.of(Setting.NORM_EPSILON, 1e-12, Setting.PADDING, 1),
            Map.of("pad_token_id", 1L));

    private static final Architecture NOMIC_BERT = new Architecture(
            "nomic-bert",
            Optional.of("nomic-bert"),
            List.of("nomic_bert"),
            LAYER,
            SILU,
            HALVES,
            Set.of(ROTARY, GATED, ENCODER),
            LayerPattern.ALIKE,
            TensorNames.NOMIC_BERT,
            Map.of(Setting.NORM_EPSILON, 1e-12, Setting.ROTARY_BASE, 1000),
            Map.of("prenorm", false, "use_rms_norm", false, "rotary_emb_interleaved", false, "qkv_proj_bias", false, "mlp_fc1_bias",
                    false));

    private static final Architecture MODERNBERT = new Architecture(
            "modernbert",
            Optional.of("modern-bert"),
            List.of("modernbert"),
            LAYER,
            GELU,
            HALVES,
            Set.of(ROTARY, GATED, ENCODER, NORMED_EMBEDDING),
            LayerPattern.except(0, 3),
            TensorNames.MODERNBERT,
            Map.of(
                    Setting.CONTEXT, 8192, Setting.NORM_EPSILON, 1e-5, Setting.WINDOW_OF_BOTH_SIDES, 128, Setting.ROTARY_BASE, 160_000,
                    Setting.LOCAL_ROTARY_BASE, 10_000),
            Map.of());

    static final List<Architecture> ALL = List.of(
            LLAMA, MISTRAL, QWEN2, QWEN3, GEMMA2, GEMMA3, PHI, PHI3, GPT_NEOX, OLMO2, OLMO3, GRANITE, SMOLLM3, GPT2, BERT, ROBERTA, MPNET,
            NOMIC_BERT, MODERNBERT);

    private Architectures() {}

    /** The architecture of a {@code general.architecture}. */
    static Architecture ofGguf(String name, Path file) {
        return find(name, architecture -> architecture.gguf().stream().toList(), file);
    }

    /** The architecture of a {@code model_type}. */
    static Architecture ofHuggingFace(String type, Path file) {
        return find(type, Architecture::huggingFace, file);
    }

    private static Architecture find(String name, Function<Architecture, List<String>> known, Path file) {
        for (Architecture architecture : ALL) {
            if (known.apply(architecture).contains(name)) {
                return architecture;
            }
        }
        String supported = ALL.stream().flatMap(a -> known.apply(a).stream()).collect(Collectors.joining(", "));
        throw Broken.file(file, "has the architecture '%s', which isn't supported; supported are %s", name, supported);
    }
}
