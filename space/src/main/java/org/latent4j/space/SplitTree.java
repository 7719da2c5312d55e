package org.latent4j.space;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/** Points split again and again, each time by the plane midway between two of them drawn at random, down to small leaves. */
final class SplitTree {
    static final int MOST_IN_LEAF = 96;
    private static final int CHUNK = 1024;
    /** So often two equal points may be drawn before a part is halved as it lies. */
    private static final int DRAWS = 3;

    private final Matrix rows;
    private final WorkerPool pool;
    private final int[] order;
    private final float[] sides;
    private int[] starts = new int[64];
    private int leaves;

    /**
     * Splits points.
     *
     * @param rows {@code [points, width]}
     * @param tree which one of the seed's trees
     */
    SplitTree(Matrix rows, long seed, int tree, WorkerPool pool) {
        this.rows = rows;
        this.pool = pool;
        this.order = new int[rows.rows()];
        Arrays.setAll(order, i -> i);
        this.sides = new float[order.length];
        split(0, order.length, new SeededRandom(seed, 100L + tree));
        add(order.length);
        leaves--;
    }

    int leaves() {
        return leaves;
    }

    int start(int leaf) {
        return starts[leaf];
    }

    /** The row of the point at a place; those of a leaf lie side by side. */
    int item(int place) {
        return order[place];
    }

    /** All of them; not a copy. */
    int[] items() {
        return order;
    }

    private void add(int start) {
        if (leaves == starts.length) {
            starts = Arrays.copyOf(starts, 2 * leaves);
        }
        starts[leaves++] = start;
    }

    /** Splits a part. Neither side has less than a twentieth of it, so the recursion is some twenty times the logarithm deep. */
    private void split(int from, int to, SeededRandom random) {
        if (to - from <= MOST_IN_LEAF) {
            add(from);
            return;
        }
        int middle = divide(from, to, random);
        split(from, middle, random);
        split(middle, to, random);
    }

    private int divide(int from, int to, SeededRandom random) {
        int width = rows.columns();
        int size = to - from;
        for (int draw = 0; draw < DRAWS; draw++) {
            long counter = ((long) from << 20 ^ to) * DRAWS + draw;
            int a = order[from + (int) (random.at(2 * counter) * size)];
            int b = order[from + (int) (random.at(2 * counter + 1) * size)];
            float[] normal = new float[width];
            double offset = 0;
            for (int c = 0; c < width; c++) {
                float left = rows.data()[a * width + c];
                float right = rows.data()[b * width + c];
                normal[c] = left - right;
                offset += normal[c] * ((double) left + right) / 2;
            }
            float middle = (float) offset;
            pool.run((size + CHUNK - 1) / CHUNK, (chunk, _) -> {
                for (int i = from + chunk * CHUNK; i < Math.min(to, from + (chunk + 1) * CHUNK); i++) {
                    sides[i] = Panels.innerProduct(rows.data(), order[i] * width, normal, 0, width) - middle;
                }
            });
            int at = partition(from, to);
            if (at - from > size / 20 && to - at > size / 20) {
                return at;
            }
        }
        return from + size / 2;
    }

    private int partition(int from, int to) {
        int[] other = new int[to - from];
        int kept = from;
        int moved = 0;
        for (int i = from; i < to; i++) {
            if (sides[i] > 0) {
                order[kept++] = order[i];
            } else {
                other[moved++] = order[i];
            }
        }
        System.arraycopy(other, 0, order, kept, moved);
        return kept;
    }
}
