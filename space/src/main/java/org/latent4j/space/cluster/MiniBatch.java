package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * Mini-batch k-means (Sculley 2010): a few points at a time draw their centres towards them, each less than the one before,
 * so that a centre is the mean of all points it has seen. Ends when the smoothed distance in the batches has not become less
 * for a while, as scikit-learn's does.
 */
final class MiniBatch {
    private static final int PATIENCE = 10;

    private final Matrix points;
    private final KMeans.Options options;
    private final WorkerPool pool;
    private final double[] centres;
    private final long[] seen;

    MiniBatch(Matrix points, Matrix first, KMeans.Options options, WorkerPool pool) {
        this.points = points;
        this.options = options;
        this.pool = pool;
        centres = new double[first.data().length];
        Arrays.setAll(centres, i -> first.data()[i]);
        seen = new long[first.rows()];
    }

    Matrix run() {
        int n = points.rows();
        int size = Math.min(options.batch(), n);
        long steps = (long) options.iterations() * ((n + size - 1) / size);
        double alpha = Math.min(1, 2.0 * size / (n + 1));
        double smoothed = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        int without = 0;
        for (long step = 0; step < steps && without < PATIENCE; step++) {
            SeededRandom random = new SeededRandom(options.seed(), -1 - step);
            int[] rows = new int[size];
            Arrays.setAll(rows, i -> (int) (random.at(i) * n));
            double mean = step(rows);
            smoothed = Double.isNaN(smoothed) ? mean : smoothed * (1 - alpha) + mean * alpha;
            without = smoothed < least ? 0 : without + 1;
            least = Math.min(least, smoothed);
        }
        return rounded();
    }

    private Matrix rounded() {
        Matrix rounded = Matrix.zeros(seen.length, points.columns());
        for (int i = 0; i < centres.length; i++) {
            rounded.data()[i] = (float) centres[i];
        }
        return options.spherical() ? Rows.unit(rounded) : rounded;
    }

    /** Draws centres towards a batch; returns the mean squared distance before. */
    private double step(int[] rows) {
        Matrix batch = Rows.pick(points, rows);
        Blocks blocks = new Blocks(batch, pool);
        Centres.Nearest nearest = new Centres.Nearest(blocks, seen.length, 1);
        new Centres(rounded()).nearest(blocks, nearest, pool);
        int width = points.columns();
        double sum = 0;
        for (int i = 0; i < rows.length; i++) {
            int label = nearest.labels[i];
            double rate = 1.0 / ++seen[label];
            for (int c = 0; c < width; c++) {
                centres[label * width + c] += rate * (batch.data()[i * width + c] - centres[label * width + c]);
            }
            sum += nearest.upper[i] * nearest.upper[i];
        }
        return sum / rows.length;
    }
}
