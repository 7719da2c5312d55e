package org.latent4j.space.cluster;

import java.util.Arrays;

/** The nearest points of a {@link KdTree} to one of its points, one search after the other: a worker's own. */
final class TreeNeighbours {
    private final KdTree tree;
    private final double[] query;
    private final double[] leaf = new double[KdTree.LEAF];
    private final int[] places;
    private final double[] squares;
    private int self;

    /** Searches for {@code k} neighbours of points {@code width} wide. */
    TreeNeighbours(KdTree tree, int width, int k) {
        this.tree = tree;
        this.query = new double[width];
        this.places = new int[k];
        this.squares = new double[k];
    }

    /**
     * Finds the nearest points but the point itself, nearest first; where there are fewer, the rest is place -1 at infinite
     * distance.
     *
     * @param foundPlaces receives their places, {@code [k]} from {@code at}
     * @param foundSquares receives squared distances
     */
    void search(int place, int[] foundPlaces, double[] foundSquares, int at) {
        self = place;
        tree.point(place, query);
        Arrays.fill(places, -1);
        Arrays.fill(squares, Double.POSITIVE_INFINITY);
        visit(0);
        System.arraycopy(places, 0, foundPlaces, at, places.length);
        System.arraycopy(squares, 0, foundSquares, at, squares.length);
    }

    private void visit(int node) {
        int leaves = tree.leaves();
        if (node >= leaves - 1) {
            scan(node - leaves + 1);
            return;
        }
        int near = 2 * node + 1;
        int far = near + 1;
        double toNear = tree.toBox(query, near);
        double toFar = tree.toBox(query, far);
        if (toFar < toNear) {
            int swapped = near;
            near = far;
            far = swapped;
            double distance = toNear;
            toNear = toFar;
            toFar = distance;
        }
        int last = squares.length - 1;
        if (toNear < squares[last]) {
            visit(near);
        }
        if (toFar < squares[last]) {
            visit(far);
        }
    }

    private void scan(int leafNumber) {
        int from = tree.start(leafNumber);
        int count = tree.start(leafNumber + 1) - from;
        tree.toLeaf(query, leafNumber, leaf);
        int last = squares.length - 1;
        for (int i = 0; i < count; i++) {
            if (leaf[i] < squares[last] && from + i != self) {
                insert(from + i, leaf[i]);
            }
        }
    }

    private void insert(int place, double square) {
        int at = squares.length - 1;
        for (; at > 0 && squares[at - 1] > square; at--) {
            squares[at] = squares[at - 1];
            places[at] = places[at - 1];
        }
        squares[at] = square;
        places[at] = place;
    }
}
