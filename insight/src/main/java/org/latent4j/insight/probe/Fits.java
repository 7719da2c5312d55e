package org.latent4j.insight.probe;

import java.util.List;
import java.util.stream.IntStream;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** Fits linear probes. */
final class Fits {
    private Fits() {}

    static void check(Matrix x, int[] labels, List<String> classes) {
        if (x.rows() != labels.length) {
            throw new IllegalArgumentException("%d rows, %d labels".formatted(x.rows(), labels.length));
        }
        requireFinite(x);
        long present = IntStream.of(labels).distinct().count();
        if (present < 2) {
            throw new LatentException("all %d rows to fit on have the same label%s: a probe needs two classes at least"
                    .formatted(labels.length, labels.length > 0 ? " '" + classes.get(labels[0]) + "'" : ""));
        }
    }

    /** Sees that states can be fitted to. */
    static void requireFinite(Matrix x) {
        for (int i = 0; i < x.data().length; i++) {
            if (!Float.isFinite(x.data()[i])) {
                throw new LatentException("the state in row %d has a value that isn't finite (%s): a probe can't be fitted to it"
                        .formatted(i / x.columns(), x.data()[i]));
            }
        }
    }

    static LinearProbe logistic(Matrix x, int[] labels, List<String> classes, Probe.Settings settings) {
        Standardiser standardiser = Standardiser.of(x);
        Design design = Design.of(standardiser.apply(x), classes.size());
        LogisticFit fit = LogisticFit.of(design, labels, classes.size(), settings.c(), settings.tolerance(), null,
                Curvature.of(design, settings.c()));
        return linear(fit, classes, standardiser);
    }

    static LinearProbe linear(LogisticFit fit, List<String> classes, Standardiser standardiser) {
        int width = standardiser.mean().length;
        Matrix weight = Matrix.zeros(fit.outputs(), width);
        double[] bias = new double[fit.outputs()];
        for (int k = 0; k < fit.outputs(); k++) {
            for (int c = 0; c < width; c++) {
                weight.data()[k * width + c] = (float) fit.weights()[k * (width + 1) + c];
            }
            bias[k] = fit.weights()[k * (width + 1) + width];
        }
        return new LinearProbe(Probe.Kind.LOGISTIC, classes, standardiser, weight, bias);
    }

    /** Nearest mean: the squared distance to a mean is linear but for what all classes share. */
    static LinearProbe means(Matrix x, int[] labels, List<String> classes) {
        Standardiser standardiser = Standardiser.of(x);
        Matrix z = standardiser.apply(x);
        int width = x.columns();
        double[][] sums = new double[classes.size()][width];
        int[] counts = new int[classes.size()];
        for (int r = 0; r < z.rows(); r++) {
            counts[labels[r]]++;
            for (int c = 0; c < width; c++) {
                sums[labels[r]][c] += z.data()[r * width + c];
            }
        }
        Matrix weight = Matrix.zeros(classes.size(), width);
        double[] bias = new double[classes.size()];
        for (int k = 0; k < bias.length; k++) {
            for (int c = 0; c < width; c++) {
                double mean = sums[k][c] / Math.max(1, counts[k]);
                weight.data()[k * width + c] = (float) mean;
                bias[k] -= mean * mean / 2;
            }
            bias[k] = counts[k] == 0 ? -1e30 : bias[k]; // nothing is near to a class without rows
        }
        return new LinearProbe(Probe.Kind.MEANS, classes, standardiser, weight, bias);
    }
}
