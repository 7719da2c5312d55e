package org.latent4j.space.cluster;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

/** Mutual reachability of points of few dimensions, searched in a {@link KdTree}. */
final class TreeReachability extends Reachability {
    private static final int AT_A_TIME = 64;

    private final KdTree tree;
    private final int width;
    private final double[] leastCore;
    private final int[] componentOfNode;

    private final boolean angles;

    /**
     * Lists neighbours and finds core distances.
     *
     * @param points different points, {@code [points, width]}
     * @param counts how often each is there
     * @param listed how many neighbours are listed, at least {@code minSamples - 1}
     * @param angles whether the metric is the cosine's; otherwise it is Euclid's
     */
    TreeReachability(Matrix points, int[] counts, int minSamples, int listed, boolean angles, WorkerPool pool) {
        super(points.rows(), listed);
        this.width = points.columns() + (angles ? 1 : 0);
        this.angles = angles;
        this.tree = new KdTree(angles ? unit(points) : wide(points), width, pool);
        TreeNeighbours[] searches = new TreeNeighbours[pool.threads()];
        pool.run(tree.leaves(), (leaf, worker) -> {
            TreeNeighbours own = searches[worker];
            if (own == null) {
                own = searches[worker] = new TreeNeighbours(tree, width, listed);
            }
            for (int place = tree.start(leaf); place < tree.start(leaf + 1); place++) {
                own.search(place, places, distances, place * listed);
            }
        });
        setCores(counts, minSamples);
        int nodes = 2 * tree.leaves() - 1;
        leastCore = new double[nodes];
        componentOfNode = new int[nodes];
        for (int node = nodes - 1; node >= 0; node--) {
            leastCore[node] = node >= tree.leaves() - 1
                    ? least(node - tree.leaves() + 1)
                    : Math.min(leastCore[2 * node + 1], leastCore[2 * node + 2]);
        }
    }

    private static double[] wide(Matrix points) {
        double[] wide = new double[points.data().length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = points.data()[i];
        }
        return wide;
    }

    /**
     * Points of length 1: half the squared distance between them is 1 minus their cosine. A zero vector, whose cosine is 0 with all, points
     * along a coordinate more, where no other does.
     */
    private static double[] unit(Matrix points) {
        int width = points.columns();
        double[] unit = new double[points.rows() * (width + 1)];
        for (int row = 0; row < points.rows(); row++) {
            double length = Math.sqrt(Rows.square(points, row));
            int to = row * (width + 1);
            for (int c = 0; c < width && length > 0; c++) {
                unit[to + c] = points.data()[row * width + c] / length;
            }
            unit[to + width] = length > 0 ? 0 : 1;
        }
        return unit;
    }

    private double least(int leaf) {
        double least = Double.POSITIVE_INFINITY;
        for (int place = tree.start(leaf); place < tree.start(leaf + 1); place++) {
            least = Math.min(least, cores[place]);
        }
        return least;
    }

    @Override
    int row(int place) {
        return tree.row(place);
    }

    @Override
    double distance(double measured) {
        return angles ? measured / 2 : Math.sqrt(measured);
    }

    @Override
    void search(int[] wanted, Round round, WorkerPool pool) {
        setComponents(round.components());
        Search[] searches = new Search[pool.threads()];
        pool.run((wanted.length + AT_A_TIME - 1) / AT_A_TIME, (chunk, worker) -> {
            Search own = searches[worker];
            if (own == null) {
                own = searches[worker] = new Search(round);
            }
            for (int i = chunk * AT_A_TIME; i < Math.min(wanted.length, (chunk + 1) * AT_A_TIME); i++) {
                own.run(wanted[i]);
            }
        });
    }

    /** The component that all points of a node belong to, or -1. */
    private void setComponents(int[] components) {
        for (int node = componentOfNode.length - 1; node >= 0; node--) {
            if (node >= tree.leaves() - 1) {
                int leaf = node - tree.leaves() + 1;
                int first = components[tree.start(leaf)];
                boolean all = true;
                for (int place = tree.start(leaf) + 1; all && place < tree.start(leaf + 1); place++) {
                    all = components[place] == first;
                }
                componentOfNode[node] = all ? first : -1;
            } else {
                int left = componentOfNode[2 * node + 1];
                componentOfNode[node] = left == componentOfNode[2 * node + 2] ? left : -1;
            }
        }
    }

    /** One search after the other. */
    private final class Search {
        private final Round round;
        private final double[] query = new double[width];
        private final double[] leaf = new double[KdTree.LEAF];
        private int place;
        private int component;
        private double weight;
        private int partner;

        Search(Round round) {
            this.round = round;
        }

        void run(int from) {
            place = from;
            component = round.components()[from];
            double limit = round.limit(from);
            if (round.weights()[from] > limit) {
                return; // found by the way: others of the component have nearer ones
            }
            weight = limit;
            partner = -1;
            tree.point(from, query);
            visit(0);
            round.found(from, partner, weight, limit);
        }

        private double bound(int node) {
            return componentOfNode[node] == component
                    ? Double.POSITIVE_INFINITY
                    : Math.max(tree.toBox(query, node), Math.max(cores[place], leastCore[node]));
        }

        private void visit(int node) {
            if (node >= tree.leaves() - 1) {
                scan(node - tree.leaves() + 1);
                return;
            }
            int near = 2 * node + 1;
            int far = near + 1;
            double toNear = bound(near);
            double toFar = bound(far);
            if (toFar < toNear) {
                int swapped = near;
                near = far;
                far = swapped;
                double distance = toNear;
                toNear = toFar;
                toFar = distance;
            }
            if (toNear <= weight && componentOfNode[near] != component) {
                visit(near);
            }
            if (toFar <= weight && componentOfNode[far] != component) {
                visit(far);
            }
        }

        private void scan(int leafNumber) {
            int from = tree.start(leafNumber);
            int count = tree.start(leafNumber + 1) - from;
            tree.toLeaf(query, leafNumber, leaf);
            for (int i = 0; i < count; i++) {
                int other = from + i;
                double own = weight(place, other, leaf[i]);
                if (own <= weight && round.components()[other] != component
                        && (partner < 0 || before(own, place, other, weight, place, partner))) {
                    weight = own;
                    partner = other;
                }
            }
        }
    }
}
