package org.latent4j.model.transformer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.kernel.Activation;

/**
 * Every way in which one transformer differs from another. The forward pass reads this record and has no
 * other knowledge of architectures: a new one is a new way to fill it in (see ARCHITECTURE.md).
 *
 * @param architecture the family's name as GGUF and Hugging Face write it: {@code llama}, {@code gpt2}
 * @param width the width of the residual stream
 * @param heads the number of query heads
 * @param keyValueHeads the number of key and value heads, a divisor of {@code heads}
 * @param headWidth the width of one head
 * @param intermediate the width inside the MLP
 * @param vocabulary the number of tokens: rows of the embedding and of the output head
 * @param context the most positions the model was made for
 * @param norm the normalisation, wherever there is one
 * @param embedding how tokens enter
 * @param attention what all layers' attention has in common
 * @param mlp the kind of MLP
 * @param parallel whether attention and MLP read the same stream and are added to it together (Wang and Komatsuzaki 2021)
 * @param residualScale what attention's and the MLP's outputs are multiplied with before they are added
 * @param layerKinds what differs between layers, one entry a block
 * @param head how logits leave
 */
public record ModelConfig(
        String architecture,
        int width,
        int heads,
        int keyValueHeads,
        int headWidth,
        int intermediate,
        int vocabulary,
        int context,
        Norm norm,
        Embedding embedding,
        Attention attention,
        Mlp mlp,
        boolean parallel,
        float residualScale,
        List<LayerKind> layerKinds,
        Head head) {

    /** The number of blocks. */
    public int layers() {
        return layerKinds.size();
    }

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

    /**
     * How tokens enter.
     *
     * @param scale what a token's vector is multiplied with; 1 except for Gemma
     * @param firstPosition where positions are learned vectors, the row of position 0 (RoBERTa begins at 2)
     */
    public record Embedding(float scale, OptionalInt firstPosition) {}

    /**
     * Attention.
     *
     * @param scale what a query times a key is multiplied with before the softmax
     * @param softCap what scores are kept below, {@code cap * tanh(score / cap)} (Gemma 2)
     * @param causal whether a position sees only itself and those before it; encoders see both sides
     */
    public record Attention(float scale, Optional<Float> softCap, boolean causal) {}

    /**
     * What may differ from layer to layer.
     *
     * @param rotary how queries and keys are turned by position, if they are
     * @param window the sliding window: how many positions are seen to one side, the own included; empty: all
     */
    public record LayerKind(Optional<Rotary> rotary, Optional<Integer> window) {}

    /**
     * Rotary positions (Su et al. 2021): pair i of each query and key head is turned by {@code position * frequencies[i]}
     * radians.
     *
     * @param frequencies radians a position, one for each pair that is turned, scaling already applied; {@code 2 *
     *     frequencies.length} values of each head are turned, the rest is left alone
     * @param pairing which values make a pair
     * @param magnitude what cosine and sine are multiplied with; 1 except for YaRN and longrope
     * @param stretch what happens to texts longer than the first training's, where that depends on their length
     */
    public record Rotary(float[] frequencies, Pairing pairing, float magnitude, Optional<Stretch> stretch) {
        /** Which values of a head make a pair. */
        public enum Pairing {
            /** Value i and value i + half: Hugging Face's layout. */
            HALVES,
            /** Value 2i and value 2i + 1: the layout of the paper and of GGUF's {@code llama}. */
            NEIGHBOURS
        }

        /** The frequencies for a text of so many positions. */
        public float[] frequencies(int length) {
            return stretch.filter(s -> length > s.beyond()).map(s -> s.frequencies(frequencies, length)).orElse(frequencies);
        }

        /** Whether texts of these lengths have the same frequencies. */
        public boolean turnsAlike(int one, int other) {
            if (one == other || stretch.isEmpty()) {
                return true;
            }
            boolean stretched = one > stretch.get().beyond();
            return stretched == (other > stretch.get().beyond()) && !(stretched && stretch.get() instanceof Stretch.Growing);
        }
    }

    /** Frequencies that depend on a text's length. */
    public sealed interface Stretch {
        /** Longer texts than this have other frequencies. */
        int beyond();

        /** The frequencies of a text that is longer, from those of one that isn't. */
        float[] frequencies(float[] plain, int length);

        /** One other list for all longer texts (longrope, Ding et al. 2024). */
        record Listed(int beyond, float[] longer) implements Stretch {
            @Override
            public float[] frequencies(float[] plain, int length) {
                return longer;
            }
        }

        /**
         * The base grows with the length ("dynamic NTK"): pair i is slowed by {@code growth^(2i / (width - 2))}.
         *
         * @param width the number of values that the frequencies were made for; odd where one more is turned
         */
        record Growing(int beyond, float factor, int width) implements Stretch {
            @Override
            public float[] frequencies(float[] plain, int length) {
                double growth = (double) factor * length / beyond - (factor - 1);
                float[] grown = new float[plain.length];
                for (int i = 0; i < plain.length; i++) {
                    grown[i] = (float) (plain[i] / Math.pow(growth, 2.0 * i / (width - 2)));
                }
                return grown;
            }
        }
    }

    /**
     * What the MLP computes between its projections.
     *
     * @param gated whether a second projection is multiplied with the activated one (Shazeer 2020)
     * @param activation the non-linearity
     */
    public record Mlp(boolean gated, Activation activation) {}

    /**
     * How logits leave.
     *
     * @param scale what they are multiplied with
     * @param softCap what they are kept below, {@code cap * tanh(logit / cap)} (Gemma 2)
     */
    public record Head(float scale, Optional<Float> softCap) {}

    /** Whether texts of so many positions have their queries and keys turned alike, at every layer. */
    public boolean turnsAlike(int one, int other) {
        return layerKinds.stream().flatMap(kind -> kind.rotary().stream()).allMatch(rotary -> rotary.turnsAlike(one, other));
    }
}
