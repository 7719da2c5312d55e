package org.latent4j.model.transformer;

import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;

/**
 * Is called at the sites of a forward pass, in their order. The matrix it is given is the one that the pass goes on
 * with, valid during the call only.
 */
public interface SiteVisitor {
    /** Whether this site is to be visited; asked before the pass, so that nothing is computed for nobody. */
    boolean visits(Site.Kind kind, int layer);

    /**
     * A site was reached.
     *
     * @param layer the block, or -1 for a site that exists once
     * @param states {@code [rows, width of the site]}; for {@code final_norm} and {@code logits} the rows of {@link
     *     #endRows} alone
     */
    void visit(Site.Kind kind, int layer, Matrix states);

    /**
     * Where the softmax weights of a sequence at a layer go, {@code [heads, n, n]}, zero where nothing is written; empty if
     * they aren't wanted. May be called several times for one sequence, from the workers.
     */
    float[] pattern(int layer, int sequence);

    /** The rows that are wanted after the last block: the final norm and the head are computed for these alone. */
    int[] endRows();
}
