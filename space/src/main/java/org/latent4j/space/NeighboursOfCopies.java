package org.latent4j.space;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

/**
 * The nearest points where many are copies of others: each of the different points is searched for once, and copies come with it.
 * A hundred thousand points of which few differ take no longer than those few, and have the neighbours that a search among all
 * would find, by distance and then by index.
 */
final class NeighboursOfCopies {
    private final Matrix points;
    private final Distinct distinct;
    private final int k;
    /** Where the points of each group begin in {@link #members}; one more than groups. */
    private final int[] starts;
    private final int[] members;

    private NeighboursOfCopies(Matrix points, Distinct distinct, int k) {
        this.points = points;
        this.distinct = distinct;
        this.k = k;
        this.starts = new int[distinct.groups() + 1];
        for (int group = 0; group < distinct.groups(); group++) {
            starts[group + 1] = starts[group] + distinct.counts()[group];
        }
        this.members = new int[points.rows()];
        int[] next = starts.clone();
        for (int row = 0; row < members.length; row++) {
            members[next[distinct.groupOf()[row]]++] = row;
        }
    }

    /** A search by way of the different points, if an eighth of the points are copies and what is asked for is possible. */
    static Optional<NeighboursOfCopies> when(Matrix points, int wanted) {
        NeighbourSearch.requireFinite(points, "point");
        int n = points.rows();
        int k = Math.min(wanted, n - 1);
        if (k < 1 || (long) n * k > Integer.MAX_VALUE - 8) {
            return Optional.empty();
        }
        Distinct distinct = Distinct.of(points);
        return distinct.groups() > n - n / 8 ? Optional.empty() : Optional.of(new NeighboursOfCopies(points, distinct, k));
    }

    Neighbours among(Metric metric, WorkerPool pool, Progress progress) {
        Matrix different = distinct.pick(points);
        // A group's own place is one of those looked for. Each has a point or more, so those of k + 1 hold the k of any point.
        Neighbours near = new NeighbourSearch(different, metric, pool).nearest(different, k + 1, progress);
        return spread(different, near, metric, pool);
    }

    Neighbours nearly(Metric metric, long seed, WorkerPool pool, Progress progress) {
        int groups = distinct.groups();
        if (groups - 1 <= k) {
            return among(metric, pool, progress);
        }
        Matrix different = distinct.pick(points);
        Neighbours others = new NeighbourDescent(different, metric, k, seed, pool).run(progress);
        int[] indices = new int[groups * (k + 1)];
        float[] distances = new float[indices.length];
        for (int group = 0; group < groups; group++) {
            float own = (float) metric.distance(different, group, different, group);
            int at = group * (k + 1);
            int rank = 0;
            while (rank < k && others.distance(group, rank) < own) { // inner products: others may be nearer than the point itself
                rank++;
            }
            System.arraycopy(others.indices(), group * k, indices, at, rank);
            System.arraycopy(others.distances(), group * k, distances, at, rank);
            indices[at + rank] = group;
            distances[at + rank] = own;
            System.arraycopy(others.indices(), group * k + rank, indices, at + rank + 1, k - rank);
            System.arraycopy(others.distances(), group * k + rank, distances, at + rank + 1, k - rank);
        }
        return spread(different, new Neighbours(groups, k + 1, indices, distances, metric), metric, pool);
    }

    /** From the nearest groups of each group, its own among them, to the nearest points of each point. */
    private Neighbours spread(Matrix different, Neighbours near, Metric metric, WorkerPool pool) {
        int n = points.rows();
        Neighbours found = new Neighbours(n, k, new int[n * k], new float[n * k], metric);
        pool.run(distinct.groups(), (group, _) -> {
            int[] nearest = new int[k + 1];
            float[] distances = new float[k + 1];
            take(different, near, group, nearest, distances);
            for (int member = starts[group]; member < starts[group + 1]; member++) {
                int row = members[member];
                int to = row * k;
                for (int i = 0; to < (row + 1) * k; i++) {
                    if (nearest[i] != row) {
                        found.indices()[to] = nearest[i];
                        found.distances()[to++] = distances[i];
                    }
                }
            }
        });
        return found;
    }

    /** The {@code k + 1} nearest points of a group, one of which may be the point itself that is looked from. */
    private void take(Matrix different, Neighbours near, int group, int[] nearest, float[] distances) {
        int taken = 0;
        for (int rank = 0; taken < nearest.length;) {
            double distance = near.metric().distance(different, group, different, near.index(group, rank));
            int last = rank + 1;
            while (last < near.k() && near.distance(group, last) == near.distance(group, rank)
                    && near.metric().distance(different, group, different, near.index(group, last)) == distance) {
                last++;
            }
            int[] equallyFar = equallyFar(near, group, rank, last, nearest.length - taken);
            System.arraycopy(equallyFar, 0, nearest, taken, equallyFar.length);
            Arrays.fill(distances, taken, taken + equallyFar.length, (float) distance);
            taken += equallyFar.length;
            rank = last;
        }
    }

    /** The first points, by index, of the groups at some ranks. */
    private int[] equallyFar(Neighbours near, int group, int rank, int last, int most) {
        int[] all = new int[0];
        for (int i = rank; i < last; i++) {
            int start = starts[near.index(group, i)];
            int count = Math.min(most, starts[near.index(group, i) + 1] - start);
            int before = all.length;
            all = Arrays.copyOf(all, before + count);
            System.arraycopy(members, start, all, before, count);
        }
        if (last - rank > 1) {
            Arrays.sort(all);
        }
        return all.length <= most ? all : Arrays.copyOf(all, most);
    }
}
