package org.latent4j.model;

import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;

/** An edit of hidden states while a model runs. Any code may be one: it writes to the live matrix, nothing is copied. */
@FunctionalInterface
public interface Intervention {
    /** Edits the state of one position in place. Called in the order of positions, from one thread. */
    void edit(State state);

    /**
     * The state of one position at one site.
     *
     * @param site where
     * @param position in its sequence, from 0
     * @param matrix the matrix that the pass goes on with
     * @param offset where the state begins in {@code matrix.data()}
     * @param width how many values it has
     */
    record State(Site site, int position, Matrix matrix, int offset, int width) {
        /** A value. */
        public float get(int dimension) {
            return matrix.data()[offset + java.util.Objects.checkIndex(dimension, width)];
        }

        /** Sets a value. */
        public void set(int dimension, float value) {
            matrix.data()[offset + java.util.Objects.checkIndex(dimension, width)] = value;
        }
    }

    /** An edit of softmax weights; the values are mixed with what stands there afterwards. Called from several threads. */
    @FunctionalInterface
    interface OfPattern {
        /**
         * Edits one head's weights of one position in place.
         *
         * @param weights hold from {@code offset} the {@code count} weights of the positions from {@code firstKey} on
         */
        void edit(int head, int position, float[] weights, int offset, int firstKey, int count);
    }
}
