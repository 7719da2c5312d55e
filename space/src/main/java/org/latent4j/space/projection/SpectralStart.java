package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;
import org.latent4j.space.SymmetricEigen;

/**
 * Where the points of a map begin: at the first eigenvectors of their graph's normalised Laplacian that aren't constant (Belkin
 * and Niyogi 2003), found by Lanczos' method with full reorthogonalisation. Of a graph in several parts each part is laid out
 * for itself, around a place found from the parts' means.
 */
final class SpectralStart {
    /** Steps of Lanczos' method for small graphs; every step keeps a vector, so large graphs take fewer. */
    private static final int MOST_STEPS = 100;
    private static final long BASIS_BYTES = 400L << 20;
    /** The largest coordinate of the start, and the noise that separates points which begin at one place. */
    private static final double EXTENT = 10;
    private static final double NOISE = 1e-4;

    private SpectralStart() {}

    /** Coordinates {@code [points, dims]} up to 10 in size, with a little noise. */
    static float[] of(Graph graph, Matrix points, int dims, long seed, WorkerPool pool) {
        int[] parts = graph.parts();
        int count = Arrays.stream(parts).max().orElse(-1) + 1;
        double[] places = count <= 1 ? single(graph, dims, seed, pool) : several(graph, parts, count, points, dims, seed, pool);
        double largest = 0;
        for (double place : places) {
            largest = Math.max(largest, Math.abs(place));
        }
        float[] start = new float[places.length];
        SeededRandom noise = new SeededRandom(seed, 1);
        for (int i = 0; i < start.length; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - noise.at(2L * i)));
            double normal = radius * Math.cos(2 * Math.PI * noise.at(2L * i + 1));
            start[i] = (float) ((largest > 0 ? places[i] * EXTENT / largest : 0) + NOISE * normal);
        }
        return start;
    }

    private static double[] single(Graph graph, int dims, long seed, WorkerPool pool) {
        int n = graph.points();
        if (n <= dims + 2) {
            return random(n, dims, seed);
        }
        double[] roots = new double[n];
        for (int i = 0; i < n; i++) {
            double degree = 0;
            for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                degree += graph.weights()[e];
            }
            roots[i] = Math.sqrt(degree);
        }
        return new Lanczos(graph, roots, pool).run(dims, seed);
    }

    private static double[] random(int n, int dims, long seed) {
        SeededRandom random = new SeededRandom(seed, 2);
        double[] places = new double[n * dims];
        Arrays.setAll(places, i -> 2 * random.at(i) - 1);
        return places;
    }

    /** Parts around places of their own, each as wide as half the way to the next part. */
    private static double[] several(Graph graph, int[] parts, int count, Matrix points, int dims, long seed, WorkerPool pool) {
        double[] centres = centres(parts, count, points, dims, seed, pool);
        double[] reach = reach(centres, count, dims, pool);
        int n = graph.points();
        double[] places = new double[n * dims];
        int[] members = new int[n];
        int[] starts = new int[count + 1];
        for (int part : parts) {
            starts[part + 1]++;
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        int[] next = starts.clone();
        int[] local = new int[n];
        for (int i = 0; i < n; i++) {
            local[i] = next[parts[i]] - starts[parts[i]];
            members[next[parts[i]]++] = i;
        }
        for (int part = 0; part < count; part++) {
            int from = starts[part];
            int size = starts[part + 1] - from;
            double[] own = single(cut(graph, members, from, size, local), dims, seed + part, pool);
            double largest = 1e-12;
            for (double place : own) {
                largest = Math.max(largest, Math.abs(place));
            }
            for (int i = 0; i < size; i++) {
                for (int d = 0; d < dims; d++) {
                    places[members[from + i] * dims + d] = centres[part * dims + d] + reach[part] * own[i * dims + d] / largest;
                }
            }
        }
        return places;
    }

    private static Graph cut(Graph graph, int[] members, int from, int size, int[] local) {
        int[] starts = new int[size + 1];
        for (int i = 0; i < size; i++) {
            int point = members[from + i];
            starts[i + 1] = starts[i] + graph.starts()[point + 1] - graph.starts()[point];
        }
        int[] ends = new int[starts[size]];
        float[] weights = new float[starts[size]];
        for (int i = 0; i < size; i++) {
            int first = graph.starts()[members[from + i]];
            for (int e = starts[i]; e < starts[i + 1]; e++) {
                ends[e] = local[graph.ends()[first + e - starts[i]]];
                weights[e] = graph.weights()[first + e - starts[i]];
            }
        }
        return new Graph(starts, ends, weights);
    }

    /** The principal coordinates of the parts' means; few parts stand on the axes, as umap-learn places them. */
    private static double[] centres(int[] parts, int count, Matrix points, int dims, long seed, WorkerPool pool) {
        double[] centres = new double[count * dims];
        if (count <= 2 * dims) {
            for (int part = 0; part < count; part++) {
                centres[part * dims + part % dims] = part < dims ? 1 : -1;
            }
            return centres;
        }
        int width = points.columns();
        double[] sums = new double[count * width];
        int[] sizes = new int[count];
        for (int i = 0; i < parts.length; i++) {
            sizes[parts[i]]++;
            for (int c = 0; c < width; c++) {
                sums[parts[i] * width + c] += points.data()[i * width + c];
            }
        }
        Matrix means = Matrix.zeros(count, width);
        for (int i = 0; i < sums.length; i++) {
            means.data()[i] = (float) (sums[i] / sizes[i / width]);
        }
        float[] coordinates = PrincipalMap.coordinates(means, dims, seed, pool);
        double largest = 1e-30;
        for (float value : coordinates) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < centres.length; i++) {
            centres[i] = coordinates[i] / largest;
        }
        return centres;
    }

    private static double[] reach(double[] centres, int count, int dims, WorkerPool pool) {
        Matrix places = Matrix.zeros(count, dims);
        for (int i = 0; i < centres.length; i++) {
            places.data()[i] = (float) centres[i];
        }
        Neighbours nearest = Neighbours.among(places, 1, Metric.EUCLIDEAN, pool);
        double[] reach = new double[count];
        Arrays.setAll(reach, part -> Math.max(nearest.distance(part, 0) / 2, 1e-3));
        return reach;
    }

    /** Lanczos' method on {@code D^-1/2 W D^-1/2}, away from its largest eigenvector, which is known: the degrees' roots. */
    private static final class Lanczos {
        private final Graph graph;
        private final double[] roots;
        private final double[] inverse;
        private final WorkerPool pool;
        private final int n;
        private final int chunks;
        private static final int CHUNK = 2048;

        Lanczos(Graph graph, double[] roots, WorkerPool pool) {
            this.graph = graph;
            this.roots = roots;
            this.inverse = Arrays.stream(roots).map(root -> root > 0 ? 1 / root : 0).toArray();
            this.pool = pool;
            this.n = roots.length;
            this.chunks = (n + CHUNK - 1) / CHUNK;
        }

        double[] run(int dims, long seed) {
            int steps = (int) Math.clamp(BASIS_BYTES / (4L * n), 30, MOST_STEPS);
            steps = Math.min(steps, n - 1);
            float[][] basis = new float[steps + 1][];
            basis[0] = normalised(roots);
            SeededRandom random = new SeededRandom(seed, 3);
            double[] vector = new double[n];
            Arrays.setAll(vector, i -> random.at(i) - 0.5);
            double[] diagonal = new double[steps];
            double[] beside = new double[steps];
            orthogonalise(vector, basis, 1);
            int made = 0;
            double[] image = new double[n];
            while (made < steps) {
                double length = length(vector);
                if (!(length > 1e-9)) {
                    break;
                }
                if (made > 0) {
                    beside[made - 1] = length;
                }
                basis[made + 1] = normalised(vector);
                multiply(basis[made + 1], image);
                diagonal[made] = dot(image, basis[made + 1]);
                System.arraycopy(image, 0, vector, 0, n);
                made++;
                orthogonalise(vector, basis, made + 1);
            }
            SymmetricEigen eigen = SymmetricEigen.ofTridiagonal(Arrays.copyOf(diagonal, made), Arrays.copyOf(beside, made));
            return combine(basis, eigen, made, dims);
        }

        private double[] combine(float[][] basis, SymmetricEigen eigen, int made, int dims) {
            double[] places = new double[n * dims];
            for (int d = 0; d < Math.min(dims, made); d++) {
                double[] weights = eigen.vectors()[made - 1 - d];
                int to = d;
                pool.run(chunks, (chunk, _) -> {
                    for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                        double sum = 0;
                        for (int k = 0; k < made; k++) {
                            sum += weights[k] * basis[k + 1][i];
                        }
                        places[i * dims + to] = sum;
                    }
                });
            }
            return places;
        }

        private void multiply(float[] x, double[] out) {
            pool.run(chunks, (chunk, _) -> {
                for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                    double sum = 0;
                    for (int e = graph.starts()[i]; e < graph.starts()[i + 1]; e++) {
                        int end = graph.ends()[e];
                        sum += graph.weights()[e] * x[end] * inverse[end];
                    }
                    out[i] = sum * inverse[i];
                }
            });
        }

        /** Takes off what lies along the first {@code count} vectors, twice. */
        private void orthogonalise(double[] vector, float[][] basis, int count) {
            for (int pass = 0; pass < 2; pass++) {
                double[][] partial = new double[chunks][count];
                pool.run(chunks, (chunk, _) -> {
                    int from = chunk * CHUNK;
                    int to = Math.min(n, from + CHUNK);
                    for (int k = 0; k < count; k++) {
                        partial[chunk][k] = dot(vector, basis[k], from, to);
                    }
                });
                double[] along = new double[count];
                for (double[] some : partial) {
                    for (int k = 0; k < count; k++) {
                        along[k] += some[k];
                    }
                }
                pool.run(chunks, (chunk, _) -> {
                    for (int k = 0; k < count; k++) {
                        float[] direction = basis[k];
                        double factor = along[k];
                        for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                            vector[i] -= factor * direction[i];
                        }
                    }
                });
            }
        }

        private static double dot(double[] a, float[] b, int from, int to) {
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            int i = from;
            for (; i <= to - 4; i += 4) {
                s0 += a[i] * b[i];
                s1 += a[i + 1] * b[i + 1];
                s2 += a[i + 2] * b[i + 2];
                s3 += a[i + 3] * b[i + 3];
            }
            for (; i < to; i++) {
                s0 += a[i] * b[i];
            }
            return (s0 + s1) + (s2 + s3);
        }

        private static double dot(double[] a, float[] b) {
            return dot(a, b, 0, a.length);
        }

        private static double length(double[] vector) {
            double sum = 0;
            for (double value : vector) {
                sum += value * value;
            }
            return Math.sqrt(sum);
        }

        private static float[] normalised(double[] vector) {
            double length = length(vector);
            float[] unit = new float[vector.length];
            for (int i = 0; i < unit.length; i++) {
                unit[i] = (float) (vector[i] / length);
            }
            return unit;
        }
    }
}
