package org.latent4j.kernel;

/** Is called with the softmax weights of attention, row by row, before the values are mixed. */
@FunctionalInterface
public interface PatternRows {
    /** Wants none. */
    PatternRows NONE = (_, _, _, _, _, _, _) -> {};

    /**
     * The weights with which a position sees others. They may be written to: the values are mixed with what stands there
     * afterwards. Called from the workers, once for each row.
     *
     * @param sequence which of the batch
     * @param head the query head
     * @param position the position in its sequence
     * @param weights hold the row from {@code at}: {@code count} weights
     * @param firstKey the position that the first of them is for; the others are zero
     */
    void row(int sequence, int head, int position, float[] weights, int at, int firstKey, int count);
}
