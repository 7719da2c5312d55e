package org.latent4j.model.format;

import java.util.List;

/**
 * What a model's configuration says, with the names for it: GGUF's key behind {@code general.architecture} and a dot,
 * and the keys that models use in {@code config.json}; of several the first that is there counts. Empty where a format
 * never says it.
 */
enum Setting {
    /** The number of blocks. */
    LAYERS("block_count", "num_hidden_layers n_layer"),
    /** The width of the stream. */
    WIDTH("embedding_length", "hidden_size n_embd"),
    /** Query heads. */
    HEADS("attention.head_count", "num_attention_heads n_head"),
    /** Key and value heads. */
    KEY_VALUE_HEADS("attention.head_count_kv", "num_key_value_heads"),
    /** The width of a head. */
    HEAD_WIDTH("attention.key_length", "head_dim"),
    /** The width of a head's values, which must be the same. */
    VALUE_WIDTH("attention.value_length", ""),
    /** The width inside the MLP. */
    INTERMEDIATE("feed_forward_length", "intermediate_size n_inner"),
    /** The most positions. */
    CONTEXT("context_length", "max_position_embeddings n_positions"),
    /** The number of tokens. */
    VOCABULARY("", "vocab_size"),
    /** The norms' epsilon. */
    NORM_EPSILON("attention.layer_norm_rms_epsilon attention.layer_norm_epsilon",
            "rms_norm_eps layer_norm_epsilon layer_norm_eps norm_eps"),
    /** The non-linearity inside the MLP. */
    ACTIVATION("hidden_activation", "hidden_activation hidden_act activation_function"),
    /** The sliding window of the layers that have one. */
    WINDOW("attention.sliding_window", "sliding_window"),
    /** The window of an encoder, both sides together. */
    WINDOW_OF_BOTH_SIDES("attention.sliding_window", "local_attention"),
    /** Of how many layers one has no window. */
    WINDOW_PERIOD("attention.sliding_window_pattern", "sliding_window_pattern _sliding_window_pattern global_attn_every_n_layers"),
    /** The first layer with a window, where only the upper ones have one. */
    WINDOW_FROM("", "max_window_layers"),
    /** Whether there are windows at all. */
    WINDOW_USED("", "use_sliding_window"),
    /** Of how many layers one isn't turned by position. */
    UNTURNED_PERIOD("", "no_rope_layer_interval"),
    /** What rotary frequencies are powers of. */
    ROTARY_BASE("rope.freq_base", "rope_theta rotary_emb_base global_rope_theta"),
    /** The same for layers with a window, where it is another. */
    LOCAL_ROTARY_BASE("rope.freq_base_swa", "rope_local_base_freq local_rope_theta"),
    /** The share of a head that is turned. */
    ROTARY_SHARE("", "partial_rotary_factor rotary_pct"),
    /** The context of the first training. */
    FIRST_CONTEXT("rope.scaling.original_context_length", "original_max_position_embeddings"),
    /** The square of what queries are divided by; the head's width where it isn't said. */
    QUERY_SCALAR("", "query_pre_attn_scalar"),
    /** What a query times a key is multiplied with, where it is said so. */
    ATTENTION_SCALE("attention.scale", "attention_multiplier"),
    /** What a token's vector is multiplied with. */
    EMBEDDING_SCALE("embedding_scale", "embedding_multiplier"),
    /** What is added to the stream is multiplied with it before. */
    RESIDUAL_SCALE("residual_scale", "residual_multiplier"),
    /** What logits are multiplied with, or divided by. */
    LOGIT_SCALE("logit_scale", "logit_scale logits_scaling"),
    /** What scores of attention are kept below. */
    ATTENTION_CAP("attn_logit_softcapping", "attn_logit_softcapping"),
    /** What logits are kept below. */
    LOGIT_CAP("final_logit_softcapping", "final_logit_softcapping"),
    /** Whether attention and MLP run beside each other. */
    PARALLEL("use_parallel_residual", "use_parallel_residual"),
    /** The token whose row in the table of positions is the last before position 0. */
    PADDING("", "pad_token_id"),
    /** Whether positions behind the own are masked. */
    CAUSAL("attention.causal", ""),
    /** The number of experts, where the MLP is a mixture. */
    EXPERTS("expert_count", "num_local_experts num_experts");

    private final List<String> gguf;
    private final List<String> huggingFace;

    Setting(String gguf, String huggingFace) {
        this.gguf = words(gguf);
        this.huggingFace = words(huggingFace);
    }

    private static List<String> words(String names) {
        return names.isEmpty() ? List.of() : List.of(names.split(" ", -1));
    }

    List<String> gguf() {
        return gguf;
    }

    List<String> huggingFace() {
        return huggingFace;
    }
}
