package org.latent4j.space.outlier;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/**
 * ECOD (Li, Zhao, Hu, Botta, Ionescu and Chen 2022) as PyOD computes it: in each column the surprise of a value as the negative
 * logarithm of how many are as small, and of how many are as large; the largest of these two and of the one on the side of
 * the longer tail; summed over columns.
 */
final class Tails {
    /** Columns whose surprises are computed before they are added up, so that sums have one order. */
    private static final int AT_A_TIME = 32;

    private Tails() {}

    static double[] scores(Matrix points, WorkerPool pool) {
        int n = points.rows();
        double[] scores = new double[n];
        double[][] columns = new double[AT_A_TIME][];
        for (int first = 0; first < points.columns(); first += AT_A_TIME) {
            int from = first;
            int count = Math.min(AT_A_TIME, points.columns() - from);
            pool.run(count, (item, _) -> columns[item] = column(points, from + item));
            for (int item = 0; item < count; item++) {
                for (int row = 0; row < n; row++) {
                    scores[row] += columns[item][row];
                }
            }
        }
        return scores;
    }

    private static double[] column(Matrix points, int column) {
        int n = points.rows();
        float[] values = new float[n];
        for (int row = 0; row < n; row++) {
            values[row] = points.data()[row * points.columns() + column] + 0f; // no -0, which would sort before 0
        }
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        double skewness = skewness(values);
        double[] surprise = new double[n];
        for (int row = 0; row < n; row++) {
            int below = first(sorted, values[row], false);
            int upTo = first(sorted, values[row], true);
            double left = -Math.log((double) upTo / n);
            double right = -Math.log((double) (n - below) / n);
            double tail = skewness > 0 ? right : skewness < 0 ? left : left + right;
            surprise[row] = Math.max(tail, Math.max(left, right));
        }
        return surprise;
    }

    /** The first place in sorted values that isn't below a value, or that is above it. */
    private static int first(float[] sorted, float value, boolean above) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value || above && sorted[middle] == value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double skewness(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= values.length;
        double second = 0;
        double third = 0;
        for (float value : values) {
            double difference = value - mean;
            second += difference * difference;
            third += difference * difference * difference;
        }
        return second > 0 ? third / Math.pow(second, 1.5) : 0;
    }
}
