package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.WorkerPool;

class CholeskyTest {
    /** {@code R R' + I}, which has an inverse. */
    private static double[][] positive(int n, long seed) {
        Random random = new Random(seed);
        double[][] r = new double[n][n];
        for (double[] row : r) {
            for (int c = 0; c < n; c++) {
                row[c] = random.nextGaussian();
            }
        }
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = i == j ? 1 : 0;
                for (int k = 0; k < n; k++) {
                    a[i][j] += r[i][k] * r[j][k];
                }
            }
        }
        return a;
    }

    private static double[][] copy(double[][] a) {
        double[][] copy = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            copy[i] = a[i].clone();
        }
        return copy;
    }

    @Property(tries = 50)
    void solutionsSolveAndWhatLiesAboveTheDiagonalIsLeftAlone(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll long seed) {
        double[][] a = positive(n, seed);
        double[][] factor = copy(a);
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                factor[i][j] = Double.NaN;
            }
        }
        double[] y = positive(n, seed + 1)[0];
        double[] x = y.clone();
        assertThat(Cholesky.factor(factor)).isEqualTo(n);
        Cholesky.solve(factor, x);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += a[i][j] * x[j];
            }
            assertThat(sum).isCloseTo(y[i], within(1e-8 * (1 + Math.abs(y[i]))));
        }
    }

    @Test
    void threadsChangeNothing() {
        double[][] one = positive(150, 3);
        double[][] two = copy(one);
        try (WorkerPool pool = new WorkerPool(2)) {
            assertThat(Cholesky.factor(two, pool)).isEqualTo(Cholesky.factor(one));
        }
        assertThat(two).isEqualTo(one);
    }

    @Test
    void directionsWithoutVarianceAreLeftOut() {
        double[][] a = {{4, 2, 0}, {2, 1, 0}, {0, 0, 9}}; // the second is half the first
        assertThat(Cholesky.factor(a)).isEqualTo(2);
        double[] x = {4, 2, 9};
        Cholesky.solve(a, x);
        assertThat(x).containsExactly(1, 0, 1);
    }
}
