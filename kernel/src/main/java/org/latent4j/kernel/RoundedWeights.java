package org.latent4j.kernel;

/** A row of weights as integers, with a scale for some of them each and perhaps a minimum: room that a worker uses again and again. */
final class RoundedWeights {
    private short[] values = {};
    private float[] scales = {};
    private float[] minima = {};

    /** Makes room for a row. */
    void reserve(int length) {
        if (values.length < length) {
            values = new short[length];
            scales = new float[length / 16];
            minima = new float[length / 32];
        }
    }

    /** The integers. */
    short[] values() {
        return values;
    }

    /** What they are multiples of: a scale for each 16 or 32. */
    float[] scales() {
        return scales;
    }

    /** What is added to each 32. */
    float[] minima() {
        return minima;
    }
}
