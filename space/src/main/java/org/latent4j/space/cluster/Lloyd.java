package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/**
 * Lloyd's iterations (1982) with Elkan's bounds (2003): points whose centre is surely still the nearest aren't looked at,
 * the others are compared with all centres by blocked products. The bounds allow for what products in single precision are
 * off, so that nothing is skipped that would have changed.
 */
final class Lloyd {
    /** A block is compared as a whole if more than this share of it is doubtful: looking for the others takes longer. */
    private static final double WHOLE = 0.6;
    private static final int COLUMNS = 64;
    private static final float ROUNDED = 1 - 0x1p-22f;

    private final Blocks blocks;
    private final Matrix points;
    private final boolean spherical;
    private final WorkerPool pool;
    private final int clusters;
    private final Centres.Nearest nearest;
    private final double[] sums;
    private final int[] counts;
    private final Centres.Search[] searches;
    private Centres centres;
    private int iterations;

    /**
     * Begins with given centres.
     *
     * @param blocks points of length 1 if {@code spherical}
     */
    Lloyd(Blocks blocks, Matrix first, boolean spherical, WorkerPool pool) {
        this.blocks = blocks;
        this.points = blocks.rows;
        this.spherical = spherical;
        this.pool = pool;
        clusters = first.rows();
        centres = new Centres(first);
        nearest = new Centres.Nearest(blocks, clusters, Centres.MOST_BOUNDS);
        sums = new double[clusters * points.columns()];
        counts = new int[clusters];
        searches = new Centres.Search[pool.threads()];
        Arrays.setAll(searches, _ -> new Centres.Search());
    }

    /**
     * Iterates until no point changes its cluster, or the centres move no more than {@code tolerance} (a sum of squares).
     */
    Lloyd run(int most, double tolerance) {
        Arrays.fill(nearest.labels, -1);
        int[] before = nearest.labels.clone();
        centres.nearest(blocks, nearest, pool);
        for (iterations = 1;; iterations++) {
            int[] changed = changed(before);
            if (changed.length == 0 || iterations > most) {
                break;
            }
            move(before, changed);
            fillEmpty(before);
            Matrix next = means();
            double[] shifts = shifts(centres.rows, next);
            centres = new Centres(next);
            System.arraycopy(nearest.labels, 0, before, 0, before.length);
            assign(shifts);
            double moved = 0;
            for (double shift : shifts) {
                moved += shift * shift;
            }
            if (moved <= tolerance) {
                break;
            }
        }
        return this;
    }

    Matrix centres() {
        return centres.rows;
    }

    int[] labels() {
        return nearest.labels;
    }

    int iterations() {
        return iterations;
    }

    private int[] changed(int[] before) {
        int[] changed = new int[before.length];
        int count = 0;
        for (int row = 0; row < before.length; row++) {
            if (before[row] != nearest.labels[row]) {
                changed[count++] = row;
            }
        }
        return Arrays.copyOf(changed, count);
    }

    /** Takes points out of the sums of the clusters that they leave and adds them to those that they join, in their order. */
    private void move(int[] before, int[] changed) {
        int width = points.columns();
        pool.run((width + COLUMNS - 1) / COLUMNS, (slice, _) -> {
            int from = slice * COLUMNS;
            int to = Math.min(width, from + COLUMNS);
            for (int row : changed) {
                int joined = nearest.labels[row] * width;
                for (int c = from; c < to; c++) {
                    sums[joined + c] += points.data()[row * width + c];
                }
                if (before[row] >= 0) {
                    int left = before[row] * width;
                    for (int c = from; c < to; c++) {
                        sums[left + c] -= points.data()[row * width + c];
                    }
                }
            }
        });
        for (int row : changed) {
            counts[nearest.labels[row]]++;
            if (before[row] >= 0) {
                counts[before[row]]--;
            }
        }
    }

    /** Gives clusters without points the points that lie farthest from their centres, as scikit-learn does. */
    private void fillEmpty(int[] before) {
        for (int cluster = 0; cluster < clusters; cluster++) {
            if (counts[cluster] > 0) {
                continue;
            }
            int farthest = -1;
            double most = 0;
            for (int row = 0; row < points.rows(); row++) {
                int label = nearest.labels[row];
                double distance = counts[label] > 1 ? square(row, label) : 0;
                if (distance > most) {
                    most = distance;
                    farthest = row;
                }
            }
            if (farthest < 0) {
                return; // there are no more different points than clusters
            }
            System.arraycopy(nearest.labels, 0, before, 0, before.length);
            nearest.labels[farthest] = cluster;
            nearest.upper[farthest] = Double.POSITIVE_INFINITY;
            move(before, new int[]{farthest});
        }
    }

    private double square(int row, int centre) {
        int width = points.columns();
        double sum = 0;
        for (int c = 0; c < width; c++) {
            double difference = (double) points.data()[row * width + c] - centres.rows.data()[centre * width + c];
            sum += difference * difference;
        }
        return sum;
    }

    private Matrix means() {
        int width = points.columns();
        Matrix means = Matrix.zeros(clusters, width);
        for (int cluster = 0; cluster < clusters; cluster++) {
            double divisor = spherical ? length(cluster) : counts[cluster];
            for (int c = 0; c < width; c++) {
                int at = cluster * width + c;
                means.data()[at] = counts[cluster] > 0 && divisor > 0 ? (float) (sums[at] / divisor) : centres.rows.data()[at];
            }
        }
        return means;
    }

    private double length(int cluster) {
        double sum = 0;
        for (int i = cluster * points.columns(); i < (cluster + 1) * points.columns(); i++) {
            sum += sums[i] * sums[i];
        }
        return Math.sqrt(sum);
    }

    private static double[] shifts(Matrix before, Matrix after) {
        int width = before.columns();
        double[] shifts = new double[before.rows()];
        for (int cluster = 0; cluster < shifts.length; cluster++) {
            double sum = 0;
            for (int i = cluster * width; i < (cluster + 1) * width; i++) {
                double difference = (double) after.data()[i] - before.data()[i];
                sum += difference * difference;
            }
            shifts[cluster] = Math.sqrt(sum);
        }
        return shifts;
    }

    /** Compares with all centres those points whose centre may not be the nearest any more. */
    private void assign(double[] shifts) {
        float[] nearer = new float[nearest.groups];
        for (int cluster = 0; cluster < clusters; cluster++) {
            int group = cluster / nearest.together;
            nearer[group] = Math.max(nearer[group], Math.nextUp((float) shifts[cluster]));
        }
        pool.run(blocks.count(), (block, worker) -> {
            int from = blocks.from(block);
            int size = blocks.to(block) - from;
            float[] least = new float[size];
            Arrays.fill(least, Float.POSITIVE_INFINITY);
            for (int group = 0; group < nearest.groups; group++) {
                approach(nearest.lower[block], group * size, nearer[group], least);
            }
            int[] doubtful = new int[size];
            int count = 0;
            for (int i = 0; i < size; i++) {
                int row = from + i;
                nearest.upper[row] += shifts[nearest.labels[row]];
                if (nearest.upper[row] >= least[i]) {
                    doubtful[count++] = row;
                }
            }
            if (count > WHOLE * size) {
                searches[worker].all(centres, blocks, block, nearest);
            } else if (count > 0) {
                searches[worker].some(centres, blocks, block, doubtful, count, nearest);
            }
        });
    }

    /** Lets bounds come nearer by what a centre moved, and somewhat more, for they are rounded. */
    private static void approach(float[] lower, int at, float moved, float[] least) {
        for (int i = 0; i < least.length; i++) {
            float bound = lower[at + i] * ROUNDED - moved;
            lower[at + i] = bound;
            least[i] = Math.min(least[i], bound);
        }
    }
}
