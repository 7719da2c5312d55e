package org.latent4j.insight.probe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Panels;

/**
 * Rows that a fit goes over again and again, laid out twice, block by block: by rows and by columns, so that both products of a fit (weights
 * times rows, residuals times columns) are made by the kernels. Sums have one order. Twice the memory of the rows.
 */
final class Design {
    /** Rows at a time; their scores and residuals stay in the cache. */
    private static final int BLOCK = 384;

    private final int rows;
    private final int width;
    private final Panels[] byRow; // a block each, [rows of the block, width]
    private final Panels[] byColumn; // [width, rows of the block]
    private final double @Nullable [][] products;

    /** Rows for a fit of so many classes. */
    static Design of(Matrix x, int classes) {
        return new Design(x, Curvature.pays(x.rows(), x.columns(), LogisticFit.outputs(classes)));
    }

    private Design(Matrix x, boolean multiplied) {
        rows = x.rows();
        width = x.columns();
        products = multiplied ? new double[width][width] : null;
        byRow = new Panels[(rows + BLOCK - 1) / BLOCK];
        byColumn = new Panels[byRow.length];
        for (int block = 0; block < byRow.length; block++) {
            Matrix own = x.rows(block * BLOCK, Math.min(rows, (block + 1) * BLOCK));
            byRow[block] = Panels.of(own);
            Matrix columns = transposed(own);
            byColumn[block] = Panels.of(columns);
            if (products != null) {
                addProducts(columns, byColumn[block], products);
            }
        }
    }

    /** The products of all pairs of columns, on and below the diagonal. */
    private static void addProducts(Matrix columns, Panels panels, double[][] products) {
        int width = columns.rows();
        int most = Panels.blockRows(columns.columns());
        int stride = stepped(width);
        float[] sums = new float[(most + 1) * stride];
        Panels.Block block = new Panels.Block();
        for (int from = 0; from < width; from += most) {
            int to = Math.min(width, from + most);
            block.take(columns, from, to);
            block.times(panels, 0, to, sums, stride);
            for (int i = from; i < to; i++) {
                for (int j = 0; j <= i; j++) {
                    products[i][j] += sums[(i - from) * stride + j];
                }
            }
        }
    }

    static Matrix transposed(Matrix x) {
        Matrix out = Matrix.zeros(x.columns(), x.rows());
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < x.columns(); c++) {
                out.data()[c * x.rows() + r] = x.data()[r * x.columns() + c];
            }
        }
        return out;
    }

    int rows() {
        return rows;
    }

    int width() {
        return width;
    }

    /** The products of all pairs of columns, {@code [width, width]} on and below the diagonal; null where they don't pay. */
    double @Nullable [][] products() {
        return products;
    }

    /** Turns scores of a block of rows into the loss's derivatives by score, in place, and returns their loss. */
    interface Loss {
        /**
         * @param scores {@code [outputs, stride]}, of which {@code count} columns count
         * @param first the first row
         * @param count how many rows
         */
        double differentiate(float[] scores, int stride, int first, int count);
    }

    /** What passes write to: made once for a fit. */
    final class Pass {
        private final int outputs;
        private final Panels.Block weightsTaken = new Panels.Block();
        private final Panels.Block residualsTaken = new Panels.Block();
        private final Matrix weights;
        private final int stride = stepped(BLOCK);
        private final int wide = stepped(width);
        private final float[] scores;
        private final Matrix residuals;
        private final float[] sums;

        Pass(int outputs) {
            this.outputs = outputs;
            int rounded = outputs == 1 ? 1 : outputs + outputs % 2;
            weights = Matrix.zeros(outputs, width);
            scores = new float[rounded * stride];
            residuals = Matrix.zeros(outputs, Math.min(BLOCK, rows));
            sums = new float[rounded * wide];
        }

        /**
         * Goes over all rows once: scores {@code x W^T + b}, the loss, and its gradient.
         *
         * @param parameters {@code [outputs * (width + 1)]}: each output's weights, then its bias
         * @param gradient receives the loss's derivatives, summed over the rows
         * @return the loss, summed over the rows
         */
        double run(double[] parameters, Loss loss, double[] gradient) {
            for (int k = 0; k < outputs; k++) {
                for (int c = 0; c < width; c++) {
                    weights.data()[k * width + c] = (float) parameters[k * (width + 1) + c];
                }
            }
            weightsTaken.take(weights, 0, outputs);
            double total = 0;
            Arrays.fill(gradient, 0);
            for (int b = 0; b < byRow.length; b++) {
                int count = byRow[b].rows();
                weightsTaken.times(byRow[b], 0, count, scores, stride);
                for (int k = 0; k < outputs; k++) {
                    float bias = (float) parameters[k * (width + 1) + width];
                    for (int i = k * stride; i < k * stride + count; i++) {
                        scores[i] += bias;
                    }
                }
                total += loss.differentiate(scores, stride, b * BLOCK, count);
                addGradient(b, count, gradient);
            }
            return total;
        }

        private void addGradient(int b, int count, double[] gradient) {
            Matrix own = count == residuals.columns() ? residuals : Matrix.zeros(outputs, count);
            for (int k = 0; k < outputs; k++) {
                System.arraycopy(scores, k * stride, own.data(), k * count, count);
            }
            residualsTaken.take(own, 0, outputs);
            residualsTaken.times(byColumn[b], 0, width, sums, wide);
            for (int k = 0; k < outputs; k++) {
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    gradient[at + c] += sums[k * wide + c];
                }
                for (int i = 0; i < count; i++) {
                    gradient[at + width] += own.data()[k * count + i];
                }
            }
        }
    }

    /** So many columns of products are written for so many that are asked for. */
    static int stepped(int columns) {
        return (columns + Panels.STEP - 1) / Panels.STEP * Panels.STEP;
    }
}
