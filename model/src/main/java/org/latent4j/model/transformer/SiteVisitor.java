package org.latent4j.model.transformer;

import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PatternRows;
import org.latent4j.model.site.Site;

/**
 * Is called at the sites of a forward pass, in their order. The matrix it is given is the one that the pass goes on
 * with, valid during the call only.
 */
public interface SiteVisitor {
    /** Whether this site is to be visited if it is reached. */
    boolean visits(Site.Kind kind, int layer);

    /**
     * Whether the pass has to reach this site; asked before, so that nothing is computed for nobody. What only changes
     * states that others want is visited, not wanted.
     */
    default boolean wants(Site.Kind kind, int layer) {
        return visits(kind, layer);
    }

    /**
     * A site was reached.
     *
     * @param layer the block, or -1 for a site that exists once
     * @param states {@code [rows, width of the site]}; for {@code final_norm} and {@code logits} the rows of {@link
     *     #endRows} alone
     */
    void visit(Site.Kind kind, int layer, Matrix states);

    /** What sees the softmax weights of a layer that is visited, and may change them. */
    default PatternRows patterns(int layer) {
        return PatternRows.NONE;
    }

    /** The rows that are wanted after the last block: the final norm and the head are computed for these alone. */
    int[] endRows();

    /** Whether states may stop being finite, for what is done to them; else that is an error, for only damaged weights do so. */
    default boolean mayOverflow() {
        return false;
    }
}
