package org.latent4j.model.format;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.latent4j.kernel.Activation;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;

/**
 * One row of the table of {@link Architectures}: everything that a file doesn't say itself.
 *
 * @param name how Latent4j calls it
 * @param gguf its {@code general.architecture}, if GGUF has one for it
 * @param huggingFace its {@code model_type}s
 * @param norm the kind of its norms
 * @param activation the MLP's, where the configuration doesn't say it
 * @param ggufPairing which values of a head make a pair in GGUF; in Hugging Face's layout it is always the halves
 * @param traits what is so or isn't
 * @param layers which layers have windows, which aren't turned
 * @param names Hugging Face's names of the tensors
 * @param defaults what transformers takes for numbers that {@code config.json} leaves out
 * @param fixed what in {@code config.json} changes the computation and must be as here if it is there
 * @param keys the one key that transformers heeds in {@code config.json} where a setting has several; empty where it heeds none
 */
record Architecture(
        String name,
        Optional<String> gguf,
        List<String> huggingFace,
        Norm.Kind norm,
        Activation activation,
        Pairing ggufPairing,
        Set<Trait> traits,
        LayerPattern layers,
        TensorNames names,
        Map<Setting, Number> defaults,
        Map<String, Object> fixed,
        Map<Setting, String> keys) {

    /** An architecture that heeds whichever key of a setting there is. */
    Architecture(
            String name,
            Optional<String> gguf,
            List<String> huggingFace,
            Norm.Kind norm,
            Activation activation,
            Pairing ggufPairing,
            Set<Trait> traits,
            LayerPattern layers,
            TensorNames names,
            Map<Setting, Number> defaults,
            Map<String, Object> fixed) {
        this(name, gguf, huggingFace, norm, activation, ggufPairing, traits, layers, names, defaults, fixed, Map.of());
    }

    /** What is so for an architecture or isn't. */
    enum Trait {
        /** Positions are rotary; else they are learned. */
        ROTARY,
        /** Where an odd number of a head's values is to be turned, one more is. */
        TURNS_WHOLE_PAIRS,
        /** The MLP has a gate. */
        GATED,
        /** Every projection and norm must have a bias; else those have one whose bias is in the file. */
        BIASED,
        /** Query, key and value must have a bias. */
        QUERY_KEY_VALUE_BIASED,
        /** The head is the tokens', where the configuration doesn't say it. */
        TIED,
        /** Attention and MLP run in parallel, where the configuration doesn't say it. */
        PARALLEL,
        /** Attention and MLP read the same norm of the stream. */
        ONE_NORM,
        /** An encoder: a position sees both sides, and there is no head. */
        ENCODER,
        /** A token's vector is multiplied with the root of the width. */
        SCALED_EMBEDDING,
        /** Logits are divided by their scale. */
        LOGITS_DIVIDED,
        /** Block 0 has no norm before attention: the embedding's stands there. */
        NORMED_EMBEDDING,
        /** Layers with a window aren't scaled where the others are. */
        WINDOWS_UNSCALED,
        /** Hugging Face's projections are written {@code [inputs, outputs]} (its Conv1D). */
        TRANSPOSED,
        /** Hugging Face's norms are written with one subtracted. */
        NORMS_LESS_ONE,
        /** Hugging Face's query, key and value in one are written head by head. */
        HEAD_BY_HEAD,
        /** Hugging Face's table of positions begins behind the padding token's number. */
        POSITIONS_BEHIND_PADDING
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }
}
