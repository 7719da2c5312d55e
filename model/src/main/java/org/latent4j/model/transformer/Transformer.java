package org.latent4j.model.transformer;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.Operations.AttentionShape;
import org.latent4j.kernel.Rotation;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.PositionEncoding;
import org.latent4j.model.transformer.TransformerWeights.Block;
import org.latent4j.model.transformer.TransformerWeights.Linear;
import org.latent4j.model.transformer.TransformerWeights.NormWeights;

/**
 * The forward pass of every architecture, written once: what varies stands in {@link ModelConfig}, what a model doesn't
 * have is null in {@link TransformerWeights}.
 *
 * <p>Sequences are packed end to end. A sequence's states depend on its tokens alone, bit for bit: not on the other
 * sequences, not on the number of threads, not on what is visited. Not safe for use from several threads at once.
 */
public final class Transformer {
    private final ModelConfig config;
    private final TransformerWeights weights;
    private final Operations operations;
    private final Rotation rotation;
    private final AttentionShape attention;

    /** A transformer that computes with the given operations. */
    public Transformer(ModelConfig config, TransformerWeights weights, Operations operations) {
        this.config = config;
        this.weights = weights;
        this.operations = operations;
        this.rotation = switch (config.position()) {
            case PositionEncoding.Learned() -> new Rotation(new float[0], false, 1);
            case PositionEncoding.Rotary(float[] frequencies, PositionEncoding.Pairing pairing, float magnitude) ->
                new Rotation(frequencies, pairing == PositionEncoding.Pairing.NEIGHBOURS, magnitude);
        };
        this.attention = new AttentionShape(
                config.heads(),
                config.keyValueHeads(),
                config.headWidth(),
                config.attentionScale(),
                config.attentionWindow().orElse(Integer.MAX_VALUE));
    }

    /** Runs the batch as far as the visitor wants to see. Blocks above the last visited site aren't computed. */
    public void run(Batch batch, SiteVisitor visitor) {
        Matrix stream = embed(batch, visitor); // [rows, width]
        int blocks = blocksNeeded(visitor);
        rotation.reach(batch.longest());
        Scratch scratch = new Scratch(batch.rows(), config);
        for (int layer = 0; layer < blocks; layer++) {
            block(layer, batch, stream, scratch, visitor);
        }
        if (visitor.visits(Kind.FINAL_NORM, -1) || visitor.visits(Kind.LOGITS, -1)) {
            end(stream, visitor);
        }
    }

    private Matrix embed(Batch batch, SiteVisitor visitor) {
        Matrix stream = Matrix.zeros(batch.rows(), config.width());
        operations.gather(weights.tokens(), batch.ids(), stream);
        if (weights.positions() != null) {
            Matrix places = Matrix.zeros(batch.rows(), config.width());
            operations.gather(weights.positions(), batch.positions(), places);
            operations.add(stream, places);
        }
        visit(visitor, Kind.EMBED, -1, stream);
        return stream;
    }

    private void block(int layer, Batch batch, Matrix stream, Scratch s, SiteVisitor visitor) {
        Block w = weights.blocks().get(layer);
        visit(visitor, Kind.RESID_PRE, layer, stream);
        if (nothingMore(layer, visitor)) {
            return;
        }

        norm(stream, w.attentionNorm(), s.normed); // [rows, width]
        linear(s.normed, w.query(), s.query); // [rows, heads * headWidth]
        linear(s.normed, w.key(), s.key); // [rows, keyValueHeads * headWidth]
        linear(s.normed, w.value(), s.value); // [rows, keyValueHeads * headWidth]
        if (config.position() instanceof PositionEncoding.Rotary) {
            operations.rotate(s.query, config.headWidth(), batch.positions(), rotation);
            operations.rotate(s.key, config.headWidth(), batch.positions(), rotation);
        }
        operations.attend(s.query, s.key, s.value, attention, batch.starts(), sequence -> visitor.pattern(layer, sequence), s.heads);
        visit(visitor, Kind.ATTN_PATTERN, layer, s.heads);
        visit(visitor, Kind.HEAD_OUT, layer, s.heads);
        linear(s.heads, w.output(), s.added); // [rows, width]
        visit(visitor, Kind.ATTN_OUT, layer, s.added);
        operations.add(stream, s.added);
        visit(visitor, Kind.RESID_MID, layer, stream);

        norm(stream, w.mlpNorm(), s.normed); // [rows, width]
        mlp(layer, w, s, visitor); // [rows, width]
        visit(visitor, Kind.MLP_OUT, layer, s.added);
        operations.add(stream, s.added);
        visit(visitor, Kind.RESID_POST, layer, stream);
    }

    private void mlp(int layer, Block w, Scratch s, SiteVisitor visitor) {
        if (config.mlp().gated()) {
            linear(s.normed, requireNonNull(w.gate()), s.inner); // [rows, intermediate]
            linear(s.normed, w.up(), s.up); // [rows, intermediate]
            operations.activateGated(config.mlp().activation(), s.inner, s.up);
        } else {
            linear(s.normed, w.up(), s.inner); // [rows, intermediate]
            operations.activate(config.mlp().activation(), s.inner);
        }
        visit(visitor, Kind.MLP_ACT, layer, s.inner);
        linear(s.inner, w.down(), s.added); // [rows, width]
    }

    private void end(Matrix stream, SiteVisitor visitor) {
        int[] rows = visitor.endRows();
        Matrix last = Matrix.zeros(rows.length, config.width());
        operations.select(stream, rows, last);
        norm(last, weights.finalNorm(), last);
        visit(visitor, Kind.FINAL_NORM, -1, last);
        if (visitor.visits(Kind.LOGITS, -1)) {
            Matrix logits = Matrix.zeros(rows.length, config.vocabulary());
            linear(last, weights.head(), logits);
            visit(visitor, Kind.LOGITS, -1, logits);
        }
    }

    /**
     * What the head would say of states of the residual stream: the final norm, then the head.
     *
     * @param states {@code [rows, width]}
     * @param logits {@code [rows, vocabulary]}
     */
    public void read(Matrix states, Matrix logits) {
        Matrix normed = Matrix.zeros(states.rows(), config.width());
        norm(states, weights.finalNorm(), normed);
        linear(normed, weights.head(), logits);
    }

    private void norm(Matrix x, NormWeights w, Matrix out) {
        Norm norm = config.norm();
        switch (norm.kind()) {
            case RMS -> operations.rmsNorm(x, w.scale(), norm.epsilon(), out);
            case LAYER -> operations.layerNorm(x, w.scale(), orEmpty(w.shift()), norm.epsilon(), out);
        }
    }

    private void linear(Matrix x, Linear w, Matrix out) {
        operations.linear(x, w.weight(), orEmpty(w.bias()), out);
    }

    private static float[] orEmpty(float @Nullable [] values) {
        return values == null ? new float[0] : values;
    }

    private static void visit(SiteVisitor visitor, Kind kind, int layer, Matrix states) {
        if (visitor.visits(kind, layer)) {
            visitor.visit(kind, layer, states);
        }
    }

    /** One more than the highest block whose sites are wanted; all of them where the end is. */
    private int blocksNeeded(SiteVisitor visitor) {
        if (visitor.visits(Kind.FINAL_NORM, -1) || visitor.visits(Kind.LOGITS, -1)) {
            return config.layers();
        }
        for (int layer = config.layers() - 1; layer >= 0; layer--) {
            for (Kind kind : Kind.values()) {
                if (kind.byLayer() && visitor.visits(kind, layer)) {
                    return layer + 1;
                }
            }
        }
        return 0;
    }

    /** Whether nobody wants to see anything behind the beginning of this block. */
    private boolean nothingMore(int layer, SiteVisitor visitor) {
        if (layer + 1 < blocksNeeded(visitor) || visitor.visits(Kind.FINAL_NORM, -1) || visitor.visits(Kind.LOGITS, -1)) {
            return false;
        }
        for (Kind kind : Kind.values()) {
            if (kind.byLayer() && kind != Kind.RESID_PRE && visitor.visits(kind, layer)) {
                return false;
            }
        }
        return true;
    }

    /** What a block writes to and the next block writes over. */
    private static final class Scratch {
        final Matrix normed;
        final Matrix query;
        final Matrix key;
        final Matrix value;
        final Matrix heads;
        final Matrix added;
        final Matrix inner;
        final Matrix up;

        Scratch(int rows, ModelConfig config) {
            int keyValueWidth = config.keyValueHeads() * config.headWidth();
            normed = Matrix.zeros(rows, config.width());
            query = Matrix.zeros(rows, config.heads() * config.headWidth());
            key = Matrix.zeros(rows, keyValueWidth);
            value = Matrix.zeros(rows, keyValueWidth);
            heads = Matrix.zeros(rows, config.heads() * config.headWidth());
            added = Matrix.zeros(rows, config.width());
            inner = Matrix.zeros(rows, config.intermediate());
            up = Matrix.zeros(config.mlp().gated() ? rows : 0, config.intermediate());
        }
    }
}
