package org.latent4j.kernel;

/**
 * Rows of activations rounded to eight bits: for every 32 values a scale, the largest magnitude over 127, and integers from
 * -127 to 127, their multiples of it (ggml's {@code Q8_0}, with the scale in 32 bits). The integers are kept as shorts, which is
 * what they are multiplied as.
 *
 * <p>A block with a value that isn't finite has a scale that isn't: whatever is computed of it shows that.
 */
final class RoundedRows {
    /** The values that share a scale. */
    static final int BLOCK = 32;

    private int length;
    private short[] values = {};
    private float[] scales = {};
    private float[] totals = {};

    /** Takes the place of what it held by the rows of x, whose columns are a multiple of {@link #BLOCK}. */
    void round(Matrix x) {
        length = x.columns();
        int size = x.rows() * length;
        if (values.length < size) {
            values = new short[size];
            scales = new float[size / BLOCK];
            totals = new float[size / BLOCK];
        }
        for (int at = 0; at < size; at += BLOCK) {
            roundBlock(x.data(), at);
        }
    }

    private void roundBlock(float[] x, int at) {
        float largest = 0;
        for (int k = at; k < at + BLOCK; k++) {
            largest = Math.max(largest, Math.abs(x[k]));
        }
        float scale = largest / 127;
        float inverse = scale < Float.MIN_NORMAL ? 0 : 127 / largest;
        int total = 0;
        for (int k = at; k < at + BLOCK; k++) {
            int q = Math.round(x[k] * inverse);
            values[k] = (short) q;
            total += q;
        }
        scales[at / BLOCK] = scale;
        totals[at / BLOCK] = scale * total;
    }

    /** The values of a row. */
    int length() {
        return length;
    }

    /** The integers, row after row. */
    short[] values() {
        return values;
    }

    /** The scales, one for each {@link #BLOCK} of {@link #values}. */
    float[] scales() {
        return scales;
    }

    /** What each block's rounded values add up to, scaled. */
    float[] totals() {
        return totals;
    }
}
