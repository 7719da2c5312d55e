package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The innermost loops: what runs millions of times and is worth writing twice, once with the Vector API and once
 * plainly. All work on float arrays; matrices are given as array, offset of the first value and stride between rows.
 *
 * <p>Every method computes its sums in an order that depends on the length of the sum alone, never on how many rows
 * or columns are computed together. That is what makes results bit-identical in any batch on any number of threads.
 * The two implementations differ from each other in the last bits.
 */
interface Kernels {
    /** The rows that {@link #mix} works on. */
    int MIXED_ROWS = 3;

    /** What the implementation is, for {@code latent doctor}: {@code Vector API, 512 bits}. */
    String name();

    /** How many floats an accumulator has. */
    int lanes();

    /** The rows of activations that {@link #productTile} works on. */
    int productRows();

    /** The rows of weights that {@link #productTile} works on. */
    int productColumns();

    /**
     * Copies a row into its place in an interleaved array: vector after vector, {@code unit} vectors apart; first those of
     * the lower 16 of every 32 values from {@code toAt}, and {@code upper} behind them those of the upper 16.
     *
     * @param length a multiple of 32
     */
    void interleave(float[] from, int at, int length, float[] to, int toAt, int unit, int upper);

    /**
     * Adds products to the partial sums of a tile, {@code [productRows(), productColumns(), lanes()]}.
     *
     * @param x activations {@code [steps, productRows(), lanes()]} from {@code xAt}
     * @param w weights {@code [steps, productColumns(), lanes()]} from {@code wAt}
     * @param first whether the sums start here; otherwise they are continued
     */
    void productTile(float[] x, int xAt, float[] w, int wAt, int steps, float[] sums, int sumsAt, boolean first);

    /** Whether {@link #dot} knows a packing. */
    boolean dots(Packing packing);

    /**
     * One packed row times one row of activations, with the bits of {@link #productTile}.
     *
     * @param length a multiple of 32
     * @param sums receives the partial sums of the lower 16 of every 32 columns, {@code [lanes()]}, at {@code at}, those of
     *     the upper 16 at {@code upper}
     */
    void dot(Packing packing, MemorySegment data, long offset, float[] x, int length, float[] sums, int at, int upper);

    /**
     * One packed row times one row of rounded activations.
     *
     * @param row which of the rows of x
     * @param scratch room of the caller's, whatever it holds
     * @param sums receives partial sums, {@code [lanes()]} at {@code at} and as many at {@code upper}, for {@link #totals}
     */
    void roundedDot(Packing packing, MemorySegment data, long offset, RoundedRows x, int row, RoundedWeights scratch, float[] sums, int at,
            int upper);

    /** The rows of a panel of {@link Panels}, a divisor of {@link Panels#STEP}. */
    int panelRows();

    /**
     * Products of two rows with a panel, or more steps of them: each output is one chain of multiply-adds.
     *
     * @param x the rows: the first from {@code xAt}, the second {@code xNext} behind it, the values of each {@code xStep} apart
     * @param p the panel {@code [steps, panelRows()]} from {@code pAt}
     * @param out two rows of {@code panelRows()} outputs, the first at {@code at}, {@code stride} apart
     * @param first whether the chains start here; otherwise they are continued
     */
    void panelTile(float[] x, int xAt, int xNext, int xStep, float[] p, int pAt, int steps, float[] out, int at, int stride, boolean first);

    /** The bits of {@link #panelTile} for one row and several panels, one behind the other, each {@code [width, panelRows()]}. */
    void panelRow(float[] x, int xAt, float[] p, int pAt, int width, int panels, float[] out, int at);

    /**
     * {@link PlanarSteps#move}.
     *
     * @param x places, {@code [lanes()]}
     * @param y places, {@code [lanes()]}
     * @param met {@code [edges, 1 + samples, 2, lanes()]}
     * @param places scratch, {@code [lanes()]}
     * @param looked scratch, {@code [2, lanes()]}
     */
    void planarSteps(PlanarSteps.Forces forces, float[] x, float[] y, float[] met, int edges, float step, int[] places, float[] looked);

    /** The inner product of two rows of {@code length} values. */
    float innerProduct(float[] x, int xAt, float[] y, int yAt, int length);

    /** {@link DoubleSums#product}. */
    double doubleProduct(float[] x, int xAt, float[] y, int yAt, int length);

    /** {@link DoubleSums#squaredDistance}. */
    double doubleSquaredDistance(float[] x, int xAt, float[] y, int yAt, int length);

    /** The first place from {@code from} to {@code to}, exclusive, whose value isn't at most the bound; {@code to} if none. */
    int firstAbove(float[] values, int from, int to, float bound);

    /** {@link Panels#allAbove}. */
    int allAbove(float[] values, int from, int to, float bound, int[] out);

    /**
     * Finishes sums: lane by lane the lower one plus the upper one, then the lanes in a tree of halves.
     *
     * @param sums {@code [count, lanes()]} from {@code at}, and as many from {@code upper}; overwritten
     * @param out receives {@code count} values from {@code outAt}
     */
    void totals(float[] sums, int at, int upper, int count, float[] out, int outAt);

    /** Unpacks {@code length} values of a row that begins at byte {@code offset}; both whole blocks. */
    void unpack(Packing packing, MemorySegment data, long offset, float[] out, int outOffset, int length);

    /**
     * Unpacks to where {@link #interleave} would copy what {@link #unpack} gives.
     *
     * @param length whole blocks
     * @param scratch room for {@code length} values, up to a multiple of 32
     */
    default void unpackInterleaved(
            Packing packing, MemorySegment data, long offset, float[] out, int at, int length, int unit, int upper, float[] scratch) {
        unpack(packing, data, offset, scratch, 0, length);
        int whole = (length + 31) / 32 * 32;
        Arrays.fill(scratch, length, whole, 0);
        interleave(scratch, 0, whole, out, at, unit, upper);
    }

    /** The sum of squares of {@code length} values. */
    float sumOfSquares(float[] x, int offset, int length);

    /** The sum of {@code length} values. */
    float sum(float[] x, int offset, int length);

    /** The mean of the squared distances from {@code mean}. */
    float variance(float[] x, int offset, float mean, int length);

    /** {@code out[i] = (x[i] - shift) * factor * scale[i] (+ bias[i])}. */
    void normalise(float[] x, int offset, float shift, float factor, float[] scale, float[] biasOrEmpty, float[] out, int outOffset);

    /** {@code x[i] += y[i]}. */
    void add(float[] x, int xOffset, float[] y, int yOffset, int length);

    /** Softmax in place, {@code p = exp(x - max) / sum}. */
    void softmax(float[] x, int offset, int length);

    /** The same bits, and the entropy {@code -sum p ln p} in nats. */
    float softmaxWithEntropy(float[] x, int offset, int length);

    /** {@code out[d] = sum over k of p[k] * v[k][d]}, k in order, for {@link #MIXED_ROWS} rows of {@code p}. */
    void mix(
            float[] p, int p0, int p1, int p2, int keys, float[] v, int vOffset, int vStride, int width, float[] out, int o0, int o1,
            int o2);

    /** {@code gate[i] = silu(gate[i]) * up[i]} and its relatives: the activation in place, times {@code up} where there is one. */
    void activate(Activation activation, float[] gate, int offset, float[] upOrEmpty, int upOffset, int length);
}
