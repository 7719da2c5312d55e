package org.latent4j.model;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.SiteVisitor;

/**
 * Reads what the model says at the last row of each sequence, notices where states stop being finite, and ends the pass
 * between two blocks when it is told to.
 */
final class LastRows implements SiteVisitor {
    /** The pass was ended. */
    static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Interrupted() {
            super("interrupted", null, false, false);
        }
    }

    private final Batch batch;
    private final int[] endRows;
    private final @Nullable Site[] overflows;
    private final BooleanSupplier interrupted;
    private Matrix logits = Matrix.zeros(0, 0);

    /** Reads nothing of a piece whose text goes on: {@code readsEnd} is false. */
    LastRows(Batch batch, boolean readsEnd, BooleanSupplier interrupted) {
        this.batch = batch;
        this.overflows = new Site[batch.sequences()];
        this.interrupted = interrupted;
        this.endRows = new int[readsEnd ? batch.sequences() : 0];
        for (int s = 0; s < endRows.length; s++) {
            endRows[s] = batch.starts()[s + 1] - 1;
        }
    }

    /** A row for each sequence, {@code [sequences, vocabulary]}. */
    Matrix logits() {
        return logits;
    }

    /** Where a sequence's states stopped being finite. */
    @Nullable
    Site overflow(int sequence) {
        return overflows[sequence];
    }

    @Override
    public boolean visits(Kind kind, int layer) {
        return kind == Kind.LOGITS || kind == Kind.RESID_POST;
    }

    @Override
    public boolean wants(Kind kind, int layer) {
        return kind == Kind.LOGITS;
    }

    @Override
    public void visit(Kind kind, int layer, Matrix states) {
        if (interrupted.getAsBoolean()) {
            throw new Interrupted();
        }
        if (kind == Kind.LOGITS) {
            logits = states;
            return;
        }
        for (int s = 0; s < overflows.length; s++) {
            int from = batch.starts()[s] * states.columns();
            int to = batch.starts()[s + 1] * states.columns();
            if (overflows[s] == null && !finite(states.data(), from, to)) {
                overflows[s] = Site.of(kind, layer);
            }
        }
    }

    private static boolean finite(float[] x, int from, int to) {
        float zero = 0;
        for (int i = from; i < to; i++) {
            zero += x[i] * 0; // NaN where x isn't finite
        }
        return zero == 0;
    }

    @Override
    public int[] endRows() {
        return endRows;
    }
}
