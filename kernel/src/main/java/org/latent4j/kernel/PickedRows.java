package org.latent4j.kernel;

import java.util.Objects;

/**
 * Some rows picked out of a matrix, and the inner products of the first of them with all: what searches multiply that look at a few
 * points here and a few there. Each row is read once for all its products. The bits are those of {@link Panels.Block#times}.
 *
 * <p>Not safe for use from several threads.
 */
public final class PickedRows {
    private final Panels panels;
    private final Panels.Block block = new Panels.Block();
    private final int most;
    private final int stride;
    private float[] products = {};

    /**
     * Room for rows.
     *
     * @param most how many can be picked at a time
     * @param width of each
     * @throws LatentException if they don't fit in an array
     */
    public PickedRows(int most, int width) {
        this.most = most;
        this.panels = new Panels(most, width, KernelChoice.best());
        this.stride = Math.max(1, (most + Panels.STEP - 1) / Panels.STEP) * Panels.STEP;
    }

    /**
     * Multiplies rows.
     *
     * @param x {@code [rows, width]}
     * @param picked which rows of it, from its beginning
     * @param count how many are picked
     * @param first how many of these, the first ones, are multiplied with all that are picked
     * @return {@code products()[i * stride() + j]} for row {@code i} of the first and row {@code j} of all; overwritten by the next call
     */
    public float[] products(Matrix x, int[] picked, int count, int first) {
        Objects.checkFromToIndex(0, count, Math.min(most, picked.length));
        Objects.checkFromToIndex(0, first, count);
        int width = x.columns();
        block.prepare(first, width);
        for (int i = 0; i < count; i++) {
            int at = picked[i] * width;
            panels.lay(i, x.data(), at);
            if (i < first) {
                block.lay(i, x.data(), at);
            }
        }
        int needed = block.roundedRows() * stride;
        if (products.length < needed) {
            products = new float[needed];
        }
        if (first > 0) {
            block.times(panels, 0, count, products, stride);
        }
        return products;
    }

    /** How far the rows of {@link #products} lie apart. */
    public int stride() {
        return stride;
    }
}
