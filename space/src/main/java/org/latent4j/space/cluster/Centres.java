package org.latent4j.space.cluster;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.WorkerPool;

/** Centres of clusters, and which of them is nearest to points: products of blocks, in single precision. */
final class Centres {
    private static final double ROUNDING = 0x1p-24;
    /** The most bounds that are kept, over all points, for those who ask again. */
    static final long MOST_BOUNDS = 1L << 27;

    final Matrix rows;
    private final double[] squares;
    private final double longest;
    private final double error;

    /** Of rows {@code [clusters, width]}, which mustn't change. */
    Centres(Matrix rows) {
        this.rows = rows;
        squares = Rows.squares(rows);
        longest = Arrays.stream(squares).max().orElse(0);
        error = (rows.columns() + 16) * ROUNDING;
    }

    int count() {
        return rows.rows();
    }

    /**
     * What is known of points: the nearest centre, a distance that it surely isn't beyond, and for groups of centres a distance that
     * none of them but the nearest surely is within (Elkan 2003; Ding et al. 2015, where a group has more than one).
     */
    static final class Nearest {
        final int[] labels;
        final double[] upper;
        /** Centres in a group, one behind the other; one where there is memory for it. */
        final int together;
        final int groups;
        /** Of each block of points {@code [groups, Blocks.SIZE]}. */
        final float[][] lower;

        /** @param bounds how many may be kept; there are as many groups as that allows, and at least one */
        Nearest(Blocks points, int clusters, long bounds) {
            int n = points.rows.rows();
            labels = new int[n];
            upper = new double[n];
            together = (int) Math.clamp((long) n * clusters / bounds + 1, 1, clusters);
            groups = (clusters + together - 1) / together;
            lower = new float[points.count()][groups * Math.min(Blocks.SIZE, n)];
        }
    }

    /** Finds the nearest centre of all points. */
    void nearest(Blocks points, Nearest out, WorkerPool pool) {
        Search[] searches = new Search[pool.threads()];
        pool.run(points.count(), (block, worker) -> {
            Search own = searches[worker];
            if (own == null) {
                own = searches[worker] = new Search();
            }
            own.all(this, points, block, out);
        });
    }

    /** A worker's own buffers. */
    static final class Search {
        private final Panels.Block some = new Panels.Block();
        private @Nullable Centres taken;
        private int takenFrom;
        private float[][] scores = {};
        private final float[] best = new float[Blocks.SIZE];
        private final float[] before = new float[Blocks.SIZE];
        private final float[] rest = new float[Blocks.SIZE];
        private final int[] labels = new int[Blocks.SIZE];
        private final int[] rows = new int[Blocks.SIZE];

        /** Finds the nearest centre of the points of a block. */
        void all(Centres centres, Blocks points, int block, Nearest out) {
            int count = points.to(block) - points.from(block);
            Arrays.setAll(rows, i -> points.from(block) + i);
            compare(centres, points.panels(block), count);
            found(centres, points, block, rows, count, out);
        }

        /** Finds the nearest centre of some points of a block. */
        void some(Centres centres, Blocks points, int block, int[] some, int count, Nearest out) {
            int width = points.rows.columns();
            Matrix picked = Matrix.zeros(count, width);
            for (int i = 0; i < count; i++) {
                System.arraycopy(points.rows.data(), some[i] * width, picked.data(), i * width, width);
            }
            compare(centres, Panels.of(picked), count);
            found(centres, points, block, some, count, out);
        }

        private void found(Centres centres, Blocks points, int block, int[] some, int count, Nearest out) {
            int atATime = Panels.blockRows(points.rows.columns());
            for (int i = 0; i < count; i++) {
                double square = points.squares[some[i]];
                out.labels[some[i]] = labels[i];
                out.upper[some[i]] = Math.sqrt(Math.max(0, square - 2.0 * best[i]) + centres.error * (square + centres.longest));
                scores[labels[i] / atATime][labels[i] % atATime * Blocks.SIZE + i] = Float.NEGATIVE_INFINITY;
            }
            int size = points.to(block) - points.from(block);
            for (int group = 0; group < out.groups; group++) {
                Arrays.fill(rest, 0, count, Float.NEGATIVE_INFINITY);
                for (int centre = group * out.together; centre < Math.min(centres.count(), (group + 1) * out.together); centre++) {
                    raise(scores[centre / atATime], centre % atATime * Blocks.SIZE, rest, count);
                }
                for (int i = 0; i < count; i++) {
                    double square = points.squares[some[i]];
                    double least = square - 2.0 * rest[i] - centres.error * (square + centres.longest);
                    out.lower[block][group * size + some[i] - points.from(block)] = Math.nextDown((float) Math.sqrt(Math.max(0, least)));
                }
            }
        }

        private static void raise(float[] scores, int at, float[] most, int count) {
            for (int i = 0; i < count; i++) {
                most[i] = Math.max(most[i], scores[at + i]);
            }
        }

        private void compare(Centres centres, Panels points, int count) {
            Arrays.fill(best, 0, count, Float.NEGATIVE_INFINITY);
            int atATime = Panels.blockRows(points.width());
            scores = scores.length * atATime < centres.count() ? new float[(centres.count() + atATime - 1) / atATime][] : scores;
            for (int from = 0; from < centres.count(); from += atATime) {
                int to = Math.min(centres.count(), from + atATime);
                float[] part = take(centres, from, to, from / atATime);
                some.times(points, 0, count, part, Blocks.SIZE);
                System.arraycopy(best, 0, before, 0, count);
                for (int centre = from; centre < to; centre++) {
                    lessen(part, (centre - from) * Blocks.SIZE, (float) (centres.squares[centre] / 2), count);
                    raise(part, (centre - from) * Blocks.SIZE, best, count);
                }
                for (int centre = to - 1; centre >= from; centre--) { // of equally near ones the first
                    label(centre, part, (centre - from) * Blocks.SIZE, count);
                }
            }
        }

        private float[] take(Centres centres, int from, int to, int part) {
            if (taken != centres || takenFrom != from) {
                some.take(centres.rows, from, to);
                taken = centres;
                takenFrom = from;
            }
            int needed = some.roundedRows() * Blocks.SIZE;
            float[] room = scores[part];
            return room == null || room.length < needed ? scores[part] = new float[needed] : room;
        }

        private static void lessen(float[] scores, int at, float half, int count) {
            for (int i = 0; i < count; i++) {
                scores[at + i] -= half;
            }
        }

        private void label(int centre, float[] scores, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (scores[at + i] == best[i] && best[i] > before[i]) {
                    labels[i] = centre;
                }
            }
        }
    }
}
