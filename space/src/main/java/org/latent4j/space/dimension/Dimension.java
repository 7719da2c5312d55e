package org.latent4j.space.dimension;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Neighbours;
import org.latent4j.space.Vectors;

/**
 * Estimates of the dimension that points fill: what looks a thousand wide is often a bent sheet of ten. The first three look
 * at neighbourhoods, the last at the whole. Estimates of neighbourhoods fall short where dimension is high and points are few.
 * Copies of a point say nothing and are left out; NaN where nothing is left.
 */
public final class Dimension {
    /** The largest ratios are those of stray points; this part of them is used. */
    private static final double USED = 0.9;

    private Dimension() {}

    /**
     * TwoNN (Facco, d'Errico, Rodriguez and Laio 2017): how much farther second neighbours are than first ones, fitted through
     * the origin on the first nine tenths of the ratios.
     *
     * @param neighbours Euclidean, at least two of each point
     */
    public static double twoNearest(Neighbours neighbours) {
        requireNeighbours(neighbours, 2);
        double[] ratios = new double[neighbours.rows()];
        int count = 0;
        for (int row = 0; row < ratios.length; row++) {
            if (neighbours.distance(row, 0) > 0) {
                ratios[count++] = (double) neighbours.distance(row, 1) / neighbours.distance(row, 0);
            }
        }
        Arrays.sort(ratios, 0, count);
        double products = 0;
        double squares = 0;
        int used = (int) (USED * count);
        for (int i = 0; i < used; i++) {
            double x = Math.log(ratios[i]);
            double y = -Math.log(1 - (i + 1) / (double) count);
            products += x * y;
            squares += x * x;
        }
        return squares > 0 ? products / squares : Double.NaN;
    }

    /**
     * Maximum likelihood (Levina and Bickel 2004), averaged as MacKay and Ghahramani (2005) do: the inverse of the mean inverse.
     *
     * @param neighbours Euclidean, at least three of each point
     */
    public static double maximumLikelihood(Neighbours neighbours) {
        requireNeighbours(neighbours, 3);
        double sum = 0;
        int count = 0;
        int k = neighbours.k();
        for (int row = 0; row < neighbours.rows(); row++) {
            double last = neighbours.distance(row, k - 1);
            double logs = 0;
            int used = 0;
            for (int rank = 0; rank < k - 1; rank++) {
                if (neighbours.distance(row, rank) > 0) {
                    logs += Math.log(last / neighbours.distance(row, rank));
                    used++;
                }
            }
            if (used > 0) {
                sum += logs / used;
                count++;
            }
        }
        return count > 0 && sum > 0 ? count / sum : Double.NaN;
    }

    /**
     * Local principal components (Fukunaga and Olsen 1971): how many directions hold {@code share} of the variance of a point
     * and its neighbours, averaged over points. At most the number of neighbours.
     *
     * @param share from 0 to 1; 0.95 is usual
     */
    public static double localComponents(Matrix points, Neighbours neighbours, double share, WorkerPool pool) {
        requireNeighbours(neighbours, 2);
        int[] counts = new int[neighbours.rows()];
        pool.run(neighbours.rows(), (row, _) -> counts[row] = localCount(points, neighbours, row, share));
        int counted = 0;
        long sum = 0;
        for (int count : counts) {
            counted += count > 0 ? 1 : 0;
            sum += count;
        }
        return counted > 0 ? (double) sum / counted : Double.NaN;
    }

    private static int localCount(Matrix points, Neighbours neighbours, int row, double share) {
        int size = neighbours.k() + 1;
        int width = points.columns();
        double[][] centred = new double[size][width];
        double[] sums = new double[width]; // divided at the end: the mean of equal values is then that value
        for (int i = 0; i < size; i++) {
            int from = (i == 0 ? row : neighbours.index(row, i - 1)) * width;
            for (int c = 0; c < width; c++) {
                centred[i][c] = points.data()[from + c];
                sums[c] += centred[i][c];
            }
        }
        double[][] products = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < width; c++) {
                centred[i][c] -= sums[c] / size;
            }
            for (int j = 0; j <= i; j++) {
                for (int c = 0; c < width; c++) {
                    products[i][j] += centred[i][c] * centred[j][c];
                }
                products[j][i] = products[i][j];
            }
        }
        double[] variances = Eigenvalues.of(products);
        double total = Arrays.stream(variances).sum();
        double held = 0;
        for (int i = 0; i < size && total > 0; i++) {
            held += variances[i];
            if (held >= share * total) {
                return i + 1;
            }
        }
        return 0;
    }

    /**
     * The participation ratio: the sum of the covariance's eigenvalues, squared, over the sum of their squares; the width for
     * points that spread alike in all directions, 1 for points on a line, NaN for equal points.
     *
     * @throws LatentException if there are fewer than two points
     */
    public static double participationRatio(Matrix points, WorkerPool pool) {
        int n = points.rows();
        int width = points.columns();
        if (n < 2) {
            throw new LatentException("the dimension of points takes at least 2 of them; there is %d".formatted(n));
        }
        double[] sums = new double[width];
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                sums[c] += points.data()[row * width + c];
            }
        }
        // The sum of the squares of all products, of columns or of points, whichever are fewer.
        boolean columns = width <= n;
        int size = Math.min(n, width);
        int length = Math.max(n, width);
        double[][] rows = new double[size][length];
        for (int row = 0; row < n; row++) {
            for (int c = 0; c < width; c++) {
                double value = points.data()[row * width + c] - sums[c] / n;
                rows[columns ? c : row][columns ? row : c] = value;
            }
        }
        double[] squares = new double[size];
        double[] traces = new double[size];
        pool.run(size, (i, _) -> {
            for (int j = 0; j <= i; j++) {
                double product = Vectors.dot(rows[i], rows[j]);
                squares[i] += (i == j ? 1 : 2) * product * product;
                traces[i] = i == j ? product : traces[i];
            }
        });
        double trace = Arrays.stream(traces).sum();
        double square = Arrays.stream(squares).sum();
        return square > 0 ? trace * trace / square : Double.NaN;
    }

    private static void requireNeighbours(Neighbours neighbours, int least) {
        if (neighbours.k() < least) {
            throw new LatentException("this estimate of dimension takes %d neighbours of each point; there are %d: give more points"
                    .formatted(least, neighbours.k()));
        }
    }
}
