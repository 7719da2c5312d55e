package org.latent4j.kernel;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Products with weights that are laid out as {@link Panels} once and kept: for encoders, whose weights are small and plain floats, and
 * which have many rows at a time. An output is one chain of multiply-adds, whatever the rows that it is computed with, so nothing has to
 * be added up at the end; the bits are others than those of {@link Products}, which is why weights are kept before a model's first run or
 * never.
 *
 * <p>Not safe for use from several threads at once.
 */
final class PanelProducts {
    /** Columns of the sum that are worked on at a time: a panel of so many stays in the first-level cache. */
    private static final int PIECE = 128;
    /** Bytes of X that are kept in the second-level cache. */
    private static final int BLOCK_BYTES = 384 * 1024;

    private final WorkerPool pool;
    private final Kernels kernels;
    private final Map<PackedMatrix, Panels> kept = new IdentityHashMap<>();
    private final float[][] edges; // by worker: the last panel of a product whose outputs are no whole panels

    PanelProducts(WorkerPool pool, Kernels kernels) {
        this.pool = pool;
        this.kernels = kernels;
        this.edges = new float[pool.threads()][0];
    }

    /** Lays weights out, on all workers. */
    void keep(List<PackedMatrix> weights) {
        Panels[] laidOut = new Panels[weights.size()];
        pool.run(laidOut.length, (item, _) -> {
            PackedMatrix w = weights.get(item);
            Matrix plain = Matrix.zeros(w.rows(), w.columns());
            for (int row = 0; row < w.rows(); row++) {
                kernels.unpack(w.packing(), w.data(), row * w.rowBytes(), plain.data(), row * w.columns(), w.columns());
            }
            laidOut[item] = Panels.of(plain, kernels);
        });
        for (int i = 0; i < laidOut.length; i++) {
            kept.put(weights.get(i), laidOut[i]);
        }
    }

    /** Whether the weights of all products are kept. */
    boolean keeps(Product... products) {
        for (Product product : products) {
            if (!kept.containsKey(product.weights())) {
                return false;
            }
        }
        return true;
    }

    /** {@link Products#multiply} with kept weights. */
    void multiply(Matrix x, Product... products) {
        int blockRows = Math.max(16, BLOCK_BYTES / (4 * x.columns()) / 2 * 2);
        int blocks = (x.rows() + blockRows - 1) / blockRows;
        int[] firstPanel = new int[products.length + 1];
        for (int p = 0; p < products.length; p++) {
            firstPanel[p + 1] = firstPanel[p] + (products[p].weights().rows() + kernels.panelRows() - 1) / kernels.panelRows();
        }
        int panels = firstPanel[products.length];
        pool.run(blocks * panels, (item, worker) -> {
            int panel = item % panels;
            int p = 0;
            while (firstPanel[p + 1] <= panel) {
                p++;
            }
            int from = item / panels * blockRows;
            block(x, from, Math.min(from + blockRows, x.rows()), products[p], panel - firstPanel[p], worker);
        });
    }

    /** Rows {@code from} to {@code to} of x times one panel of a product. */
    private void block(Matrix x, int from, int to, Product product, int panel, int worker) {
        @Nullable
        Panels w = kept.get(product.weights());
        if (w == null) {
            throw new IllegalStateException("weights aren't kept");
        }
        Matrix out = product.out();
        int first = panel * w.panel();
        int count = Math.min(w.panel(), w.rows() - first);
        boolean whole = count == w.panel();
        int stride = whole ? out.columns() : w.panel();
        int at = whole ? from * out.columns() + first : 0;
        float[] sums = whole ? out.data() : edge(worker, (to - from) * w.panel());
        multiply(x, from, to, w, first * w.width(), sums, at, stride);
        float[] bias = product.bias();
        for (int row = from; row < to; row++) {
            int source = at + (row - from) * stride;
            int target = row * out.columns() + first;
            for (int c = 0; c < count; c++) {
                out.data()[target + c] = bias.length > 0 ? sums[source + c] + bias[first + c] : sums[source + c];
            }
        }
    }

    private void multiply(Matrix x, int from, int to, Panels w, int panelAt, float[] sums, int at, int stride) {
        int width = x.columns();
        int even = from + (to - from) / 2 * 2;
        for (int k = 0; k < width; k += PIECE) {
            int steps = Math.min(PIECE, width - k);
            for (int row = from; row < even; row += 2) {
                kernels.panelTile(
                        x.data(), row * width + k, width, 1, w.data(), panelAt + k * w.panel(), steps, sums,
                        at + (row - from) * stride, stride, k == 0);
            }
        }
        if (even < to) {
            kernels.panelRow(x.data(), even * width, w.data(), panelAt, width, 1, sums, at + (even - from) * stride);
        }
    }

    private float[] edge(int worker, int length) {
        if (edges[worker].length < length) {
            edges[worker] = new float[length];
        }
        return edges[worker];
    }
}
