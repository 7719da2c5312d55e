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

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How tensors are named, without {@code .weight} and {@code .bias}; {@code *} stands for the block's number.
 *
 * @param prefix what stands before every name but the head's; a model saved without its head may lack it
 * @param block what the names of all tensors of a block begin with, behind the prefix
 * @param names the names by role
 * @param ignored ends of the names of tensors within blocks that are no weights
 */
record TensorNames(String prefix, String block, Map<Role, String> names, List<String> ignored) {
    /** GGUF's names, the same for all architectures. */
    static final TensorNames GGUF = of(
            "",
            "blk.*.",
            Map.ofEntries(
                    Map.entry(TOKENS, "token_embd"),
                    Map.entry(POSITIONS, "position_embd"),
                    Map.entry(FINAL_NORM, "output_norm"),
                    Map.entry(HEAD, "output"),
                    Map.entry(ATTENTION_NORM, "blk.*.attn_norm"),
                    Map.entry(QUERY, "blk.*.attn_q"),
                    Map.entry(KEY, "blk.*.attn_k"),
                    Map.entry(VALUE, "blk.*.attn_v"),
                    Map.entry(QUERY_KEY_VALUE, "blk.*.attn_qkv"),
                    Map.entry(ATTENTION_OUTPUT, "blk.*.attn_output"),
                    Map.entry(MLP_NORM, "blk.*.ffn_norm"),
                    Map.entry(GATE, "blk.*.ffn_gate"),
                    Map.entry(UP, "blk.*.ffn_up"),
                    Map.entry(DOWN, "blk.*.ffn_down")),
            ".attn_rot_embd");

    static TensorNames of(String prefix, String block, Map<Role, String> names, String... ignored) {
        return new TensorNames(prefix, block, names, List.of(ignored));
    }

    /** These names as a file has them, with the prefix or without it. */
    TensorNames in(Map<String, Tensor> tensors) {
        boolean bare = !tensors.containsKey(prefix + names.get(TOKENS) + ".weight")
                && tensors.containsKey(names.get(TOKENS) + ".weight");
        return bare ? new TensorNames("", block, names, ignored) : this;
    }

    /** The name of a role in a block, without its ending, or null if there is none in this architecture. */
    @Nullable
    String of(Role role, int layer) {
        String name = names.get(role);
        return name == null ? null : (role == HEAD ? "" : prefix) + name.replace("*", String.valueOf(layer));
    }

    /** Whether a tensor of this name belongs to a block, and would change what the block computes. */
    boolean belongsToBlock(String name) {
        return name.startsWith(prefix + block.substring(0, block.indexOf('*')))
                && ignored.stream().noneMatch(name::endsWith);
    }
}
