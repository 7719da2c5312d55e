package org.latent4j.model.format;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Tensor;

/**
 * How tensors are named, without {@code .weight} and {@code .bias}; {@code *} stands for the block's number.
 *
 * @param prefixes what may stand before every name but the head's; a model saved without its head may lack it
 * @param block what the names of all tensors of a block begin with, behind the prefix
 * @param names the names by role
 * @param ignored ends of the names of tensors within blocks that are no weights
 */
record TensorNames(List<String> prefixes, String block, Map<Role, String> names, List<String> ignored) {
    /** GGUF's names, the same for all architectures. */
    static final TensorNames GGUF = of(
            "",
            "blk.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "token_embd"),
                    entry(Role.POSITIONS, "position_embd"),
                    entry(Role.SEGMENTS, "token_types"),
                    entry(Role.EMBEDDING_NORM, "token_embd_norm"),
                    entry(Role.FINAL_NORM, "output_norm"),
                    entry(Role.HEAD, "output"),
                    entry(Role.ATTENTION_NORM, "attn_norm"),
                    entry(Role.ATTENTION_OUTPUT_NORM, "post_attention_norm"),
                    entry(Role.ATTENTION_SUM_NORM, "attn_output_norm"),
                    entry(Role.QUERY, "attn_q"),
                    entry(Role.KEY, "attn_k"),
                    entry(Role.VALUE, "attn_v"),
                    entry(Role.QUERY_KEY_VALUE, "attn_qkv"),
                    entry(Role.QUERY_NORM, "attn_q_norm"),
                    entry(Role.KEY_NORM, "attn_k_norm"),
                    entry(Role.ATTENTION_OUTPUT, "attn_output"),
                    entry(Role.MLP_NORM, "ffn_norm"),
                    entry(Role.MLP_OUTPUT_NORM, "post_ffw_norm"),
                    entry(Role.MLP_SUM_NORM, "layer_output_norm"),
                    entry(Role.GATE, "ffn_gate"),
                    entry(Role.UP, "ffn_up"),
                    entry(Role.DOWN, "ffn_down")),
            ".attn_rot_embd");

    /** Llama's names, which most architectures after it share but for a few. */
    static final TensorNames LLAMA = of(
            "model.",
            "layers.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "embed_tokens"),
                    entry(Role.FINAL_NORM, "norm"),
                    entry(Role.HEAD, "lm_head"),
                    entry(Role.ATTENTION_NORM, "input_layernorm"),
                    entry(Role.QUERY, "self_attn.q_proj"),
                    entry(Role.KEY, "self_attn.k_proj"),
                    entry(Role.VALUE, "self_attn.v_proj"),
                    entry(Role.ATTENTION_OUTPUT, "self_attn.o_proj"),
                    entry(Role.MLP_NORM, "post_attention_layernorm"),
                    entry(Role.GATE, "mlp.gate_proj"),
                    entry(Role.UP, "mlp.up_proj"),
                    entry(Role.DOWN, "mlp.down_proj")),
            ".rotary_emb.inv_freq");

    static final TensorNames QWEN3 = LLAMA.with(Role.QUERY_NORM, "self_attn.q_norm").with(Role.KEY_NORM, "self_attn.k_norm");

    static final TensorNames OLMO2 = QWEN3.without(Role.ATTENTION_NORM, Role.MLP_NORM)
            .with(Role.ATTENTION_OUTPUT_NORM, "post_attention_layernorm")
            .with(Role.MLP_OUTPUT_NORM, "post_feedforward_layernorm");

    static final TensorNames GEMMA2 = LLAMA.with(Role.ATTENTION_OUTPUT_NORM, "post_attention_layernorm")
            .with(Role.MLP_NORM, "pre_feedforward_layernorm")
            .with(Role.MLP_OUTPUT_NORM, "post_feedforward_layernorm");

    /** Gemma 3's, whose text model may stand within one that sees. */
    static final TensorNames GEMMA3 = GEMMA2.with(Role.QUERY_NORM, "self_attn.q_norm")
            .with(Role.KEY_NORM, "self_attn.k_norm")
            .within("language_model.model.", "model.language_model.");

    static final TensorNames PHI3 = LLAMA.without(Role.QUERY, Role.KEY, Role.VALUE, Role.GATE)
            .with(Role.QUERY_KEY_VALUE, "self_attn.qkv_proj")
            .with(Role.UP, "mlp.gate_up_proj");

    static final TensorNames PHI = LLAMA.without(Role.GATE, Role.MLP_NORM)
            .with(Role.FINAL_NORM, "final_layernorm")
            .with(Role.ATTENTION_OUTPUT, "self_attn.dense")
            .with(Role.UP, "mlp.fc1")
            .with(Role.DOWN, "mlp.fc2");

    static final TensorNames GPT2 = of(
            "transformer.",
            "h.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "wte"),
                    entry(Role.POSITIONS, "wpe"),
                    entry(Role.FINAL_NORM, "ln_f"),
                    entry(Role.HEAD, "lm_head"),
                    entry(Role.ATTENTION_NORM, "ln_1"),
                    entry(Role.QUERY_KEY_VALUE, "attn.c_attn"),
                    entry(Role.ATTENTION_OUTPUT, "attn.c_proj"),
                    entry(Role.MLP_NORM, "ln_2"),
                    entry(Role.UP, "mlp.c_fc"),
                    entry(Role.DOWN, "mlp.c_proj")),
            ".attn.bias",
            ".attn.masked_bias");

    static final TensorNames GPT_NEOX = of(
            "gpt_neox.",
            "layers.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "embed_in"),
                    entry(Role.FINAL_NORM, "final_layer_norm"),
                    entry(Role.HEAD, "embed_out"),
                    entry(Role.ATTENTION_NORM, "input_layernorm"),
                    entry(Role.QUERY_KEY_VALUE, "attention.query_key_value"),
                    entry(Role.ATTENTION_OUTPUT, "attention.dense"),
                    entry(Role.MLP_NORM, "post_attention_layernorm"),
                    entry(Role.UP, "mlp.dense_h_to_4h"),
                    entry(Role.DOWN, "mlp.dense_4h_to_h")),
            ".attention.bias",
            ".attention.masked_bias",
            ".rotary_emb.inv_freq");

    static final TensorNames BERT = of(
            "bert.",
            "encoder.layer.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "embeddings.word_embeddings"),
                    entry(Role.POSITIONS, "embeddings.position_embeddings"),
                    entry(Role.SEGMENTS, "embeddings.token_type_embeddings"),
                    entry(Role.EMBEDDING_NORM, "embeddings.LayerNorm"),
                    entry(Role.QUERY, "attention.self.query"),
                    entry(Role.KEY, "attention.self.key"),
                    entry(Role.VALUE, "attention.self.value"),
                    entry(Role.ATTENTION_OUTPUT, "attention.output.dense"),
                    entry(Role.ATTENTION_SUM_NORM, "attention.output.LayerNorm"),
                    entry(Role.UP, "intermediate.dense"),
                    entry(Role.DOWN, "output.dense"),
                    entry(Role.MLP_SUM_NORM, "output.LayerNorm")));

    static final TensorNames MPNET = BERT.without(Role.SEGMENTS)
            .with(Role.POSITION_BIAS, "encoder.relative_attention_bias")
            .with(Role.QUERY, "attention.attn.q")
            .with(Role.KEY, "attention.attn.k")
            .with(Role.VALUE, "attention.attn.v")
            .with(Role.ATTENTION_OUTPUT, "attention.attn.o")
            .with(Role.ATTENTION_SUM_NORM, "attention.LayerNorm")
            .within("mpnet.");

    static final TensorNames NOMIC_BERT = of(
            "nomic_bert.",
            "encoder.layers.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "embeddings.word_embeddings"),
                    entry(Role.SEGMENTS, "embeddings.token_type_embeddings"),
                    entry(Role.EMBEDDING_NORM, "emb_ln"),
                    entry(Role.QUERY_KEY_VALUE, "attn.Wqkv"),
                    entry(Role.ATTENTION_OUTPUT, "attn.out_proj"),
                    entry(Role.ATTENTION_SUM_NORM, "norm1"),
                    entry(Role.UP, "mlp.fc11"),
                    entry(Role.GATE, "mlp.fc12"),
                    entry(Role.DOWN, "mlp.fc2"),
                    entry(Role.MLP_SUM_NORM, "norm2")))
            .within("bert.");

    static final TensorNames ROBERTA = BERT.within("roberta.");

    static final TensorNames MODERNBERT = of(
            "model.",
            "layers.*.",
            Map.ofEntries(
                    entry(Role.TOKENS, "embeddings.tok_embeddings"),
                    entry(Role.EMBEDDING_NORM, "embeddings.norm"),
                    entry(Role.FINAL_NORM, "final_norm"),
                    entry(Role.ATTENTION_NORM, "attn_norm"),
                    entry(Role.QUERY_KEY_VALUE, "attn.Wqkv"),
                    entry(Role.ATTENTION_OUTPUT, "attn.Wo"),
                    entry(Role.MLP_NORM, "mlp_norm"),
                    entry(Role.UP, "mlp.Wi"),
                    entry(Role.DOWN, "mlp.Wo")));

    private static TensorNames of(String prefix, String block, Map<Role, String> names, String... ignored) {
        return new TensorNames(List.of(prefix), block, names, List.of(ignored));
    }

    /** These names with another for a role. */
    private TensorNames with(Role role, String name) {
        Map<Role, String> more = new EnumMap<>(names);
        more.put(role, name);
        return new TensorNames(prefixes, block, Map.copyOf(more), ignored);
    }

    /** These names without some roles. */
    private TensorNames without(Role... roles) {
        Map<Role, String> fewer = new EnumMap<>(names);
        fewer.keySet().removeAll(List.of(roles));
        return new TensorNames(prefixes, block, Map.copyOf(fewer), ignored);
    }

    /** These names behind other prefixes too. */
    private TensorNames within(String... more) {
        List<String> all = new ArrayList<>(prefixes);
        all.addAll(List.of(more));
        return new TensorNames(List.copyOf(all), block, names, ignored);
    }

    /** These names as a file has them, with the prefix or without it. */
    TensorNames in(Map<String, Tensor> tensors) {
        List<String> candidates = new ArrayList<>(prefixes);
        candidates.add("");
        for (String prefix : candidates) {
            if (tensors.containsKey(prefix + names.get(Role.TOKENS) + ".weight")) {
                return new TensorNames(List.of(prefix), block, names, ignored);
            }
        }
        return this;
    }

    /** Whether an architecture with these names has such a tensor. */
    boolean has(Role role) {
        return names.containsKey(role);
    }

    /** The name of a role, in a block if it belongs to one, without its ending; null if there is none in this architecture. */
    @Nullable
    String of(Role role, int layer) {
        String name = names.get(role);
        if (name == null || role == Role.HEAD) {
            return name;
        }
        String where = role.compareTo(Role.HEAD) > 0 ? block.replace("*", String.valueOf(layer)) : "";
        return prefixes.getFirst() + where + name;
    }

    /** Whether a tensor of this name belongs to a block, and would change what the block computes. */
    boolean belongsToBlock(String name) {
        return name.startsWith(prefixes.getFirst() + block.substring(0, block.indexOf('*')))
                && ignored.stream().noneMatch(name::endsWith);
    }

}
