package org.latent4j.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;

class ComponentsTest {
    @Test
    void exactAndRandomisedComponentsAreScikitLearns() {
        Matrix digits = Golden.floats("x");
        Matrix expected = Golden.floats("pca_components_up_to_sign");
        double[] variances = Golden.numbers("pca_explained_variance");
        double[] shares = Golden.numbers("pca_explained_variance_ratio");
        try (WorkerPool pool = new WorkerPool(2)) {
            PrincipalComponents exact = PrincipalComponents.exact(digits, 5, pool);
            PrincipalComponents randomised = PrincipalComponents.randomised(digits, 5, 1, pool);
            for (int k = 0; k < 5; k++) {
                assertThat(exact.variances()[k]).isCloseTo(variances[k], within(1e-5 * variances[k]));
                assertThat(exact.share(k)).isCloseTo(shares[k], within(1e-6));
                assertThat(randomised.variances()[k]).isCloseTo(variances[k], within(1e-3 * variances[k]));
                double along = 0;
                for (int c = 0; c < 64; c++) {
                    along += exact.components()[k][c] * expected.at(k, c);
                }
                assertThat(Math.abs(along)).isCloseTo(1, within(1e-5));
            }
            Matrix white = exact.whiten(digits, pool);
            double square = 0;
            for (int i = 0; i < 600; i++) {
                square += white.at(i, 2) * white.at(i, 2) / 599;
            }
            assertThat(square).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void fewPointsOfGreatWidthAndEqualOnesHaveComponents() {
        Matrix wide = Matrix.zeros(4, 100_000);
        for (int i = 0; i < 4; i++) {
            wide.data()[i * 100_000 + 7 * i] = i + 1;
        }
        try (WorkerPool pool = new WorkerPool(2)) {
            PrincipalComponents exact = PrincipalComponents.exact(wide, 3, pool);
            PrincipalComponents randomised = PrincipalComponents.randomised(wide, 3, 1, pool);
            assertThat(randomised.variances()[0]).isCloseTo(exact.variances()[0], within(1e-6));
            assertThat(PrincipalComponents.exact(Matrix.zeros(5, 3), 2, pool).whiten(Matrix.zeros(2, 3), pool).data()).containsOnly(0f);
            assertThatThrownBy(() -> PrincipalComponents.exact(Matrix.zeros(1, 3), 2, pool)).isInstanceOf(LatentException.class);
        }
    }

    @Test
    void eigenvaluesOfASmallMatrixAreKnown() {
        SymmetricEigen eigen = SymmetricEigen.of(new double[][]{{2, 1, 0}, {1, 2, 1}, {0, 1, 2}});
        assertThat(eigen.values()).containsExactly(new double[]{2 - Math.sqrt(2), 2, 2 + Math.sqrt(2)}, within(1e-12));
        double[] v = eigen.vectors()[2];
        assertThat(Math.abs(v[0] * 0.5 + v[1] * Math.sqrt(0.5) + v[2] * 0.5)).isCloseTo(1, within(1e-12));
    }
}
