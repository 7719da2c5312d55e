package org.latent4j.space.cluster;

import java.util.concurrent.atomic.AtomicLongArray;
import org.latent4j.kernel.WorkerPool;

/**
 * Mutual reachability between points (Campello, Moulavi and Sander 2013): two points are as far from each other as they lie
 * apart, but no nearer than either is to its own {@code minSamples}-th neighbour (its core distance). All distances are
 * squared.
 *
 * <p>Points are numbered by places, in an order that suits the search.
 */
abstract class Reachability {
    /** The core distance of each place. */
    final double[] cores;
    /** The nearest places of each, {@code [points, listed]}, nearest first; -1 where there are no more. */
    final int[] places;
    /** Their distances. */
    final double[] distances;
    final int listed;

    Reachability(int points, int listed) {
        this.cores = new double[points];
        this.listed = listed;
        this.places = new int[Math.multiplyExact(points, listed)];
        this.distances = new double[points * listed];
    }

    final int points() {
        return cores.length;
    }

    /** The point at a place. */
    abstract int row(int place);

    /** What a measured distance is in the metric. */
    abstract double distance(double measured);

    /**
     * For each of some places, the nearest place of another component, if it is no farther than the component's limit.
     *
     * @param wanted places, the most promising first
     */
    abstract void search(int[] wanted, Round round, WorkerPool pool);

    final double weight(int place, int other, double distance) {
        return Math.max(distance, Math.max(cores[place], cores[other]));
    }

    /** Whether one edge comes before another: by weight, then by the smaller, then by the larger of its points. */
    final boolean before(double weight, int a, int b, double otherWeight, int c, int d) {
        if (weight != otherWeight) {
            return weight < otherWeight;
        }
        int x = row(a);
        int y = row(b);
        int u = row(c);
        int v = row(d);
        int lower = Math.min(x, y);
        int otherLower = Math.min(u, v);
        return lower != otherLower ? lower < otherLower : Math.max(x, y) < Math.max(u, v);
    }

    /** Sets core distances from the lists: how far the {@code minSamples}-th point is, the point itself counted. */
    final void setCores(int[] counts, int minSamples) {
        for (int place = 0; place < cores.length; place++) {
            int seen = counts[row(place)];
            double core = 0;
            for (int i = 0; seen < minSamples; i++) {
                int neighbour = places[place * listed + i];
                core = distances[place * listed + i];
                seen += neighbour < 0 ? minSamples : counts[row(neighbour)];
            }
            cores[place] = core;
        }
    }

    /**
     * What a round of searches knows and finds.
     *
     * @param components the component of each place
     * @param limits for each component an edge's weight, as the bits of a double, that leads out of it: nothing above is of
     *     interest
     * @param partners receives for each place its nearest in another component, or -1
     * @param weights receives the weight of that edge; where there is none, a weight that all edges out of it reach
     */
    record Round(int[] components, AtomicLongArray limits, int[] partners, double[] weights) {
        double limit(int place) {
            return Double.longBitsToDouble(limits.get(components[place]));
        }

        void found(int place, int partner, double weight, double limit) {
            partners[place] = partner;
            if (partner < 0) {
                weights[place] = Math.nextUp(limit);
                return;
            }
            weights[place] = weight;
            long bits = Double.doubleToLongBits(weight); // weights aren't negative: their bits are in their order
            limits.accumulateAndGet(components[place], bits, Math::min);
            limits.accumulateAndGet(components[partner], bits, Math::min);
        }
    }
}
