package org.latent4j.insight.direction;

import java.util.List;
import org.latent4j.insight.probe.Probe;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.PrincipalComponents;

/** Finds a vector from states of two kinds at one site. */
final class Fitting {
    private Fitting() {}

    /**
     * The vector, from the negative to the positive states: as long as the means are apart for {@link Method#MEANS}, of length 1 for
     * the others.
     *
     * @param positive {@code [count, width]}
     * @param negative {@code [count, width]}; where pairs matter, row i belongs to row i
     */
    static float[] fit(Method method, Matrix positive, Matrix negative) {
        return switch (method) {
            case MEANS -> Linear.plus(mean(positive), -1, mean(negative));
            case PCA_DIFF -> pointing(component(differences(positive, negative)), positive, negative);
            case PCA_CENTER -> pointing(component(centred(positive, negative)), positive, negative);
            case LOGISTIC -> Linear.unit(logistic(positive, negative));
            case LDA -> Linear.unit(ShrunkCovariance.within(positive, negative)
                    .solve(Linear.plus(mean(positive), -1, mean(negative))));
        };
    }

    static float[] mean(Matrix x) {
        double[] sum = new double[x.columns()];
        for (int i = 0; i < x.data().length; i++) {
            sum[i % sum.length] += x.data()[i];
        }
        float[] mean = new float[sum.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sum[c] / x.rows());
        }
        return mean;
    }

    private static Matrix differences(Matrix positive, Matrix negative) {
        Matrix out = Matrix.zeros(positive.rows(), positive.columns());
        for (int i = 0; i < out.data().length; i++) {
            out.data()[i] = positive.data()[i] - negative.data()[i];
        }
        return out;
    }

    private static Matrix centred(Matrix positive, Matrix negative) {
        int size = positive.data().length;
        Matrix out = Matrix.zeros(2 * positive.rows(), positive.columns());
        for (int i = 0; i < size; i++) {
            float middle = (positive.data()[i] + negative.data()[i]) / 2;
            out.data()[i] = positive.data()[i] - middle;
            out.data()[size + i] = negative.data()[i] - middle;
        }
        return out;
    }

    private static float[] component(Matrix points) {
        if (points.rows() < 2) {
            return points.row(0);
        }
        double[] first = PrincipalComponents.of(points, 1).components()[0];
        float[] out = new float[first.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) first[c];
        }
        return out;
    }

    /** Turned so that in most pairs the positive state lies further along it. */
    private static float[] pointing(float[] component, Matrix positive, Matrix negative) {
        int larger = 0;
        int smaller = 0;
        for (int i = 0; i < positive.rows(); i++) {
            double difference = Linear.dot(positive.row(i), component) - Linear.dot(negative.row(i), component);
            larger += difference > 0 ? 1 : 0;
            smaller += difference < 0 ? 1 : 0;
        }
        return smaller > larger ? Linear.times(component, -1) : component;
    }

    private static float[] logistic(Matrix positive, Matrix negative) {
        Matrix all = Matrix.zeros(positive.rows() + negative.rows(), positive.columns());
        System.arraycopy(negative.data(), 0, all.data(), 0, negative.data().length);
        System.arraycopy(positive.data(), 0, all.data(), negative.data().length, positive.data().length);
        int[] labels = new int[all.rows()];
        java.util.Arrays.fill(labels, negative.rows(), labels.length, 1);
        return Probe.fit(all, labels, List.of("negative", "positive"), Probe.Settings.STANDARD.withC(0.1)).direction(1);
    }
}
