package org.latent4j.model.format;

import java.util.List;

/**
 * What a model's configuration says, with the names for it: GGUF's key behind {@code general.architecture} and a dot,
 * and the keys that models use in {@code config.json}; of several the first that is there counts. Empty where a format
 * never says it.
 */
enum Setting {
    LAYERS(List.of("block_count"), List.of("num_hidden_layers", "n_layer")), WIDTH(List.of("embedding_length"), List.of("hidden_size",
            "n_embd")), HEADS(List.of("attention.head_count"), List.of("num_attention_heads", "n_head")), KEY_VALUE_HEADS(
                    List.of("attention.head_count_kv"), List.of("num_key_value_heads")), HEAD_WIDTH(List.of("attention.key_length"),
                            List.of("head_dim")), VALUE_WIDTH(List.of("attention.value_length"), List.of()), INTERMEDIATE(
                                    List.of("feed_forward_length"), List.of("intermediate_size", "n_inner")), CONTEXT(
                                            List.of("context_length"), List.of("max_position_embeddings", "n_positions")), VOCABULARY(
                                                    List.of(), List.of("vocab_size")), NORM_EPSILON(
                                                            List.of("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"),
                                                            List.of("rms_norm_eps", "layer_norm_epsilon")), ACTIVATION(List.of(),
                                                                    List.of("hidden_act", "activation_function")), WINDOW(
                                                                            List.of("attention.sliding_window"),
                                                                            List.of("sliding_window")), EXPERTS(List.of("expert_count"),
                                                                                    List.of("num_local_experts", "num_experts"));

    private final List<String> gguf;
    private final List<String> huggingFace;

    Setting(List<String> gguf, List<String> huggingFace) {
        this.gguf = gguf;
        this.huggingFace = huggingFace;
    }

    List<String> gguf() {
        return gguf;
    }

    List<String> huggingFace() {
        return huggingFace;
    }
}
