package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.WorkerPool;

/**
 * Barnes and Hut's tree (van der Maaten 2014) in one, two or three dimensions: a far cell's points are taken as one at their
 * mean. Points are sorted along Morton's curve; cells lie in the order of a walk through the tree, each with the cell where the
 * walk goes on if it isn't entered.
 *
 * <p>A cell is far if its width is less than {@code theta} times its distance.
 */
final class QuadTree implements Repulsion {
    static final double THETA = 0.5;
    private static final int IN_LEAF = 6;
    private static final int CHUNK = 128;

    private final int n;
    private final int dims;
    private final int bits;
    private final WorkerPool pool;
    private final long[] codes;
    private final int[] order;
    private final long[] otherCodes;
    private final int[] otherOrder;
    private final double[] sorted;
    private int cells;
    private double[] means;
    private double[] widths;
    private int[] firsts;
    private int[] counts;
    private int[] skips;
    private boolean[] leaves;

    QuadTree(int n, int dims, WorkerPool pool) {
        this.n = n;
        this.dims = dims;
        this.bits = dims == 3 ? 20 : 26;
        this.pool = pool;
        this.codes = new long[n];
        this.order = new int[n];
        this.otherCodes = new long[n];
        this.otherOrder = new int[n];
        this.sorted = new double[n * dims];
        grow(Math.max(16, n));
    }

    private void grow(int size) {
        means = means == null ? new double[size * dims] : Arrays.copyOf(means, size * dims);
        widths = widths == null ? new double[size] : Arrays.copyOf(widths, size);
        firsts = firsts == null ? new int[size] : Arrays.copyOf(firsts, size);
        counts = counts == null ? new int[size] : Arrays.copyOf(counts, size);
        skips = skips == null ? new int[size] : Arrays.copyOf(skips, size);
        leaves = leaves == null ? new boolean[size] : Arrays.copyOf(leaves, size);
    }

    /** Builds the tree of points, {@code [points, dims]}. */
    void build(double[] places) {
        double[] low = new double[dims];
        double extent = 1e-30;
        for (int d = 0; d < dims; d++) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (int i = d; i < places.length; i += dims) {
                least = Math.min(least, places[i]);
                most = Math.max(most, places[i]);
            }
            low[d] = least;
            extent = Math.max(extent, most - least);
        }
        double scale = ((1L << bits) - 1) / extent;
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                long code = 0;
                for (int d = 0; d < dims; d++) {
                    code |= spread((long) ((places[i * dims + d] - low[d]) * scale)) << d;
                }
                codes[i] = code;
                order[i] = i;
            }
        });
        sort();
        Graph.forChunks(n, pool, (from, to) -> {
            for (int i = from; i < to; i++) {
                for (int d = 0; d < dims; d++) {
                    sorted[i * dims + d] = places[order[i] * dims + d];
                }
            }
        });
        cells = 0;
        cell(0, n, bits - 1, extent);
    }

    /** A number's bits with room for those of the other dimensions between them. */
    private long spread(long value) {
        long x = value;
        if (dims == 1) {
            return x;
        }
        if (dims == 2) {
            x = (x | x << 16) & 0x0000FFFF0000FFFFL;
            x = (x | x << 8) & 0x00FF00FF00FF00FFL;
            x = (x | x << 4) & 0x0F0F0F0F0F0F0F0FL;
            x = (x | x << 2) & 0x3333333333333333L;
            return (x | x << 1) & 0x5555555555555555L;
        }
        x = (x | x << 32) & 0x001F00000000FFFFL;
        x = (x | x << 16) & 0x001F0000FF0000FFL;
        x = (x | x << 8) & 0x100F00F00F00F00FL;
        x = (x | x << 4) & 0x10C30C30C30C30C3L;
        return (x | x << 2) & 0x1249249249249249L;
    }

    /** Radix sort by eleven bits at a time; equal codes stay in the order of their points. */
    private void sort() {
        long[] from = codes;
        int[] fromOrder = order;
        long[] to = otherCodes;
        int[] toOrder = otherOrder;
        int passes = (bits * dims + 10) / 11;
        for (int pass = 0; pass < passes; pass++) {
            int shift = 11 * pass;
            int[] starts = new int[2049];
            for (long code : from) {
                starts[(int) (code >>> shift & 2047) + 1]++;
            }
            for (int b = 0; b < 2048; b++) {
                starts[b + 1] += starts[b];
            }
            for (int i = 0; i < n; i++) {
                int place = starts[(int) (from[i] >>> shift & 2047)]++;
                to[place] = from[i];
                toOrder[place] = fromOrder[i];
            }
            long[] codesSwapped = from;
            from = to;
            to = codesSwapped;
            int[] orderSwapped = fromOrder;
            fromOrder = toOrder;
            toOrder = orderSwapped;
        }
        if (from != codes) {
            System.arraycopy(from, 0, codes, 0, n);
            System.arraycopy(fromOrder, 0, order, 0, n);
        }
    }

    /** Adds the cell of the sorted points {@code from} to {@code to}, which agree above {@code level}, and those within it. */
    private void cell(int from, int to, int level, double width) {
        if (cells == widths.length) {
            grow(2 * cells);
        }
        int cell = cells++;
        firsts[cell] = from;
        counts[cell] = to - from;
        widths[cell] = width * width / (THETA * THETA);
        leaves[cell] = to - from <= IN_LEAF || level < 0;
        if (leaves[cell]) {
            for (int d = 0; d < dims; d++) {
                double sum = 0;
                for (int i = from; i < to; i++) {
                    sum += sorted[i * dims + d];
                }
                means[cell * dims + d] = sum / (to - from);
            }
            skips[cell] = cells;
            return;
        }
        double[] sums = new double[dims];
        for (int begin = from; begin < to;) {
            long corner = codes[begin] >>> level * dims;
            int end = end(begin, to, level * dims, corner);
            int child = cells;
            cell(begin, end, level - 1, width / 2);
            for (int d = 0; d < dims; d++) {
                sums[d] += means[child * dims + d] * counts[child];
            }
            begin = end;
        }
        for (int d = 0; d < dims; d++) {
            means[cell * dims + d] = sums[d] / (to - from);
        }
        skips[cell] = cells;
    }

    private int end(int from, int to, int shift, long corner) {
        int low = from;
        int high = to;
        while (high - low > 1) {
            int middle = low + high >>> 1;
            if (codes[middle] >>> shift == corner) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    @Override
    public double push(double[] places, double[] push) {
        build(places);
        int chunks = (n + CHUNK - 1) / CHUNK;
        double[] totals = new double[chunks];
        pool.run(chunks, (chunk, _) -> {
            double[] out = new double[dims + 1];
            double sum = 0;
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                at(sorted, i * dims, i, out);
                sum += out[dims];
                System.arraycopy(out, 0, push, order[i] * dims, dims);
            }
            totals[chunk] = sum;
        });
        double sum = 0;
        for (double total : totals) {
            sum += total;
        }
        return sum;
    }

    /**
     * The push on one place.
     *
     * @param self which of the sorted points it is and that doesn't count, or -1
     * @param out receives {@code sum q^2 (y - y')}, {@code [dims]}, and behind it {@code sum q}
     */
    void at(double[] place, int offset, int self, double[] out) {
        if (dims == 2) {
            planar(place[offset], place[offset + 1], self, out);
        } else {
            general(place, offset, self, out);
        }
    }

    private void planar(double x, double y, int self, double[] out) {
        double px = 0;
        double py = 0;
        double sum = 0;
        for (int cell = 0; cell < cells;) {
            double dx = x - means[2 * cell];
            double dy = y - means[2 * cell + 1];
            double square = dx * dx + dy * dy;
            if (widths[cell] < square) {
                double q = 1 / (1 + square);
                double many = counts[cell] * q;
                sum += many;
                px += many * q * dx;
                py += many * q * dy;
                cell = skips[cell];
                continue;
            }
            if (leaves[cell]) {
                for (int i = firsts[cell]; i < firsts[cell] + counts[cell]; i++) {
                    if (i != self) {
                        double ex = x - sorted[2 * i];
                        double ey = y - sorted[2 * i + 1];
                        double q = 1 / (1 + ex * ex + ey * ey);
                        sum += q;
                        px += q * q * ex;
                        py += q * q * ey;
                    }
                }
            }
            cell++;
        }
        out[0] = px;
        out[1] = py;
        out[2] = sum;
    }

    private void general(double[] place, int offset, int self, double[] out) {
        Arrays.fill(out, 0);
        for (int cell = 0; cell < cells;) {
            double square = square(place, offset, means, cell * dims);
            if (widths[cell] < square) {
                add(place, offset, means, cell * dims, square, counts[cell], out);
                cell = skips[cell];
                continue;
            }
            for (int i = firsts[cell]; leaves[cell] && i < firsts[cell] + counts[cell]; i++) {
                if (i != self) {
                    add(place, offset, sorted, i * dims, square(place, offset, sorted, i * dims), 1, out);
                }
            }
            cell++;
        }
    }

    private double square(double[] place, int offset, double[] other, int at) {
        double sum = 0;
        for (int d = 0; d < dims; d++) {
            double off = place[offset + d] - other[at + d];
            sum += off * off;
        }
        return sum;
    }

    private void add(double[] place, int offset, double[] other, int at, double square, int count, double[] out) {
        double q = 1 / (1 + square);
        out[dims] += count * q;
        for (int d = 0; d < dims; d++) {
            out[d] += count * q * q * (place[offset + d] - other[at + d]);
        }
    }
}
