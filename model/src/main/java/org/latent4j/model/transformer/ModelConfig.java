package org.latent4j.model.transformer;

import java.util.Optional;
import org.latent4j.kernel.Activation;

/**
 * Every way in which one transformer differs from another. The forward pass reads this record and has no
 * other knowledge of architectures: a new one is a new way to fill it in (see ARCHITECTURE.md).
 *
 * @param architecture the family's name as GGUF and Hugging Face write it: {@code llama}, {@code gpt2}
 * @param layers the number of blocks
 * @param width the width of the residual stream
 * @param heads the number of query heads
 * @param keyValueHeads the number of key and value heads, a divisor of {@code heads}
 * @param headWidth the width of one head
 * @param intermediate the width inside the MLP
 * @param vocabulary the number of rows of the output head
 * @param context the most positions the model was made for
 * @param norm the normalisation, before attention, before the MLP and at the end
 * @param position how positions enter
 * @param mlp the kind of MLP
 * @param attentionScale what a query times a key is multiplied with before the softmax
 * @param attentionWindow the sliding window: a position sees itself and the {@code attentionWindow - 1} before it; empty: all
 * before it
 */
public record ModelConfig(
        String architecture,
        int layers,
        int width,
        int heads,
        int keyValueHeads,
        int headWidth,
        int intermediate,
        int vocabulary,
        int context,
        Norm norm,
        PositionEncoding position,
        Mlp mlp,
        float attentionScale,
        Optional<Integer> attentionWindow) {

    /** A normalisation over the width: root mean square alone, or with the mean subtracted. */
    public record Norm(Kind kind, float epsilon) {
        /** Which statistics are used. */
        public enum Kind {
            /** {@code x / sqrt(mean(x^2) + epsilon) * scale} (Zhang and Sennrich 2019). */
            RMS,
            /** {@code (x - mean) / sqrt(variance + epsilon) * scale + shift} (Ba et al. 2016). */
            LAYER
        }
    }

    /** How a position's number enters the computation. */
    public sealed interface PositionEncoding {
        /** A learned vector for each position, added to the embedding (GPT-2). */
        record Learned() implements PositionEncoding {}

        /**
         * Rotary positions (Su et al. 2021): pair i of each query and key head is turned by {@code position *
         * frequencies[i]} radians.
         *
         * @param frequencies radians a position, one for each pair that is turned, scaling already applied; {@code 2 *
         *     frequencies.length} values of each head are turned, the rest is left alone
         * @param pairing which values make a pair
         * @param magnitude what cosine and sine are multiplied with; 1 except for YaRN and longrope
         */
        record Rotary(float[] frequencies, Pairing pairing, float magnitude) implements PositionEncoding {}

        /** Which values of a head make a pair. */
        enum Pairing {
            /** Value i and value i + half: Hugging Face's layout. */
            HALVES,
            /** Value 2i and value 2i + 1: the layout of the paper and of GGUF's {@code llama}. */
            NEIGHBOURS
        }
    }

    /**
     * What the MLP computes between its projections.
     *
     * @param gated whether a second projection is multiplied with the activated one (Shazeer 2020)
     * @param activation the non-linearity
     */
    public record Mlp(boolean gated, Activation activation) {}
}
