package org.latent4j.model.transformer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.PackedMatrix;

/**
 * The weights of a transformer by their role, still packed. What an architecture doesn't have is null.
 *
 * @param tokens one row a token, {@code [vocabulary, width]}
 * @param positions one row a position, {@code [context, width]}, where positions are learned
 * @param blocks the blocks, first to last
 * @param finalNorm the norm before the head
 * @param head the output head, {@code [vocabulary, width]}; where it is tied, the same as {@code tokens}
 */
public record TransformerWeights(
        PackedMatrix tokens,
        @Nullable PackedMatrix positions,
        List<Block> blocks,
        NormWeights finalNorm,
        Linear head) {

    /** The weights of one block. {@code gate} is null where the MLP has none. */
    public record Block(
            NormWeights attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            NormWeights mlpNorm,
            @Nullable Linear gate,
            Linear up,
            Linear down) {}

    /** {@code y = W x + bias}: a weight {@code [outputs, inputs]}, and a bias {@code [outputs]} or none. */
    public record Linear(PackedMatrix weight, float @Nullable [] bias) {}

    /** A norm's scale {@code [width]}, and its shift or none. */
    public record NormWeights(float[] scale, float @Nullable [] shift) {}
}
