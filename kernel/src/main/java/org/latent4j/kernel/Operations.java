package org.latent4j.kernel;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The named tensor operations that a transformer is made of, on the workers of a pool. A forward pass is a sequence of
 * these and of nothing else.
 *
 * <p>Rows of activations are positions. Every row's result depends on that row alone (in {@link #attend}, on the rows of
 * its sequence), bit for bit: not on the other rows, not on the number of threads.
 *
 * <p>Not safe for use from several threads at once; a pool may serve several objects of this class.
 */
public final class Operations {
    private static final float[] NONE = {};
    /** Rows that a worker takes at a time in operations by row. */
    private static final int ROWS_AT_A_TIME = 8;

    private final WorkerPool pool;
    private final Kernels kernels;
    private final Products products;
    private final PanelProducts panelProducts;
    private final Attention attention;

    /** Operations on a pool's workers with the best kernels that this JVM offers. */
    public Operations(WorkerPool pool) {
        this(pool, KernelChoice.best());
    }

    Operations(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.products = new Products(pool, kernels);
        this.panelProducts = new PanelProducts(pool, kernels);
        this.attention = new Attention(pool, kernels);
    }

    /** What computes: {@code Vector API, 512 bits}, or that there are no vectors. */
    public String kernels() {
        return kernels.name();
    }

    /** The number of floats that one instruction works on; 1 means that the Vector API is missing. */
    public int lanes() {
        return kernels.lanes();
    }

    /** Work on a range of rows. */
    @FunctionalInterface
    private interface Rows {
        void run(int from, int to);
    }

    private void byRows(int rows, Rows work) {
        int chunks = (rows + ROWS_AT_A_TIME - 1) / ROWS_AT_A_TIME;
        pool.run(chunks, (chunk, _) -> {
            int from = chunk * ROWS_AT_A_TIME;
            work.run(from, Math.min(from + ROWS_AT_A_TIME, rows));
        });
    }

    /**
     * Unpacks rows of a table: {@code out[r] = table[ids[r]]}.
     *
     * @param table {@code [entries, width]}
     * @param ids {@code [rows]}, each from 0 to entries, exclusive
     * @param out {@code [rows, width]}
     */
    public void gather(PackedMatrix table, int[] ids, Matrix out) {
        int width = table.columns();
        byRows(ids.length, (from, to) -> {
            for (int r = from; r < to; r++) {
                long offset = Objects.checkIndex(ids[r], table.rows()) * table.rowBytes();
                kernels.unpack(table.packing(), table.data(), offset, out.data(), r * width, width);
            }
        });
    }

    /** {@code x += y}, both {@code [rows, width]}. */
    public void add(Matrix x, Matrix y) {
        int width = x.columns();
        byRows(x.rows(), (from, to) -> kernels.add(x.data(), from * width, y.data(), from * width, (to - from) * width));
    }

    /**
     * Root mean square norm, {@code x / sqrt(mean(x^2) + epsilon) * scale}.
     *
     * @param x {@code [rows, width]}; columns beyond the scale's length belong to other heads, see {@code offset}
     * @param out {@code [rows, width]}, may be x itself
     */
    public void rmsNorm(Matrix x, float[] scale, float epsilon, Matrix out) {
        int width = scale.length;
        byRows(x.rows(), (from, to) -> {
            for (int r = from; r < to; r++) {
                float meanSquare = kernels.sumOfSquares(x.data(), r * width, width) / width;
                float factor = (float) (1 / Math.sqrt(meanSquare + epsilon));
                kernels.normalise(x.data(), r * width, 0, factor, scale, NONE, out.data(), r * width);
            }
        });
    }

    /**
     * Layer norm, {@code (x - mean) / sqrt(variance + epsilon) * scale + shift}.
     *
     * @param x {@code [rows, width]}
     * @param scale {@code [width]}
     * @param shift {@code [width]}, or empty
     * @param out {@code [rows, width]}, may be x itself
     */
    public void layerNorm(Matrix x, float[] scale, float[] shift, float epsilon, Matrix out) {
        int width = scale.length;
        byRows(x.rows(), (from, to) -> {
            for (int r = from; r < to; r++) {
                float mean = kernels.sum(x.data(), r * width, width) / width;
                float variance = kernels.variance(x.data(), r * width, mean, width);
                float factor = (float) (1 / Math.sqrt(variance + epsilon));
                kernels.normalise(x.data(), r * width, mean, factor, scale, shift, out.data(), r * width);
            }
        });
    }

    /** {@code out = x W^T + bias} for each of the products, which share x, in {@link Precision#F32}. */
    public void linear(Matrix x, Product... wanted) {
        linear(Precision.F32, x, wanted);
    }

    /**
     * {@code out = x W^T + bias} for each of the products, which share x.
     *
     * @param precision how exactly, see {@link Products#multiply}
     * @param x {@code [rows, inputs]}
     */
    public void linear(Precision precision, Matrix x, Product... wanted) {
        if (panelProducts.keeps(wanted)) {
            panelProducts.multiply(x, wanted);
        } else {
            products.multiply(precision, x, wanted);
        }
    }

    /**
     * Lays weights out for products with many rows and keeps them so: twice their memory, and {@link #linear} is faster, with sums in
     * another order. To be called before these weights are first used.
     *
     * @param weights plain floats
     */
    public void keep(List<PackedMatrix> weights) {
        panelProducts.keep(weights);
    }

    /**
     * Turns pairs of values of every head by an angle that grows with the position (rotary positions), in place.
     *
     * @param x {@code [rows, heads * headWidth]}
     * @param positions {@code [rows]}
     * @param rotation the angles and which values make a pair
     * @param begin the first row that is turned
     * @param end one more than the last
     */
    public void rotate(Matrix x, int headWidth, int[] positions, Rotation rotation, int begin, int end) {
        byRows(end - begin, (from, to) -> {
            for (int r = begin + from; r < begin + to; r++) {
                rotation.turn(x.data(), r * x.columns(), x.columns() / headWidth, headWidth, positions[r]);
            }
        });
    }

    /** {@code x *= factor}, in place. */
    public void scale(Matrix x, float factor) {
        int width = x.columns();
        byRows(x.rows(), (from, to) -> {
            for (int i = from * width; i < to * width; i++) {
                x.data()[i] *= factor;
            }
        });
    }

    /** Keeps values between {@code -cap} and {@code cap}, in place, {@code x = cap * tanh(x / cap)}. */
    public void softCap(Matrix x, float cap) {
        pool.run(x.rows(), (row, _) -> Exponential.softCap(x.data(), row * x.columns(), x.columns(), cap));
    }

    /** The activation in place, {@code x = f(x)}. */
    public void activate(Activation activation, Matrix x) {
        int width = x.columns();
        byRows(x.rows(), (from, to) -> kernels.activate(activation, x.data(), from * width, NONE, 0, (to - from) * width));
    }

    /** The gated activation in place, {@code gate = f(gate) * up}. */
    public void activateGated(Activation activation, Matrix gate, Matrix up) {
        int width = gate.columns();
        byRows(gate.rows(),
                (from, to) -> kernels.activate(activation, gate.data(), from * width, up.data(), from * width, (to - from) * width));
    }

    /**
     * Softmax of every row in place, {@code p = exp(x - max) / sum}.
     *
     * @param x {@code [rows, width]}
     * @return every row's entropy, {@code -sum p ln p}, in nats, {@code [rows]}
     */
    public float[] softmax(Matrix x) {
        int width = x.columns();
        float[] entropies = new float[x.rows()];
        pool.run(x.rows(), (row, _) -> entropies[row] = kernels.softmaxWithEntropy(x.data(), row * width, width));
        return entropies;
    }

    /** {@code out[i] = x[rows[i]]}: some rows of a matrix. */
    public void select(Matrix x, int[] rows, Matrix out) {
        int width = x.columns();
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(x.data(), Objects.checkIndex(rows[i], x.rows()) * width, out.data(), i * width, width);
        }
    }

    /**
     * Softmax attention within each sequence (Vaswani et al. 2017): a position sees itself and those before it, as far back
     * as the window reaches; unless it is causal, those behind it as well, as far ahead.
     *
     * @param query {@code [rows, heads * headWidth]}
     * @param key {@code [rows, keyValueHeads * headWidth]}
     * @param value {@code [rows, keyValueHeads * headWidth]}
     * @param shape heads, scale, mask
     * @param starts where each sequence begins; the last entry is the number of rows
     * @param stored the keys and values of each sequence's earlier positions, to which those of this batch are added
     * @param patterns sees the softmax weights and may change them
     * @param out {@code [rows, heads * headWidth]}: the heads side by side
     */
    public void attend(
            Matrix query,
            Matrix key,
            Matrix value,
            AttentionShape shape,
            int[] starts,
            List<KeyValues> stored,
            PatternRows patterns,
            Matrix out) {
        attention.attend(query, key, value, shape, starts, stored, patterns, out);
    }

    /** An empty store of keys and values for {@link #attend}; in 16-bit floats if {@code half}. */
    public KeyValues keyValues(int keyValueHeads, int headWidth, boolean half) {
        return attention.store(keyValueHeads, headWidth, half);
    }

    /**
     * What attention needs to know beside the states.
     *
     * @param heads query heads
     * @param keyValueHeads key and value heads, a divisor of {@code heads}; neighbouring query heads share one
     * @param headWidth the width of a head
     * @param scale what a query times a key is multiplied with
     * @param softCap scores are kept below this by {@code softCap * tanh(score / softCap)}; 0 leaves them as they are
     * @param causal whether positions behind the own are masked
     * @param window how many positions are seen to one side, the own included; {@link Integer#MAX_VALUE} for all
     * @param bias what is added to scores by distance; null for nothing
     */
    public record AttentionShape(
            int heads,
            int keyValueHeads,
            int headWidth,
            float scale,
            float softCap,
            boolean causal,
            int window,
            @Nullable PositionBias bias) {
        /** Scores as they are. */
        public AttentionShape(
                int heads, int keyValueHeads, int headWidth, float scale, float softCap, boolean causal, int window) {
            this(heads, keyValueHeads, headWidth, scale, softCap, causal, window, null);
        }
    }
}
