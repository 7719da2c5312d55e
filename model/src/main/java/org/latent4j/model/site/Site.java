package org.latent4j.model.site;

import java.util.Locale;

/**
 * A named place in the forward pass: {@code resid_post.12}, {@code head_out.3.7}, {@code logits}.
 *
 * @param kind which quantity
 * @param layer the block it belongs to, from 0; -1 for sites that exist once
 * @param head one head of {@code head_out}, from 0; -1 for all of them
 */
public record Site(Kind kind, int layer, int head) implements Comparable<Site> {
    /** The quantities that can be read, in the order in which the forward pass computes them. */
    public enum Kind {
        /** What enters block 0, {@code [positions, width]}. */
        EMBED(false),
        /** The residual stream before a block, {@code [positions, width]}. */
        RESID_PRE(true),
        /** The softmax weights, {@code [heads, positions, positions]}, zero where masked. */
        ATTN_PATTERN(true),
        /** The heads side by side, before the output projection, {@code [positions, heads * head_width]}. */
        HEAD_OUT(true),
        /** What attention adds to the stream, {@code [positions, width]}. */
        ATTN_OUT(true),
        /** The stream between attention and MLP, {@code [positions, width]}. */
        RESID_MID(true),
        /** What enters the down projection, {@code [positions, intermediate]}. */
        MLP_ACT(true),
        /** What the MLP adds to the stream, {@code [positions, width]}. */
        MLP_OUT(true),
        /** The residual stream after a block, {@code [positions, width]}. */
        RESID_POST(true),
        /** After the last norm, {@code [positions, width]}. */
        FINAL_NORM(false),
        /** After the head, {@code [positions, vocabulary]}. */
        LOGITS(false);

        private final boolean byLayer;

        Kind(boolean byLayer) {
            this.byLayer = byLayer;
        }

        /** Whether every block has one. */
        public boolean byLayer() {
            return byLayer;
        }

        /** The name users write: {@code resid_post}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A site that exists once. */
    public static Site of(Kind kind) {
        return new Site(kind, -1, -1);
    }

    /** A site of a block. */
    public static Site of(Kind kind, int layer) {
        return new Site(kind, layer, -1);
    }

    /** Layer by layer, within a layer in the order of computation. */
    @Override
    public int compareTo(Site that) {
        int byStage = Integer.compare(stage(), that.stage());
        int byKind = byStage != 0 ? byStage : kind.compareTo(that.kind);
        return byKind != 0 ? byKind : Integer.compare(head, that.head);
    }

    private int stage() {
        return kind.byLayer() ? layer : kind == Kind.EMBED ? -1 : Integer.MAX_VALUE;
    }

    /** The name users write: {@code head_out.3.7}. */
    @Override
    public String toString() {
        return kind.label() + (layer < 0 ? "" : "." + layer) + (head < 0 ? "" : "." + head);
    }
}
