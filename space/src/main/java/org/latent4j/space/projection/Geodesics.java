package org.latent4j.space.projection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Neighbours;

/**
 * Shortest ways through the graph of nearest neighbours, from one point to the next that lies near it (Tenenbaum, de Silva and
 * Langford 2000): how far points lie apart for one who can't leave the cloud.
 */
public final class Geodesics {
    private final Graph graph;

    /** Ways along the edges from points to their neighbours, which may be gone both ways. */
    public Geodesics(Neighbours neighbours, WorkerPool pool) {
        this.graph = graph(neighbours, pool);
    }

    /** The edges from points to their neighbours, both ways, with their lengths. */
    static Graph graph(Neighbours neighbours, WorkerPool pool) {
        float[] lengths = new float[neighbours.distances().length];
        for (int i = 0; i < lengths.length; i++) {
            // Equal points lie at no distance, but edges of no weight are none.
            lengths[i] = Math.max(neighbours.distances()[i], Float.MIN_NORMAL);
        }
        return Graph.mutual(neighbours.rows(), neighbours.k(), neighbours.indices(), lengths, Math::max, pool);
    }

    /**
     * A way.
     *
     * @param points from the first to the last
     * @param length of all its steps
     */
    public record Way(List<Integer> points, double length) {}

    /**
     * The shortest way between two points.
     *
     * @throws LatentException if there is none, since the graph is in several parts
     */
    public Way between(int from, int to) {
        int[] before = new int[graph.points()];
        double[] lengths = lengths(from, before, to);
        if (lengths[to] == Double.POSITIVE_INFINITY) {
            throw new LatentException("no way leads from point %d to point %d: the neighbour graph is in %d parts; take more neighbours"
                    .formatted(from, to, parts()));
        }
        List<Integer> points = new ArrayList<>();
        for (int at = to; at != from; at = before[at]) {
            points.add(at);
        }
        points.add(from);
        Collections.reverse(points);
        return new Way(List.copyOf(points), withoutLeast(lengths[to]));
    }

    /** A way along no other than edges between equal points has no length. */
    private double withoutLeast(double length) {
        return length <= graph.points() * (double) Float.MIN_NORMAL ? 0 : length;
    }

    /** How many parts the graph is in. */
    public int parts() {
        return Arrays.stream(graph.parts()).max().orElse(-1) + 1;
    }

    /** Which part each point is in. */
    int[] partOf() {
        return graph.parts();
    }

    /** The lengths of the shortest ways from a point to all others, {@code [points]}; infinite where none leads. */
    public double[] from(int point) {
        return lengths(point, new int[graph.points()], -1);
    }

    /** Dijkstra's algorithm with a binary heap, up to the point that is asked for; of equally long ways that over lower indices. */
    private double[] lengths(int from, int[] before, int target) {
        int n = graph.points();
        double[] lengths = new double[n];
        Arrays.fill(lengths, Double.POSITIVE_INFINITY);
        lengths[from] = 0;
        before[from] = from;
        int[] heap = new int[n];
        int[] places = new int[n];
        Arrays.fill(places, -1);
        heap[0] = from;
        places[from] = 0;
        int size = 1;
        while (size > 0) {
            int point = heap[0];
            if (point == target) {
                break;
            }
            int last = heap[--size];
            places[point] = -2;
            if (size > 0) {
                sink(heap, places, lengths, size, last);
            }
            for (int e = graph.starts()[point]; e < graph.starts()[point + 1]; e++) {
                int end = graph.ends()[e];
                double length = lengths[point] + graph.weights()[e];
                if (length < lengths[end]) {
                    lengths[end] = length;
                    before[end] = point;
                    if (places[end] < 0) {
                        places[end] = size++;
                    }
                    rise(heap, places, lengths, places[end], end);
                }
            }
        }
        return lengths;
    }

    private static boolean nearer(double[] lengths, int a, int b) {
        return lengths[a] < lengths[b] || lengths[a] == lengths[b] && a < b;
    }

    private static void rise(int[] heap, int[] places, double[] lengths, int from, int point) {
        int at = from;
        while (at > 0 && nearer(lengths, point, heap[(at - 1) / 2])) {
            heap[at] = heap[(at - 1) / 2];
            places[heap[at]] = at;
            at = (at - 1) / 2;
        }
        heap[at] = point;
        places[point] = at;
    }

    private static void sink(int[] heap, int[] places, double[] lengths, int size, int point) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && nearer(lengths, heap[child + 1], heap[child])) {
                child++;
            }
            if (!nearer(lengths, heap[child], point)) {
                break;
            }
            heap[at] = heap[child];
            places[heap[at]] = at;
            at = child;
        }
        heap[at] = point;
        places[point] = at;
    }
}
