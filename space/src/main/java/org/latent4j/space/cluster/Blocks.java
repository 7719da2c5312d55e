package org.latent4j.space.cluster;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/**
 * Points that are multiplied with a few rows again and again, some hundred at a time: laid out for it once, by all threads, as
 * long as that takes no more than a gigabyte, else whenever they are asked for. The points mustn't change.
 */
final class Blocks {
    /** Points in a block: products with some dozen rows stay in the second-level cache. */
    static final int SIZE = 5 * Panels.STEP;
    private static final long MOST_KEPT = 1L << 28;

    final Matrix rows;
    final double[] squares;
    private final @Nullable Panels[] panels;

    Blocks(Matrix rows, WorkerPool pool) {
        this.rows = rows;
        this.squares = new double[rows.rows()];
        this.panels = new Panels[(rows.rows() + SIZE - 1) / SIZE];
        boolean kept = (long) rows.rows() * rows.columns() <= MOST_KEPT;
        pool.run(panels.length, (block, _) -> {
            for (int row = from(block); row < to(block); row++) {
                squares[row] = Rows.square(rows, row);
            }
            panels[block] = kept ? laidOut(block) : null;
        });
    }

    int count() {
        return panels.length;
    }

    int from(int block) {
        return block * SIZE;
    }

    int to(int block) {
        return Math.min(rows.rows(), (block + 1) * SIZE);
    }

    Panels panels(int block) {
        Panels kept = panels[block];
        return kept == null ? laidOut(block) : kept;
    }

    private Panels laidOut(int block) {
        int width = rows.columns();
        return Panels.of(Matrix.of(to(block) - from(block), width,
                Arrays.copyOfRange(rows.data(), from(block) * width, to(block) * width)));
    }
}
