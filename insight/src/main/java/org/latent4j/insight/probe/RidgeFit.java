package org.latent4j.insight.probe;

import java.util.Arrays;
import java.util.List;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;

/** Ridge regression of the same rows to one set of numbers after another. */
final class RidgeFit {
    private final Standardiser standardiser;
    private final NormalEquations equations;
    private final int rows;

    /**
     * Prepares fits.
     *
     * @param x {@code [rows, width]}
     * @throws LatentException if there are too few rows or a state isn't finite
     */
    RidgeFit(Matrix x) {
        if (x.rows() < 2) {
            throw new LatentException("%d rows are too few to fit numbers to: give two at least".formatted(x.rows()));
        }
        Fits.requireFinite(x);
        rows = x.rows();
        standardiser = Standardiser.of(x);
        equations = new NormalEquations(standardiser.apply(x));
    }

    /**
     * {@code |y - x w|^2 + |w|^2 / C}, the intercept not penalised.
     *
     * @param targets {@code [rows]}
     */
    LinearProbe to(double[] targets, double c) {
        if (targets.length != rows) {
            throw new IllegalArgumentException("%d rows, %d targets".formatted(rows, targets.length));
        }
        for (double target : targets) {
            if (!Double.isFinite(target)) {
                throw new LatentException("a target is %s: numbers must be finite".formatted(target));
            }
        }
        double mean = Arrays.stream(targets).sum() / rows;
        double[] w = equations.solve(Arrays.stream(targets).map(target -> target - mean).toArray(), 1 / c);
        Matrix weight = Matrix.zeros(1, w.length);
        for (int i = 0; i < w.length; i++) {
            weight.data()[i] = (float) w[i];
        }
        return new LinearProbe(Probe.Kind.RIDGE, List.of(), standardiser, weight, new double[]{mean});
    }
}
