package org.latent4j.model.format;

import static org.latent4j.model.format.Role.ATTENTION_NORM;
import static org.latent4j.model.format.Role.ATTENTION_OUTPUT;
import static org.latent4j.model.format.Role.DOWN;
import static org.latent4j.model.format.Role.FINAL_NORM;
import static org.latent4j.model.format.Role.GATE;
import static org.latent4j.model.format.Role.HEAD;
import static org.latent4j.model.format.Role.KEY;
import static org.latent4j.model.format.Role.MLP_NORM;
import static org.latent4j.model.format.Role.POSITIONS;
import static org.latent4j.model.format.Role.QUERY;
import static org.latent4j.model.format.Role.QUERY_KEY_VALUE;
import static org.latent4j.model.format.Role.TOKENS;
import static org.latent4j.model.format.Role.UP;
import static org.latent4j.model.format.Role.VALUE;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.latent4j.kernel.Activation;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.PositionEncoding.Pairing;

/**
 * One row of the table of architectures: everything that a file doesn't say itself. A new architecture is a new row in
 * {@link #ALL}, with its {@link TensorNames}, and {@link Setting}s where it calls them otherwise.
 *
 * @param name how Latent4j calls it
 * @param gguf its {@code general.architecture}, if GGUF has one for it
 * @param huggingFace its {@code model_type}
 * @param norm the kind of its norms
 * @param rotary whether positions are rotary; else they are learned
 * @param ggufPairing which values of a head make a pair in GGUF; in Hugging Face's layout it is always the halves
 * @param gated whether the MLP has a gate
 * @param activation the MLP's, where the configuration doesn't say it
 * @param epsilon the norms', where the configuration doesn't say it
 * @param windowed whether Hugging Face's {@code sliding_window} applies
 * @param biased whether every projection must have a bias; else those have one whose bias is in the file
 * @param tied whether the head is the tokens', where the configuration doesn't say it
 * @param transposed whether Hugging Face's projections are written {@code [inputs, outputs]} (its Conv1D)
 * @param names Hugging Face's names of the tensors
 * @param fixed truth values in {@code config.json} that change the computation and must be as here if they are there
 */
record Architecture(
        String name,
        Optional<String> gguf,
        String huggingFace,
        Norm.Kind norm,
        boolean rotary,
        Pairing ggufPairing,
        boolean gated,
        Activation activation,
        double epsilon,
        boolean windowed,
        boolean biased,
        boolean tied,
        boolean transposed,
        TensorNames names,
        Map<String, Boolean> fixed) {

    private static final TensorNames LLAMA_NAMES = TensorNames.of(
            "model.",
            "layers.*.",
            Map.ofEntries(
                    Map.entry(TOKENS, "embed_tokens"),
                    Map.entry(FINAL_NORM, "norm"),
                    Map.entry(HEAD, "lm_head"),
                    Map.entry(ATTENTION_NORM, "layers.*.input_layernorm"),
                    Map.entry(QUERY, "layers.*.self_attn.q_proj"),
                    Map.entry(KEY, "layers.*.self_attn.k_proj"),
                    Map.entry(VALUE, "layers.*.self_attn.v_proj"),
                    Map.entry(ATTENTION_OUTPUT, "layers.*.self_attn.o_proj"),
                    Map.entry(MLP_NORM, "layers.*.post_attention_layernorm"),
                    Map.entry(GATE, "layers.*.mlp.gate_proj"),
                    Map.entry(UP, "layers.*.mlp.up_proj"),
                    Map.entry(DOWN, "layers.*.mlp.down_proj")),
            ".rotary_emb.inv_freq");

    private static final TensorNames GPT2_NAMES = TensorNames.of(
            "transformer.",
            "h.*.",
            Map.ofEntries(
                    Map.entry(TOKENS, "wte"),
                    Map.entry(POSITIONS, "wpe"),
                    Map.entry(FINAL_NORM, "ln_f"),
                    Map.entry(HEAD, "lm_head"),
                    Map.entry(ATTENTION_NORM, "h.*.ln_1"),
                    Map.entry(QUERY_KEY_VALUE, "h.*.attn.c_attn"),
                    Map.entry(ATTENTION_OUTPUT, "h.*.attn.c_proj"),
                    Map.entry(MLP_NORM, "h.*.ln_2"),
                    Map.entry(UP, "h.*.mlp.c_fc"),
                    Map.entry(DOWN, "h.*.mlp.c_proj")),
            ".attn.bias",
            ".attn.masked_bias");

    /** Llama 1 to 3.3 and SmolLM2, and in GGUF Mistral too. */
    private static final Architecture LLAMA = new Architecture(
            "llama",
            Optional.of("llama"),
            "llama",
            Norm.Kind.RMS,
            true,
            Pairing.NEIGHBOURS,
            true,
            Activation.SILU,
            1e-6,
            false,
            false,
            false,
            false,
            LLAMA_NAMES,
            Map.of());

    private static final Architecture MISTRAL = new Architecture(
            "mistral",
            Optional.empty(),
            "mistral",
            Norm.Kind.RMS,
            true,
            Pairing.NEIGHBOURS,
            true,
            Activation.SILU,
            1e-6,
            true,
            false,
            false,
            false,
            LLAMA_NAMES,
            Map.of());

    private static final Architecture GPT2 = new Architecture(
            "gpt2",
            Optional.of("gpt2"),
            "gpt2",
            Norm.Kind.LAYER,
            false,
            Pairing.HALVES,
            false,
            Activation.GELU_TANH,
            1e-5,
            false,
            true,
            true,
            true,
            GPT2_NAMES,
            Map.of("scale_attn_weights", true, "scale_attn_by_inverse_layer_idx", false, "add_cross_attention", false));

    static final List<Architecture> ALL = List.of(LLAMA, MISTRAL, GPT2);

    /** The architecture of a {@code general.architecture}. */
    static Architecture ofGguf(String name, Path file) {
        return find(name, architecture -> architecture.gguf, file);
    }

    /** The architecture of a {@code model_type}. */
    static Architecture ofHuggingFace(String type, Path file) {
        return find(type, architecture -> Optional.of(architecture.huggingFace), file);
    }

    private static Architecture find(String name, Function<Architecture, Optional<String>> known, Path file) {
        for (Architecture architecture : ALL) {
            if (known.apply(architecture).equals(Optional.of(name))) {
                return architecture;
            }
        }
        String supported = ALL.stream().flatMap(a -> known.apply(a).stream()).collect(Collectors.joining(", "));
        throw Broken.file(file, "has the architecture '%s', which isn't supported; supported are %s", name, supported);
    }
}
