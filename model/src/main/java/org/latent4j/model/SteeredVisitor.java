package org.latent4j.model;

import java.util.List;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PatternRows;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.SiteVisitor;

/** Lets each sequence's steering edit its rows before another visitor sees them. */
final class SteeredVisitor implements SiteVisitor {
    private final SiteVisitor inner;
    private final Batch batch;
    private final List<Steered> steered;

    /** {@code steered} has one entry for each sequence of the batch. */
    SteeredVisitor(SiteVisitor inner, Batch batch, List<Steered> steered) {
        this.inner = inner;
        this.batch = batch;
        this.steered = steered;
        for (int s = 0; s < batch.sequences(); s++) {
            steered.get(s).enter(batch.before(s), batch.ids(), batch.starts()[s], batch.starts()[s + 1]);
        }
    }

    private boolean acts(Kind kind, int layer) {
        for (Steered one : steered) {
            if (one.acts(kind, layer)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean visits(Kind kind, int layer) {
        return inner.visits(kind, layer) || acts(kind, layer);
    }

    @Override
    public boolean wants(Kind kind, int layer) {
        return inner.wants(kind, layer);
    }

    @Override
    public void visit(Kind kind, int layer, Matrix states) {
        if (kind != Kind.ATTN_PATTERN && acts(kind, layer)) {
            if (kind == Kind.FINAL_NORM || kind == Kind.LOGITS) {
                int[] rows = endRows();
                for (int i = 0; i < rows.length; i++) {
                    int s = sequenceOf(rows[i]);
                    steered.get(s).edit(kind, layer, states, i, batch.positions()[rows[i]]);
                }
            } else {
                for (int s = 0; s < batch.sequences(); s++) {
                    for (int row = batch.starts()[s]; row < batch.starts()[s + 1]; row++) {
                        steered.get(s).edit(kind, layer, states, row, batch.positions()[row]);
                    }
                }
            }
        }
        if (inner.visits(kind, layer)) {
            inner.visit(kind, layer, states);
        }
    }

    private int sequenceOf(int row) {
        int s = 0;
        while (batch.starts()[s + 1] <= row) {
            s++;
        }
        return s;
    }

    @Override
    public PatternRows patterns(int layer) {
        List<PatternRows> edits = steered.stream().map(one -> one.patterns(layer)).toList();
        PatternRows seen = inner.visits(Kind.ATTN_PATTERN, layer) ? inner.patterns(layer) : PatternRows.NONE;
        return (s, head, position, weights, at, firstKey, count) -> {
            edits.get(s).row(s, head, position, weights, at, firstKey, count);
            seen.row(s, head, position, weights, at, firstKey, count);
        };
    }

    @Override
    public int[] endRows() {
        return inner.endRows();
    }

    @Override
    public boolean mayOverflow() {
        return true;
    }
}
