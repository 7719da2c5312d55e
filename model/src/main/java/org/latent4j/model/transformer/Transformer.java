package org.latent4j.model.transformer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.KeyValues;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.Operations.AttentionShape;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.PatternRows;
import org.latent4j.kernel.Precision;
import org.latent4j.kernel.Product;
import org.latent4j.kernel.Rotation;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.TransformerWeights.Block;
import org.latent4j.model.transformer.TransformerWeights.BranchNorms;
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
    private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    /** Weights that are laid out for encoders at most: half a gigabyte of them. */
    private static final long MOST_LAID_OUT = 1 << 27;
    private static final Set<Packing> PLAIN = EnumSet.of(Packing.F32, Packing.F16, Packing.BF16);
    /** Buffers for so many rows are kept between runs. */
    private static final int MOST_KEPT_ROWS = 64;

    private final ModelConfig config;
    private final TransformerWeights weights;
    private final Operations operations;
    private final Rotations rotations = new Rotations();
    private @Nullable Scratch kept;
    private boolean laidOut;

    /** A transformer that computes with the given operations. */
    public Transformer(ModelConfig config, TransformerWeights weights, Operations operations) {
        this.config = config;
        this.weights = weights;
        this.operations = operations;
    }

    /**
     * Runs the batch as far as the visitor wants to see: blocks above the last wanted site aren't computed, nor are their
     * keys and values kept. What a sequence's cache holds is continued; a piece after piece gives the bits of all at once.
     */
    public void run(Batch batch, SiteVisitor visitor) {
        if (!laidOut) {
            laidOut = true;
            layOut();
        }
        Scratch scratch = scratch(batch);
        Matrix stream = embed(batch, scratch, visitor); // [rows, width]
        boolean plain = !visitor.mayOverflow();
        requireFinite(plain, stream, "the embedding of these tokens");
        int blocks = blocksNeeded(visitor);
        for (int layer = 0; layer < blocks; layer++) {
            block(layer, batch, stream, scratch, visitor);
            requireFinite(plain, stream, "block " + layer);
        }
        for (int s = 0; s < batch.caches().size(); s++) {
            batch.caches().get(s).advance(batch.length(s));
        }
        if (endIsWanted(visitor)) {
            end(batch, stream, scratch, visitor);
        }
    }

    /**
     * Encoders of plain floats have their weights laid out: they see many rows at a time and never one after the other. A bound of its
     * own and not the memory's decides, since the order of sums depends on it.
     */
    private void layOut() {
        List<PackedMatrix> all = new ArrayList<>();
        long values = 0;
        for (Block block : weights.blocks()) {
            for (Linear linear : block.linears()) {
                all.add(linear.weight());
                values += (long) linear.weight().rows() * linear.weight().columns();
            }
        }
        boolean plain = all.stream().allMatch(w -> PLAIN.contains(w.packing()));
        if (!config.attention().causal() && plain && values <= MOST_LAID_OUT) {
            operations.keep(all);
        }
    }

    /**
     * Refuses what isn't a number: all that is computed of it would look like a result. What enters the stream stays in it, so this
     * one look at each block's end sees whatever a weight of it has spoilt.
     */
    private static void requireFinite(boolean always, Matrix states, String from) {
        if (always && !isFinite(states)) {
            throw new LatentException(
                    "%s gives values that aren't finite numbers: the model's weights are damaged or too large ('latent models check' says which)"
                            .formatted(from));
        }
    }

    private static boolean isFinite(Matrix states) {
        int largest = 0; // as an integer, which the compiler looks through several at a time
        for (float value : states.data()) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
        }
        return largest < INFINITE;
    }

    /** The buffers of the last run if they fit: decoding needs the same ones step after step. */
    private Scratch scratch(Batch batch) {
        if (kept == null || kept.rows != batch.rows() || kept.passing.size() < batch.sequences()) {
            kept = null; // before the new ones are made
            Scratch made = new Scratch(batch, config, operations);
            if (batch.rows() > MOST_KEPT_ROWS) {
                return made;
            }
            kept = made;
        }
        return kept;
    }

    private Matrix embed(Batch batch, Scratch s, SiteVisitor visitor) {
        Matrix stream = s.stream;
        operations.gather(weights.tokens(), batch.ids(), stream);
        scale(stream, config.embedding().scale());
        if (weights.segments() != null) {
            addRows(stream, weights.segments(), new int[batch.rows()]);
        }
        if (weights.positions() != null) {
            int first = config.embedding().firstPosition().orElse(0);
            addRows(stream, weights.positions(), IntStream.of(batch.positions()).map(p -> p + first).toArray());
        }
        normed(stream, weights.embeddingNorm(), stream);
        visit(visitor, Kind.EMBED, -1, stream);
        return stream;
    }

    private void addRows(Matrix stream, PackedMatrix table, int[] rows) {
        Matrix added = Matrix.zeros(stream.rows(), stream.columns());
        operations.gather(table, rows, added);
        operations.add(stream, added);
    }

    private void block(int layer, Batch batch, Matrix stream, Scratch s, SiteVisitor visitor) {
        Block w = weights.blocks().get(layer);
        visit(visitor, Kind.RESID_PRE, layer, stream);
        if (nothingMore(layer, visitor)) {
            return;
        }
        attention(layer, batch, normed(stream, w.attentionNorms().input(), s.normed), s, visitor);
        if (!config.parallel()) {
            join(stream, s.attended, w.attentionNorms());
            visit(visitor, Kind.RESID_MID, layer, stream);
        }
        mlp(layer, batch, normed(stream, w.mlpNorms().input(), s.normed), s, visitor);
        if (config.parallel()) {
            join(stream, s.attended, w.attentionNorms());
        }
        join(stream, s.transformed, w.mlpNorms());
        visit(visitor, Kind.RESID_POST, layer, stream);
    }

    private void attention(int layer, Batch batch, Matrix x, Scratch s, SiteVisitor visitor) {
        Block w = weights.blocks().get(layer);
        // [rows, heads * headWidth], twice [rows, keyValueHeads * headWidth]
        operations.linear(batch.precision(), x, product(w.query(), s.query), product(w.key(), s.key), product(w.value(), s.value));
        normed(s.query, w.queryNorm(), s.query);
        normed(s.key, w.keyNorm(), s.key);
        LayerKind kind = config.layerKinds().get(layer);
        kind.rotary().ifPresent(rotary -> rotate(rotary, batch, s));
        operations.attend(
                s.query, s.key, s.value, shape(kind), batch.starts(), stored(layer, batch, s),
                visitor.visits(Kind.ATTN_PATTERN, layer) ? visitor.patterns(layer) : PatternRows.NONE, s.heads);
        visit(visitor, Kind.ATTN_PATTERN, layer, s.heads);
        visit(visitor, Kind.HEAD_OUT, layer, s.heads);
        operations.linear(batch.precision(), s.heads, product(w.output(), s.attended)); // [rows, width]
        normed(s.attended, w.attentionNorms().output(), s.attended);
        scale(s.attended, config.residualScale());
        visit(visitor, Kind.ATTN_OUT, layer, s.attended);
    }

    /**
     * Where keys and values of this layer are kept; those of sequences without a cache make room for the next layer's. What a sequence
     * goes on from in the batch itself is put there.
     */
    private static List<KeyValues> stored(int layer, Batch batch, Scratch s) {
        if (!batch.caches().isEmpty()) {
            return batch.caches().stream().map(cache -> cache.layer(layer)).toList();
        }
        s.passing.forEach(passing -> passing.truncate(0));
        for (int sequence = 0; sequence < batch.trunks().size(); sequence++) {
            int[] trunk = batch.trunks().get(sequence);
            for (int i = 0; i < trunk.length; i += 2) {
                s.passing.get(sequence).append(s.key, s.value, trunk[i], trunk[i + 1]);
            }
        }
        return s.passing;
    }

    private void mlp(int layer, Batch batch, Matrix x, Scratch s, SiteVisitor visitor) {
        Block w = weights.blocks().get(layer);
        if (config.mlp().gated()) {
            operations.linear(batch.precision(), x, product(requireNonNull(w.gate()), s.inner), product(w.up(), s.up)); // [rows, intermediate]
            operations.activateGated(config.mlp().activation(), s.inner, s.up);
        } else {
            operations.linear(batch.precision(), x, product(w.up(), s.inner)); // [rows, intermediate]
            operations.activate(config.mlp().activation(), s.inner);
        }
        visit(visitor, Kind.MLP_ACT, layer, s.inner);
        operations.linear(batch.precision(), s.inner, product(w.down(), s.transformed)); // [rows, width]
        normed(s.transformed, w.mlpNorms().output(), s.transformed);
        scale(s.transformed, config.residualScale());
        visit(visitor, Kind.MLP_OUT, layer, s.transformed);
    }

    /** Adds a branch's output to the stream, which BERT normalises then. */
    private void join(Matrix stream, Matrix added, BranchNorms norms) {
        operations.add(stream, added);
        normed(stream, norms.sum(), stream);
    }

    /** Turns queries and keys; sequences whose frequencies are the same, usually all, together. */
    private void rotate(Rotary rotary, Batch batch, Scratch s) {
        if (!batch.trunks().isEmpty()) {
            int longest = IntStream.of(batch.positions()).max().orElse(0) + 1;
            turn(rotations.of(rotary, longest), batch, s, 0, batch.rows());
            return;
        }
        for (int from = 0; from < batch.sequences();) {
            Rotation rotation = rotation(rotary, batch, from);
            int to = from + 1;
            while (to < batch.sequences() && rotation(rotary, batch, to) == rotation) {
                to++;
            }
            turn(rotation, batch, s, batch.starts()[from], batch.starts()[to]);
            from = to;
        }
    }

    private void turn(Rotation rotation, Batch batch, Scratch s, int begin, int end) {
        operations.rotate(s.query, config.headWidth(), batch.positions(), rotation, begin, end);
        operations.rotate(s.key, config.headWidth(), batch.positions(), rotation, begin, end);
    }

    private Rotation rotation(Rotary rotary, Batch batch, int sequence) {
        int reached = batch.before(sequence) + batch.length(sequence);
        Rotation rotation = rotations.of(rotary,
                batch.caches().isEmpty() ? reached : Math.max(reached, batch.caches().get(sequence).expected()));
        return rotation;
    }

    private AttentionShape shape(LayerKind kind) {
        return new AttentionShape(
                config.heads(),
                config.keyValueHeads(),
                config.headWidth(),
                config.attention().scale(),
                config.attention().softCap().orElse(0f),
                config.attention().causal(),
                kind.window().orElse(Integer.MAX_VALUE),
                weights.positionBias());
    }

    private static boolean endIsWanted(SiteVisitor visitor) {
        return visitor.wants(Kind.FINAL_NORM, -1) || visitor.wants(Kind.LOGITS, -1);
    }

    private void end(Batch batch, Matrix stream, Scratch s, SiteVisitor visitor) {
        int[] rows = visitor.endRows();
        if (rows.length == 0) {
            return;
        }
        Matrix last = Matrix.zeros(rows.length, config.width());
        operations.select(stream, rows, last);
        normed(last, weights.finalNorm(), last);
        visit(visitor, Kind.FINAL_NORM, -1, last);
        if (visitor.wants(Kind.LOGITS, -1)) {
            Matrix logits = s.logits(rows.length, config.vocabulary());
            head(batch.precision(), last, logits);
            requireFinite(!visitor.mayOverflow(), logits, "the output head");
            visit(visitor, Kind.LOGITS, -1, logits);
        }
    }

    /**
     * What the head would say of states of the residual stream: the final norm, then the head. Only for models that have a
     * head.
     *
     * @param states {@code [rows, width]}
     * @param logits {@code [rows, vocabulary]}
     */
    public void read(Matrix states, Matrix logits) {
        Matrix normed = normed(states, weights.finalNorm(), Matrix.zeros(states.rows(), config.width()));
        head(Precision.F32, normed, logits);
        requireFinite(isFinite(states), logits, "the output head");
    }

    private void head(Precision precision, Matrix normed, Matrix logits) {
        operations.linear(precision, normed, product(requireNonNull(weights.head()), logits));
        scale(logits, config.head().scale());
        config.head().softCap().ifPresent(cap -> operations.softCap(logits, cap));
    }

    /**
     * The norm of x, or where there is none x itself. Norms shorter than x's rows are applied piece by piece: head by head.
     *
     * @param out receives the norm, may be x
     */
    private Matrix normed(Matrix x, @Nullable NormWeights w, Matrix out) {
        if (w == null) {
            return x;
        }
        int width = w.scale().length;
        Matrix pieces = x.columns() == width ? x : Matrix.of(x.data().length / width, width, x.data());
        Norm norm = config.norm();
        switch (norm.kind()) {
            case RMS -> operations.rmsNorm(pieces, w.scale(), norm.epsilon(), out);
            case LAYER -> operations.layerNorm(pieces, w.scale(), orEmpty(w.shift()), norm.epsilon(), out);
        }
        return out;
    }

    private void scale(Matrix x, float factor) {
        if (factor != 1) {
            operations.scale(x, factor);
        }
    }

    private static Product product(Linear w, Matrix out) {
        return new Product(w.weight(), orEmpty(w.bias()), out);
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
        if (endIsWanted(visitor)) {
            return config.layers();
        }
        for (int layer = config.layers() - 1; layer >= 0; layer--) {
            for (Kind kind : Kind.values()) {
                if (kind.byLayer() && visitor.wants(kind, layer)) {
                    return layer + 1;
                }
            }
        }
        return 0;
    }

    /** Whether nobody wants to see anything behind the beginning of this block. */
    private boolean nothingMore(int layer, SiteVisitor visitor) {
        if (layer + 1 < blocksNeeded(visitor) || endIsWanted(visitor)) {
            return false;
        }
        for (Kind kind : Kind.values()) {
            if (kind.byLayer() && kind != Kind.RESID_PRE && visitor.wants(kind, layer)) {
                return false;
            }
        }
        return true;
    }

    /** What a block writes to and the next block writes over. */
    private static final class Scratch {
        final int rows;
        final Matrix stream;
        final List<KeyValues> passing = new ArrayList<>();
        private Matrix logits = Matrix.zeros(0, 0);
        final Matrix normed;
        final Matrix query;
        final Matrix key;
        final Matrix value;
        final Matrix heads;
        final Matrix attended;
        final Matrix transformed;
        final Matrix inner;
        final Matrix up;

        Scratch(Batch batch, ModelConfig config, Operations operations) {
            rows = batch.rows();
            stream = Matrix.zeros(rows, config.width());
            for (int sequence = 0; sequence < batch.sequences(); sequence++) {
                passing.add(operations.keyValues(config.keyValueHeads(), config.headWidth(), false));
            }
            int keyValueWidth = config.keyValueHeads() * config.headWidth();
            normed = Matrix.zeros(rows, config.width());
            query = Matrix.zeros(rows, config.heads() * config.headWidth());
            key = Matrix.zeros(rows, keyValueWidth);
            value = Matrix.zeros(rows, keyValueWidth);
            heads = Matrix.zeros(rows, config.heads() * config.headWidth());
            attended = Matrix.zeros(rows, config.width());
            transformed = Matrix.zeros(rows, config.width());
            inner = Matrix.zeros(rows, config.intermediate());
            up = Matrix.zeros(config.mlp().gated() ? rows : 0, config.intermediate());
        }

        Matrix logits(int rows, int vocabulary) {
            if (logits.rows() != rows) {
                logits = Matrix.zeros(rows, vocabulary);
            }
            return logits;
        }
    }
}
