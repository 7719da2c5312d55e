package org.latent4j.space.projection;

import java.util.Arrays;
import org.latent4j.kernel.WorkerPool;

/**
 * Interpolation-based Fourier transforms (Linderman et al. 2019, FIt-SNE) in two dimensions: points hand their charges to three by
 * three nodes of the box they lie in, the nodes' charges are convolved with the kernel {@code (1 + d^2)^-2}, and points read
 * potentials from their nodes. The cost grows with the number of points and the area of the map.
 *
 * <p>The charges are 1, x, y and {@code x^2 + y^2}: the sum of {@code q} follows from the same kernel, since
 * {@code q = (1 + d^2) q^2}. Two real grids are transformed as one complex.
 */
final class GridRepulsion implements Repulsion {
    private static final int NODES = 3;
    private static final int LEAST_BOXES = 50;
    private static final int MOST_BOXES = 1200;
    private static final int SIDE = Fourier.SIDE;
    /** The grid grows in steps, so that the kernel's transform is good for several rounds. */
    private static final double GROWTH = 1.03;
    private static final int CHUNK = 1024;

    private final int n;
    private final WorkerPool pool;
    private final int[] boxes;
    private final int[] order;
    private final double[] sums;
    private int length;
    private int nodes;
    private double extent;
    private double[] kernel = {};
    private Fourier[] transforms = {};
    private double[][] grids = {};
    private double[][] spectra = {};

    GridRepulsion(int n, WorkerPool pool) {
        this.n = n;
        this.pool = pool;
        this.boxes = new int[n];
        this.order = new int[n];
        this.sums = new double[(n + CHUNK - 1) / CHUNK];
    }

    @Override
    public double push(double[] places, double[] push) {
        double[] middle = new double[2];
        fit(places, middle);
        double low = -extent / 2;
        int perSide = nodes / NODES;
        int[] starts = sort(places, middle, low, perSide);
        pool.run(perSide, (row, _) -> spreadRow(row, perSide, starts, places, middle, low));
        convolve();
        double spacing = extent / nodes;
        Graph.forChunks(n, pool, (from, to) -> {
            double[] weights = new double[2 * NODES];
            for (int i = from; i < to; i++) {
                read(i, places, middle, low, spacing, weights, push);
            }
        });
        return total(places, middle, low, spacing);
    }

    /** Chooses the grid: boxes about 1 wide, at least fifty to a side. */
    private void fit(double[] places, double[] middle) {
        double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] most = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < places.length; i++) {
            least[i & 1] = Math.min(least[i & 1], places[i]);
            most[i & 1] = Math.max(most[i & 1], places[i]);
        }
        double needed = 1e-12;
        for (int d = 0; d < 2; d++) {
            middle[d] = (least[d] + most[d]) / 2;
            needed = Math.max(needed, (most[d] - least[d]) * 1.0001);
        }
        if (needed <= extent && extent <= GROWTH * GROWTH * needed) {
            return;
        }
        extent = needed * GROWTH;
        int wanted = (int) Math.clamp(Math.ceil(extent), LEAST_BOXES, MOST_BOXES);
        int size = Fourier.lengthFrom(2 * NODES * wanted);
        nodes = size / 2 / NODES * NODES;
        if (size != length) {
            length = size;
            kernel = new double[size * size];
            transforms = new Fourier[pool.threads()];
            Arrays.setAll(transforms, _ -> new Fourier(size));
            grids = new double[4][nodes * nodes];
            spectra = new double[2][nodes * size];
        }
        makeKernel();
    }

    /** The transform of the kernel, which is real, since the kernel is even. */
    private void makeKernel() {
        double spacing = extent / nodes;
        int rows = length / 2 + 1; // the rest follows from the symmetry
        double[] half = new double[rows * length];
        byStrips(rows, (first, count, transform) -> {
            clear(transform);
            for (int r = 0; r < count; r++) {
                for (int c = 0; c < length; c++) {
                    double x = Math.min(c, length - c) * spacing;
                    double y = (first + r) * spacing;
                    double q = 1 / (1 + x * x + y * y);
                    transform.real()[c * SIDE + r] = q * q;
                }
            }
            transform.transform(false);
            for (int r = 0; r < count; r++) {
                for (int c = 0; c < length; c++) {
                    half[(first + r) * length + c] = transform.real()[c * SIDE + r];
                }
            }
        });
        byStrips(length, (first, count, transform) -> {
            clear(transform);
            for (int r = 0; r < length; r++) {
                System.arraycopy(half, Math.min(r, length - r) * length + first, transform.real(), r * SIDE, count);
            }
            transform.transform(false);
            for (int r = 0; r < length; r++) {
                System.arraycopy(transform.real(), r * SIDE, kernel, r * length + first, count);
            }
        });
    }

    private static void clear(Fourier transform) {
        Arrays.fill(transform.real(), 0);
        Arrays.fill(transform.imaginary(), 0);
    }

    /** Work on some rows or columns of a grid with a transform of the worker's own. */
    private interface Strip {
        void run(int first, int count, Fourier transform);
    }

    private void byStrips(int lines, Strip work) {
        pool.run((lines + SIDE - 1) / SIDE,
                (strip, worker) -> work.run(strip * SIDE, Math.min(SIDE, lines - strip * SIDE), transforms[worker]));
    }

    /** Sorts points by their boxes, those of a box in their order; returns where each box begins. */
    private int[] sort(double[] places, double[] middle, double low, int perSide) {
        double scale = perSide / extent;
        int[] starts = new int[perSide * perSide + 1];
        for (int i = 0; i < n; i++) {
            int column = box(places[2 * i] - middle[0], low, scale, perSide);
            int row = box(places[2 * i + 1] - middle[1], low, scale, perSide);
            boxes[i] = row * perSide + column;
            starts[boxes[i] + 1]++;
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        int[] next = starts.clone();
        for (int i = 0; i < n; i++) {
            order[next[boxes[i]]++] = i;
        }
        return starts;
    }

    private static int box(double place, double low, double scale, int perSide) {
        return Math.clamp((int) ((place - low) * scale), 0, perSide - 1);
    }

    /** Hands the charges of the points in a row of boxes to the boxes' nodes. */
    private void spreadRow(int row, int perSide, int[] starts, double[] places, double[] middle, double low) {
        double spacing = extent / nodes;
        for (double[] grid : grids) {
            Arrays.fill(grid, row * NODES * nodes, (row + 1) * NODES * nodes, 0);
        }
        double[] weights = new double[2 * NODES];
        for (int at = starts[row * perSide]; at < starts[(row + 1) * perSide]; at++) {
            int i = order[at];
            double x = places[2 * i] - middle[0];
            double y = places[2 * i + 1] - middle[1];
            weigh(x, y, boxes[i] % perSide, row, low, spacing, weights);
            for (int b = 0; b < NODES; b++) {
                for (int a = 0; a < NODES; a++) {
                    int node = (row * NODES + b) * nodes + boxes[i] % perSide * NODES + a;
                    double weight = weights[a] * weights[NODES + b];
                    grids[0][node] += weight;
                    grids[1][node] += weight * x;
                    grids[2][node] += weight * y;
                    grids[3][node] += weight * (x * x + y * y);
                }
            }
        }
    }

    /** Lagrange's weights of a box's nodes, along x and then along y. */
    private static void weigh(double x, double y, int column, int row, double low, double spacing, double[] weights) {
        lagrange((x - low) / spacing - column * NODES - 0.5, weights, 0);
        lagrange((y - low) / spacing - row * NODES - 0.5, weights, NODES);
    }

    private static void lagrange(double t, double[] weights, int at) {
        weights[at] = (t - 1) * (t - 2) / 2;
        weights[at + 1] = -t * (t - 2);
        weights[at + 2] = t * (t - 1) / 2;
    }

    private void convolve() {
        for (int pair = 0; pair < 2; pair++) {
            double[] one = grids[2 * pair];
            double[] other = grids[2 * pair + 1];
            byStrips(nodes, (first, count, transform) -> {
                clear(transform);
                for (int r = 0; r < count; r++) {
                    for (int c = 0; c < nodes; c++) {
                        transform.real()[c * SIDE + r] = one[(first + r) * nodes + c];
                        transform.imaginary()[c * SIDE + r] = other[(first + r) * nodes + c];
                    }
                }
                transform.transform(false);
                for (int r = 0; r < count; r++) {
                    for (int c = 0; c < length; c++) {
                        spectra[0][(first + r) * length + c] = transform.real()[c * SIDE + r];
                        spectra[1][(first + r) * length + c] = transform.imaginary()[c * SIDE + r];
                    }
                }
            });
            byStrips(length, (first, count, transform) -> column(first, count, transform));
            double scale = 1.0 / length / length;
            byStrips(nodes, (first, count, transform) -> {
                for (int r = 0; r < count; r++) {
                    for (int c = 0; c < length; c++) {
                        transform.real()[c * SIDE + r] = spectra[0][(first + r) * length + c];
                        transform.imaginary()[c * SIDE + r] = spectra[1][(first + r) * length + c];
                    }
                }
                transform.transform(true);
                for (int r = 0; r < count; r++) {
                    for (int c = 0; c < nodes; c++) {
                        one[(first + r) * nodes + c] = transform.real()[c * SIDE + r] * scale;
                        other[(first + r) * nodes + c] = transform.imaginary()[c * SIDE + r] * scale;
                    }
                }
            });
        }
    }

    /** Columns: there, times the kernel, and back. */
    private void column(int first, int count, Fourier transform) {
        clear(transform);
        for (int r = 0; r < nodes; r++) {
            System.arraycopy(spectra[0], r * length + first, transform.real(), r * SIDE, count);
            System.arraycopy(spectra[1], r * length + first, transform.imaginary(), r * SIDE, count);
        }
        transform.transform(false);
        double[] re = transform.real();
        double[] im = transform.imaginary();
        for (int r = 0; r < length; r++) {
            for (int j = 0; j < count; j++) {
                double factor = kernel[r * length + first + j];
                re[r * SIDE + j] *= factor;
                im[r * SIDE + j] *= factor;
            }
        }
        transform.transform(true);
        for (int r = 0; r < nodes; r++) {
            System.arraycopy(transform.real(), r * SIDE, spectra[0], r * length + first, count);
            System.arraycopy(transform.imaginary(), r * SIDE, spectra[1], r * length + first, count);
        }
    }

    private void read(int i, double[] places, double[] middle, double low, double spacing, double[] weights, double[] push) {
        double[] potentials = potentials(i, places, middle, low, spacing, weights);
        push[2 * i] = (places[2 * i] - middle[0]) * potentials[0] - potentials[1];
        push[2 * i + 1] = (places[2 * i + 1] - middle[1]) * potentials[0] - potentials[2];
    }

    private double[] potentials(int i, double[] places, double[] middle, double low, double spacing, double[] weights) {
        int perSide = nodes / NODES;
        int column = boxes[i] % perSide;
        int row = boxes[i] / perSide;
        weigh(places[2 * i] - middle[0], places[2 * i + 1] - middle[1], column, row, low, spacing, weights);
        double[] potentials = new double[4];
        for (int b = 0; b < NODES; b++) {
            for (int a = 0; a < NODES; a++) {
                int node = (row * NODES + b) * nodes + column * NODES + a;
                double weight = weights[a] * weights[NODES + b];
                for (int c = 0; c < 4; c++) {
                    potentials[c] += weight * grids[c][node];
                }
            }
        }
        return potentials;
    }

    /** The sum of q over all pairs: of {@code (1 + d^2) q^2}, less what each point has with itself. */
    private double total(double[] places, double[] middle, double low, double spacing) {
        pool.run(sums.length, (chunk, _) -> {
            double sum = 0;
            double[] weights = new double[2 * NODES];
            for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                double[] p = potentials(i, places, middle, low, spacing, weights);
                double x = places[2 * i] - middle[0];
                double y = places[2 * i + 1] - middle[1];
                sum += (1 + x * x + y * y) * p[0] - 2 * (x * p[1] + y * p[2]) + p[3];
            }
            sums[chunk] = sum;
        });
        double sum = 0;
        for (double some : sums) {
            sum += some;
        }
        return sum - n;
    }
}
