package org.latent4j.insight.probe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.latent4j.space.Cholesky;

/**
 * About how a logistic loss curves: its second derivatives are bounded by a share of the rows' own products, {@code h X'X / n} (Böhning
 * 1992), to which the penalty is added. States are far from round, and steps that know so need a tenth of the rounds. For one thread.
 */
final class Curvature implements Lbfgs.Scaling {
    /** A matrix of the columns' products takes as long as about so many passes over the rows for each output. */
    private static final int WORTH = 100;

    private final double[][] factor;
    private final double[] shares;
    private final int stride;
    private final double[] column;

    private Curvature(double[][] factor, double[] shares) {
        this.factor = factor;
        this.shares = shares;
        this.stride = factor.length + 1;
        this.column = new double[factor.length];
    }

    /**
     * That of a design; null where it has too few rows for it to pay.
     *
     * @param labels of each row, from 0 to classes - 1; others that are distributed alike do as well
     * @param c the inverse of the penalty
     */
    static @Nullable Curvature of(Design x, int[] labels, int classes, double c) {
        int outputs = LogisticFit.outputs(classes);
        int width = x.width();
        double[][] products = (long) x.rows() * outputs * WORTH < (long) width * width ? null : x.products();
        if (products == null) {
            return null;
        }
        double[] shares = shares(labels, outputs);
        double mean = Arrays.stream(shares).average().orElse(1);
        double[][] factor = new double[width][];
        for (int i = 0; i < width; i++) {
            factor[i] = products[i].clone();
            for (int j = 0; j <= i; j++) {
                factor[i][j] /= x.rows();
            }
            factor[i][i] += 1 / (c * x.rows() * mean);
        }
        Cholesky.factor(factor);
        return new Curvature(factor, shares);
    }

    /** Of each output the variance of its label, {@code p (1 - p)}. */
    private static double[] shares(int[] labels, int outputs) {
        double[] shares = new double[outputs];
        for (int label : labels) {
            if (outputs > 1 || label == 1) {
                shares[outputs == 1 ? 0 : label]++;
            }
        }
        for (int k = 0; k < outputs; k++) {
            double p = (shares[k] + 1) / (labels.length + 2); // a class without a row has some as well
            shares[k] = p * (1 - p);
        }
        return shares;
    }

    @Override
    public void undo(double[] q) {
        for (int k = 0; k < shares.length; k++) {
            System.arraycopy(q, k * stride, column, 0, column.length);
            Cholesky.solve(factor, column);
            for (int c = 0; c < column.length; c++) {
                q[k * stride + c] = column[c] / shares[k];
            }
            q[k * stride + column.length] /= shares[k]; // columns are centred: the bias curves by itself
        }
    }
}
