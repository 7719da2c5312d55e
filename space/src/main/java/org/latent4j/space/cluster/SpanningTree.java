package org.latent4j.space.cluster;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

/**
 * The minimum spanning tree of points under mutual reachability, exactly: Borůvka's algorithm (1926), which joins every
 * component with its nearest, where each first looks at the listed neighbours. A component's best listed edge is its best of
 * all where none of its points can have a nearer one beyond its list; only where no component can be sure of that are points
 * searched for, and then never those of the largest component, as joining all the others suffices.
 *
 * <p>Edges of equal weight are ordered by their points, so the tree is the same in whatever order and by however many threads
 * it is found.
 */
final class SpanningTree {
    private final Reachability reachability;
    private final WorkerPool pool;
    private final int n;
    private final int[] components;
    private final int[] partners;
    /** A weight that all of a place's edges reach which aren't listed: its partner's, while that is in another component. */
    private final double[] bounds;
    private final int[] bestFrom;
    private final int[] bestTo;
    private final double[] bestWeight;
    private int[] open;
    private int joined;

    /** The rows that each edge joins, and its weight in the metric. */
    final int[] from;
    final int[] to;
    final double[] weights;

    /** Finds the tree of {@code points - 1} edges. */
    SpanningTree(Reachability reachability, WorkerPool pool, Progress progress) {
        this.reachability = reachability;
        this.pool = pool;
        n = reachability.points();
        components = new int[n];
        partners = new int[n];
        bounds = new double[n];
        bestFrom = new int[n];
        bestTo = new int[n];
        bestWeight = new double[n];
        open = new int[n];
        from = new int[n - 1];
        to = new int[n - 1];
        weights = new double[n - 1];
        for (int place = 0; place < n; place++) {
            components[place] = place;
            open[place] = place;
            partners[place] = -1;
            int last = (place + 1) * reachability.listed - 1;
            bounds[place] = Math.max(reachability.cores[place], reachability.distances[last]);
        }
        while (joined < n - 1) {
            findBest();
            boolean[] unsure = unsure();
            if (!join(unsure)) {
                search();
            }
            progress.report("Joining points", joined, n - 1L, Progress.Unit.STEPS);
        }
    }

    /** The best edge out of each component among those that are known. */
    private void findBest() {
        Arrays.fill(bestFrom, -1);
        Arrays.fill(bestWeight, Double.POSITIVE_INFINITY);
        int kept = 0;
        for (int place : open) {
            boolean leads = false;
            int at = place * reachability.listed;
            for (int i = at; i < at + reachability.listed && reachability.places[i] >= 0; i++) {
                int other = reachability.places[i];
                if (components[other] != components[place]) {
                    leads = true;
                    double weight = reachability.weight(place, other, reachability.distances[i]);
                    offer(components[place], place, other, weight);
                    offer(components[other], place, other, weight);
                }
            }
            if (leads) {
                open[kept++] = place;
            }
        }
        open = Arrays.copyOf(open, kept);
        for (int place = 0; place < n; place++) {
            if (hasPartner(place)) {
                offer(components[place], place, partners[place], bounds[place]);
                offer(components[partners[place]], place, partners[place], bounds[place]);
            }
        }
    }

    private boolean hasPartner(int place) {
        return partners[place] >= 0 && components[partners[place]] != components[place];
    }

    private void offer(int component, int place, int other, double weight) {
        if (weight <= bestWeight[component] && (bestFrom[component] < 0
                || reachability.before(weight, place, other, bestWeight[component], bestFrom[component], bestTo[component]))) {
            bestFrom[component] = place;
            bestTo[component] = other;
            bestWeight[component] = weight;
        }
    }

    /** Which components may have a better edge than the best that is known. */
    private boolean[] unsure() {
        boolean[] unsure = new boolean[n];
        for (int place = 0; place < n; place++) {
            unsure[components[place]] |= isOpen(place);
        }
        return unsure;
    }

    private boolean isOpen(int place) {
        return bounds[place] <= bestWeight[components[place]] && !hasPartner(place);
    }

    /** Joins what is sure; false if nothing is. */
    private boolean join(boolean[] unsure) {
        int before = joined;
        int[] root = new int[n];
        Arrays.setAll(root, i -> i);
        for (int component = 0; component < n; component++) {
            if (bestFrom[component] < 0 || unsure[component]) {
                continue;
            }
            int a = find(root, components[bestFrom[component]]);
            int b = find(root, components[bestTo[component]]);
            if (a != b) {
                root[Math.max(a, b)] = Math.min(a, b);
                from[joined] = reachability.row(bestFrom[component]);
                to[joined] = reachability.row(bestTo[component]);
                weights[joined++] = reachability.distance(bestWeight[component]);
            }
        }
        if (joined == before) {
            return false;
        }
        for (int place = 0; place < n; place++) {
            components[place] = find(root, components[place]);
        }
        return true;
    }

    private static int find(int[] root, int i) {
        while (root[i] != i) {
            root[i] = root[root[i]];
            i = root[i];
        }
        return i;
    }

    /** Searches for the points that may have better edges than are known, in all components but the largest. */
    private void search() {
        int[] sizes = new int[n];
        int largest = 0;
        for (int place = 0; place < n; place++) {
            sizes[components[place]]++;
        }
        for (int component = 0; component < n; component++) {
            largest = sizes[component] > sizes[largest] ? component : largest;
        }
        AtomicLongArray limits = new AtomicLongArray(n);
        for (int component = 0; component < n; component++) {
            limits.set(component, Double.doubleToLongBits(bestWeight[component]));
        }
        int excepted = largest;
        int[] wanted = new int[n];
        int count = 0;
        for (int place = 0; place < n; place++) {
            if (components[place] != excepted && isOpen(place)) {
                wanted[count++] = place;
            }
        }
        wanted = Arrays.copyOf(wanted, count);
        sortByBound(wanted);
        reachability.search(wanted, new Reachability.Round(components, limits, partners, bounds), pool);
    }

    private void sortByBound(int[] wanted) {
        Sorted.by(wanted, place -> bounds[place]);
    }
}
