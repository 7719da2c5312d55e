package org.latent4j.space.describe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;

class ShapeTest {
    private static final WorkerPool POOL = new WorkerPool(2);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static Shape of(Matrix points) {
        return Shape.of(points, 1, POOL, Progress.NONE);
    }

    private static Matrix cloud(int count, int width, double apart) {
        Random random = new Random(4);
        Matrix cloud = Matrix.zeros(count, width);
        for (int i = 0; i < cloud.data().length; i++) {
            cloud.data()[i] = (float) (random.nextGaussian() + apart * (i / width % 2));
        }
        return cloud;
    }

    @Test
    void oneCloudIsNoClustersAndTwoAre() {
        assertThat(of(cloud(1000, 5, 0)).clusterability()).isBetween(0.42, 0.58);
        assertThat(of(cloud(1000, 5, 20)).clusterability()).isGreaterThan(0.7);
    }

    @Test
    void directionsOfAnEvenCloudAreEvenAndOfAConeAreNot() {
        assertThat(of(cloud(1000, 20, 0)).meanCosine()).isCloseTo(0, within(0.01));
        Matrix cone = cloud(500, 20, 0);
        for (int row = 0; row < 500; row++) {
            cone.data()[row * 20] += 50;
        }
        assertThat(of(cone).meanCosine()).isGreaterThan(0.95);
    }

    @Test
    void copiesAndConstantColumnsAreCounted() {
        Matrix points = cloud(100, 3, 0);
        for (int row = 0; row < 100; row++) {
            points.data()[row * 3 + 1] = 0.1f;
        }
        System.arraycopy(points.data(), 0, points.data(), 30, 15);
        Shape shape = of(points);
        assertThat(shape.duplicates()).isEqualTo(5);
        assertThat(shape.constantColumns()).isEqualTo(1);
    }

    @Test
    void copiesArentHubs() {
        Matrix points = cloud(400, 5, 0);
        for (int row = 1; row < 200; row++) {
            System.arraycopy(points.data(), 0, points.data(), row * 5, 5);
        }
        Shape.Hubness hubness = of(points).hubness();
        Shape.Hubness alone = of(points.rows(199, 400)).hubness();
        assertThat(hubness.skewness()).isEqualTo(alone.skewness());
        assertThat(hubness.largest()).isEqualTo(alone.largest());
        assertThat(hubness.hub()).isEqualTo(alone.hub() == 0 ? 0 : alone.hub() + 199);
        assertThat(of(Matrix.zeros(50, 3)).hubness().k()).isZero();
    }

    @Test
    void oddPointsAreDescribed() {
        assertThat(of(Matrix.of(2, 1, 1, 2)).dimension().participation()).isCloseTo(1, within(1e-9));
        assertThat(of(Matrix.zeros(50, 3)).clusterability()).isNaN();
        assertThat(of(Matrix.zeros(50, 3)).duplicates()).isEqualTo(49);
        assertThat(of(cloud(12, 100_000, 0)).width()).isEqualTo(100_000);
        assertThatThrownBy(() -> of(Matrix.of(1, 1, 1))).isInstanceOf(LatentException.class);
        assertThatThrownBy(() -> of(Matrix.of(2, 1, 1, Float.NaN))).hasMessageContaining("NaN");
    }
}
