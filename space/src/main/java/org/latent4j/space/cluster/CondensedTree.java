package org.latent4j.space.cluster;

import java.util.Arrays;

/**
 * A dendrogram seen from above with small parts left out (Campello, Moulavi and Sander 2013; McInnes and Healy 2017): a
 * cluster goes on as long as nothing but parts of fewer than {@code minClusterSize} points fall out of it, and ends where it
 * falls into two clusters or altogether. Row {@code i} says that {@code children[i]} leaves {@code parents[i]} at density
 * {@code lambdas[i]}, the inverse of the distance.
 *
 * <p>Points are numbered from 0, clusters from {@code points}, the root, on; rows and numbers are in the order in which
 * scikit-learn has them.
 */
record CondensedTree(int points, int[] parents, int[] children, double[] lambdas, int[] sizes) {
    static CondensedTree of(Dendrogram tree, int minClusterSize) {
        return new Condensing(tree, minClusterSize).run();
    }

    /** The number of clusters, the root included. */
    int clusters() {
        int clusters = 1;
        for (int child : children) {
            clusters = Math.max(clusters, child - points + 1);
        }
        return clusters;
    }

    /**
     * The clusters that hold most (excess of mass): from the leaves up, a cluster is taken instead of those within it unless
     * they are more stable together. The root is never taken.
     *
     * @return for each cluster, the root first, the number of the chosen cluster that it is or lies in, or -1
     */
    int[] chosen() {
        int clusters = clusters();
        double[] stability = stabilities(clusters);
        double[] within = new double[clusters];
        int[] above = new int[clusters];
        for (int i = 0; i < children.length; i++) {
            if (children[i] >= points) {
                above[children[i] - points] = parents[i] - points;
            }
        }
        boolean[] taken = new boolean[clusters];
        for (int cluster = clusters - 1; cluster > 0; cluster--) {
            taken[cluster] = !(within[cluster] > stability[cluster]);
            within[above[cluster]] += taken[cluster] ? stability[cluster] : within[cluster];
        }
        int[] chosen = new int[clusters];
        chosen[0] = -1;
        int count = 0;
        for (int cluster = 1; cluster < clusters; cluster++) {
            int higher = chosen[above[cluster]];
            chosen[cluster] = higher >= 0 ? higher : taken[cluster] ? count++ : -1;
        }
        return chosen;
    }

    private double[] stabilities(int clusters) {
        double[] births = new double[clusters];
        for (int i = 0; i < children.length; i++) {
            if (children[i] >= points) {
                births[children[i] - points] = lambdas[i];
            }
        }
        double[] stability = new double[clusters];
        for (int i = 0; i < children.length; i++) {
            int parent = parents[i] - points;
            stability[parent] += (lambdas[i] - births[parent]) * sizes[i];
        }
        return stability;
    }

    /** Each point's cluster among the chosen, or -1. */
    int[] labels(int[] chosen) {
        int[] labels = new int[points];
        for (int i = 0; i < children.length; i++) {
            if (children[i] < points) {
                labels[children[i]] = chosen[parents[i] - points];
            }
        }
        return labels;
    }

    /** How high up in its cluster each point holds out, from 0 to 1; 0 for points of none. */
    double[] probabilities(int[] chosen) {
        double[] highest = highest(chosen);
        double[] probabilities = new double[points];
        for (int i = 0; i < children.length; i++) {
            int label = chosen[parents[i] - points];
            if (children[i] < points && label >= 0) {
                double most = highest[label];
                probabilities[children[i]] = most == 0 || Double.isInfinite(lambdas[i]) ? 1 : Math.min(lambdas[i], most) / most;
            }
        }
        return probabilities;
    }

    /** The density at which each chosen cluster ends, by falling apart or into other clusters. */
    double[] highest(int[] chosen) {
        double[] highest = new double[clusters()];
        boolean[] seen = new boolean[highest.length];
        int[] top = new int[highest.length];
        for (int cluster = 0; cluster < chosen.length; cluster++) {
            if (chosen[cluster] >= 0 && !seen[chosen[cluster]]) {
                seen[chosen[cluster]] = true;
                top[chosen[cluster]] = cluster;
            }
        }
        for (int i = 0; i < children.length; i++) {
            int parent = parents[i] - points;
            int label = chosen[parent];
            if (label >= 0 && top[label] == parent) {
                highest[label] = Math.max(highest[label], lambdas[i]);
            }
        }
        return highest;
    }

    /** The rows while they become more. */
    private static final class Condensing {
        private final Dendrogram tree;
        private final int minClusterSize;
        private final int points;
        private final int[] cluster;
        private int clusters = 1;
        private int rows;
        private int[] parents;
        private int[] children;
        private double[] lambdas;
        private int[] sizes;

        Condensing(Dendrogram tree, int minClusterSize) {
            this.tree = tree;
            this.minClusterSize = minClusterSize;
            points = tree.points();
            cluster = new int[2 * points - 1];
            parents = new int[points];
            children = new int[points];
            lambdas = new double[points];
            sizes = new int[points];
        }

        CondensedTree run() {
            int root = 2 * points - 2;
            int[] queue = new int[2 * points - 1]; // nodes that are at least as large as a cluster, level by level
            int end = 0;
            cluster[root] = points;
            if (root >= points) {
                queue[end++] = root;
            }
            int[] below = new int[2 * points - 1];
            for (int at = 0; at < end; at++) {
                int node = queue[at];
                int left = tree.left()[node - points];
                int right = tree.right()[node - points];
                double distance = tree.distances()[node - points];
                double lambda = distance > 0 ? 1 / distance : Double.POSITIVE_INFINITY;
                boolean leftStays = tree.size(left) >= minClusterSize;
                boolean rightStays = tree.size(right) >= minClusterSize;
                for (int side = 0; side < 2; side++) {
                    int part = side == 0 ? left : right;
                    boolean stays = side == 0 ? leftStays : rightStays;
                    if (!stays) {
                        fallOut(part, cluster[node], lambda, below);
                        continue;
                    }
                    if (leftStays && rightStays) {
                        cluster[part] = points + clusters++;
                        add(cluster[node], cluster[part], lambda, tree.size(part));
                    } else {
                        cluster[part] = cluster[node];
                    }
                    if (part >= points) {
                        queue[end++] = part;
                    }
                }
            }
            return new CondensedTree(points, Arrays.copyOf(parents, rows), Arrays.copyOf(children, rows),
                    Arrays.copyOf(lambdas, rows), Arrays.copyOf(sizes, rows));
        }

        private void fallOut(int part, int parent, double lambda, int[] below) {
            int end = 1;
            below[0] = part;
            for (int at = 0; at < end; at++) {
                int node = below[at];
                if (node < points) {
                    add(parent, node, lambda, 1);
                } else {
                    below[end++] = tree.left()[node - points];
                    below[end++] = tree.right()[node - points];
                }
            }
        }

        private void add(int parent, int child, double lambda, int size) {
            if (rows == parents.length) {
                int length = rows + rows / 2 + 16;
                parents = Arrays.copyOf(parents, length);
                children = Arrays.copyOf(children, length);
                lambdas = Arrays.copyOf(lambdas, length);
                sizes = Arrays.copyOf(sizes, length);
            }
            parents[rows] = parent;
            children[rows] = child;
            lambdas[rows] = lambda;
            sizes[rows++] = size;
        }
    }
}
