package org.latent4j.model.transformer;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.PositionBias;

/**
 * The weights of a transformer by their role, still packed. What an architecture doesn't have is null.
 *
 * @param tokens one row a token, {@code [vocabulary, width]}
 * @param positions one row a position, {@code [context, width]}, where positions are learned
 * @param segments one row a segment of the text, {@code [segments, width]}, where there are such (BERT); a text is segment 0
 * @param positionBias what attention adds to its scores by distance, the same in all blocks, where there is such (MPNet)
 * @param embeddingNorm the norm of what enters block 0
 * @param blocks the blocks, first to last
 * @param finalNorm the norm behind the last block
 * @param head the output head, {@code [vocabulary, width]}; where it is tied, the same as {@code tokens}; encoders have none
 */
public record TransformerWeights(
        PackedMatrix tokens,
        @Nullable PackedMatrix positions,
        @Nullable PackedMatrix segments,
        @Nullable PositionBias positionBias,
        @Nullable NormWeights embeddingNorm,
        List<Block> blocks,
        @Nullable NormWeights finalNorm,
        @Nullable Linear head) {

    /**
     * The weights of one block. {@code queryNorm} and {@code keyNorm} are as long as a head (Qwen 3) or as all heads (OLMo
     * 2); {@code gate} is null where the MLP has none.
     */
    public record Block(
            BranchNorms attentionNorms,
            Linear query,
            Linear key,
            Linear value,
            @Nullable NormWeights queryNorm,
            @Nullable NormWeights keyNorm,
            Linear output,
            BranchNorms mlpNorms,
            @Nullable Linear gate,
            Linear up,
            Linear down) {
        /** What states are multiplied with, in that order. */
        public List<Linear> linears() {
            return Stream.of(query, key, value, output, gate, up, down).filter(Objects::nonNull).toList();
        }
    }

    /**
     * Where norms stand around attention or MLP.
     *
     * @param input of what it reads from the stream; all but OLMo 2 and BERT
     * @param output of what it adds to the stream, before that (Gemma, OLMo 2)
     * @param sum of the stream, after that (BERT)
     */
    public record BranchNorms(@Nullable NormWeights input, @Nullable NormWeights output, @Nullable NormWeights sum) {}

    /** {@code y = W x + bias}: a weight {@code [outputs, inputs]}, and a bias {@code [outputs]} or none. */
    public record Linear(PackedMatrix weight, float @Nullable [] bias) {}

    /** A norm's scale {@code [width]}, and its shift or none. */
    public record NormWeights(float[] scale, float @Nullable [] shift) {}
}
