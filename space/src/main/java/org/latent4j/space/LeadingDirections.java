package org.latent4j.space;

import java.util.Arrays;
import java.util.Optional;
import org.latent4j.kernel.DoubleSums;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;

/**
 * The directions along which points reach far, found in a sample of them, and how many {@link ScoreBounds} are best taken along: few make
 * short products, but bounds that many points have to be measured for.
 */
final class LeadingDirections {
    private static final int SAMPLED = 2048;
    private static final int ASKED = 64;
    private static final int ROUNDS = 3;
    /** Numbers of directions are tried in steps of this share of the width, and so many of these. */
    private static final int SHARE = 16;
    private static final int STEPS = 10;
    /** Fewer points are never looked at: there is nothing to save. */
    private static final int LEAST = 256;
    /** More columns are never looked at: products of directions with each other would take longer than what is saved. */
    private static final int WIDEST = 2048;
    /** How much longer it takes to measure a pair, whose point is hardly ever in a cache, than to multiply one in a block at full width. */
    private static final double MEASURING = 15;
    /** How many times more points are measured on the way to the last bound than lie above that. */
    private static final double ON_THE_WAY = 5;
    /** Shortened products are worth it if they take less than this share of the time. */
    private static final double WORTH = 0.9;

    private final Factors factors;
    private final int width;
    private final WorkerPool pool;
    private final Matrix sample;

    private LeadingDirections(Factors factors, WorkerPool pool) {
        this.factors = factors;
        this.width = factors.points().columns();
        this.pool = pool;
        this.sample = Matrix.zeros(Math.min(SAMPLED, factors.points().rows()), width);
        for (int i = 0; i < sample.rows(); i++) {
            factors.write(factors.points(), point(i), sample.data(), i * width);
        }
    }

    private int point(int sampled) {
        return (int) ((long) sampled * factors.points().rows() / sample.rows());
    }

    /** Whether a search that has been asked for that many points is likely to save more than finding the directions takes. */
    static boolean mayPay(long asked, int points, int width) {
        return points >= LEAST && width >= SHARE && width <= WIDEST
                && (double) asked * points > (double) points * width + 128.0 * width * width;
    }

    /**
     * The directions that searches for {@code k} nearest are made faster by, {@code [directions, width]}, orthonormal but for roundings; none
     * where they aren't.
     */
    static Optional<Matrix> of(Factors factors, int k, WorkerPool pool) {
        return new LeadingDirections(factors, pool).find(k);
    }

    private Optional<Matrix> find(int k) {
        Matrix all = leading(count(STEPS - 1));
        int rank = Math.clamp(Math.round((double) k * sample.rows() / factors.points().rows()), 1, sample.rows() - 1);
        double[] passing = passing(all, rank);
        double least = WORTH * cost(width, (double) rank / sample.rows());
        int best = 0;
        for (int step = 0; step < STEPS; step++) {
            double cost = cost(count(step), passing[step]);
            if (cost < least) {
                least = cost;
                best = count(step);
            }
        }
        return best == 0 ? Optional.empty() : Optional.of(all.rows(0, best));
    }

    /** Of a pair, in products at full width. */
    private double cost(int directions, double passing) {
        return (double) directions / width + MEASURING * ON_THE_WAY * passing;
    }

    private int count(int step) {
        return width * (step + 1) / SHARE;
    }

    /**
     * By subspace iteration from random directions (Halko, Martinsson and Tropp 2011, algorithm 4.4). The first few span nearly what the
     * same iteration from these alone would, so they needn't be turned to the principal axes.
     */
    private Matrix leading(int count) {
        Matrix columns = transposed(sample);
        Matrix scatter = product(columns, columns);
        double total = 0;
        for (int c = 0; c < width; c++) {
            total += scatter.at(c, c);
        }
        for (int i = 0; i < scatter.data().length && total > 0; i++) {
            scatter.data()[i] = (float) (scatter.data()[i] / total);
        }
        double[][] basis = new double[count][width];
        for (int i = 0; i < count; i++) {
            SeededRandom random = new SeededRandom(1, i);
            Arrays.setAll(basis[i], c -> random.at(c) - 0.5);
        }
        for (int round = 0; round < ROUNDS; round++) {
            basis = doubles(product(floats(basis), scatter));
            PrincipalComponents.orthonormalise(basis);
        }
        return floats(basis);
    }

    /** Of pairs in the sample, the share whose bound along each number of directions lies above the score of the last neighbour. */
    private double[] passing(Matrix directions, int rank) {
        int size = sample.rows();
        Matrix along = product(sample, directions);
        int asked = Math.min(ASKED, size);
        double[][] passing = new double[asked][STEPS];
        pool.run(asked, (item, _) -> passing[item] = passing(along, (int) ((long) item * size / asked), rank));
        double[] shares = new double[STEPS];
        for (double[] counts : passing) {
            for (int step = 0; step < shares.length; step++) {
                shares[step] += counts[step] / ((double) asked * size);
            }
        }
        return shares;
    }

    private double[] passing(Matrix along, int query, int rank) {
        int size = sample.rows();
        double[] scores = new double[size];
        Arrays.setAll(scores, i -> i == query ? Double.NEGATIVE_INFINITY : score(query, i));
        Arrays.sort(scores);
        double last = scores[size - rank];
        double[] counts = new double[STEPS];
        double square = Factors.square(sample, query);
        for (int i = 0; i < size; i++) {
            double product = 0;
            double remaining = square;
            double others = Factors.square(sample, i);
            int c = 0;
            for (int step = 0; step < counts.length; step++) {
                for (; c < count(step); c++) {
                    double one = along.at(query, c);
                    double other = along.at(i, c);
                    product += one * other;
                    remaining -= one * one;
                    others -= other * other;
                }
                double bound = product + Math.sqrt(Math.max(0, remaining) * Math.max(0, others)) - factors.half(point(i));
                counts[step] += bound > last ? 1 : 0;
            }
        }
        return counts;
    }

    private double score(int query, int other) {
        return DoubleSums.product(sample.data(), query * width, sample.data(), other * width, width) - factors.half(point(other));
    }

    /** {@code [x.rows, w.rows]}: the products of rows of x with rows of w. */
    private Matrix product(Matrix x, Matrix w) {
        Panels panels = Panels.of(w);
        int stride = (w.rows() + Panels.STEP - 1) / Panels.STEP * Panels.STEP;
        Matrix out = Matrix.zeros(x.rows(), w.rows());
        int rows = Panels.blockRows(x.columns());
        pool.run((x.rows() + rows - 1) / rows, (item, _) -> {
            Panels.Block block = new Panels.Block();
            int from = item * rows;
            int to = Math.min(x.rows(), from + rows);
            block.take(x, from, to);
            float[] products = new float[block.roundedRows() * stride];
            block.times(panels, 0, w.rows(), products, stride);
            for (int r = from; r < to; r++) {
                System.arraycopy(products, (r - from) * stride, out.data(), r * w.rows(), w.rows());
            }
        });
        return out;
    }

    private static Matrix transposed(Matrix x) {
        Matrix columns = Matrix.zeros(x.columns(), x.rows());
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < x.columns(); c++) {
                columns.data()[c * x.rows() + r] = x.data()[r * x.columns() + c];
            }
        }
        return columns;
    }

    private static double[][] doubles(Matrix x) {
        double[][] rows = new double[x.rows()][x.columns()];
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < rows[r].length; c++) {
                rows[r][c] = x.at(r, c);
            }
        }
        return rows;
    }

    private static Matrix floats(double[][] rows) {
        Matrix x = Matrix.zeros(rows.length, rows[0].length);
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < rows[r].length; c++) {
                x.data()[r * rows[r].length + c] = (float) rows[r][c];
            }
        }
        return x;
    }
}
