package org.latent4j.insight.probe;

import org.latent4j.kernel.Matrix;

/**
 * Rows that a fit goes over again and again, kept by rows and, in blocks, by columns, so that both products of a fit (rows times
 * weights, residuals times rows) run along memory: plain loops over neighbours, which the compiler turns into vectors. Sums have one
 * order. Twice the memory of the rows.
 */
final class Design {
    private static final int BLOCK = 256;

    private final Matrix rows;
    private final float[] columns; // [blocks, width, BLOCK]

    Design(Matrix rows) {
        this.rows = rows;
        int width = rows.columns();
        int blocks = (rows.rows() + BLOCK - 1) / BLOCK;
        columns = new float[Math.multiplyExact(Math.multiplyExact(blocks, width), BLOCK)];
        for (int r = 0; r < rows.rows(); r++) {
            int to = r / BLOCK * width * BLOCK + r % BLOCK;
            for (int c = 0, from = r * width; c < width; c++, from++, to += BLOCK) {
                columns[to] = rows.data()[from];
            }
        }
    }

    int rows() {
        return rows.rows();
    }

    int width() {
        return rows.columns();
    }

    /** Turns scores of a block of rows into the loss's derivatives by score, in place, and returns their loss. */
    interface Loss {
        /**
         * @param scores {@code [outputs][BLOCK]}
         * @param first the first row
         * @param count how many rows
         */
        double differentiate(float[][] scores, int first, int count);
    }

    /**
     * Goes over all rows once: scores {@code x W^T + b}, the loss, and its gradient.
     *
     * @param weights {@code [outputs * (width + 1)]}: each output's weights, then its bias
     * @param gradient receives the loss's derivatives, summed over the rows
     * @return the loss, summed over the rows
     */
    double pass(double[] weights, int outputs, Loss loss, double[] gradient) {
        int width = width();
        float[][] scores = new float[outputs][BLOCK];
        float[][] sums = new float[outputs][width];
        float[] w = new float[width];
        double total = 0;
        java.util.Arrays.fill(gradient, 0);
        for (int first = 0; first < rows(); first += BLOCK) {
            int count = Math.min(BLOCK, rows() - first);
            for (int k = 0; k < outputs; k++) {
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    w[c] = (float) weights[at + c];
                }
                java.util.Arrays.fill(scores[k], (float) weights[at + width]);
                addProducts(columns, first / BLOCK * width * BLOCK, w, scores[k]);
            }
            total += loss.differentiate(scores, first, count);
            for (int k = 0; k < outputs; k++) {
                java.util.Arrays.fill(sums[k], 0);
                addRows(rows.data(), first, count, scores[k], sums[k]);
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    gradient[at + c] += sums[k][c];
                }
                for (int i = 0; i < count; i++) {
                    gradient[at + width] += scores[k][i];
                }
            }
        }
        return total;
    }

    /** {@code scores += columns w}, four columns at a time. */
    private static void addProducts(float[] columns, int from, float[] w, float[] scores) {
        int c = 0;
        for (; c + 3 < w.length; c += 4) {
            int at = from + c * BLOCK;
            float w0 = w[c];
            float w1 = w[c + 1];
            float w2 = w[c + 2];
            float w3 = w[c + 3];
            for (int i = 0; i < BLOCK; i++) {
                scores[i] += columns[at + i] * w0 + columns[at + BLOCK + i] * w1
                        + (columns[at + 2 * BLOCK + i] * w2 + columns[at + 3 * BLOCK + i] * w3);
            }
        }
        for (; c < w.length; c++) {
            for (int i = 0, at = from + c * BLOCK; i < BLOCK; i++) {
                scores[i] += columns[at + i] * w[c];
            }
        }
    }

    /** {@code sums += residuals . rows}, four rows at a time. */
    private static void addRows(float[] data, int first, int count, float[] residuals, float[] sums) {
        int width = sums.length;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            int at = (first + i) * width;
            float r0 = residuals[i];
            float r1 = residuals[i + 1];
            float r2 = residuals[i + 2];
            float r3 = residuals[i + 3];
            for (int c = 0; c < width; c++) {
                sums[c] += data[at + c] * r0 + data[at + width + c] * r1
                        + (data[at + 2 * width + c] * r2 + data[at + 3 * width + c] * r3);
            }
        }
        for (; i < count; i++) {
            for (int c = 0, at = (first + i) * width; c < width; c++) {
                sums[c] += data[at + c] * residuals[i];
            }
        }
    }
}
