package org.latent4j.space.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Golden;
import org.latent4j.space.Metric;
import org.latent4j.space.Neighbours;

class TsneTest {
    private static final TsneSettings PLAIN = TsneSettings.of(2, Metric.EUCLIDEAN, 1);

    private static TsneMap fit(Matrix points, TsneSettings settings, int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            return TsneMap.fit(points, settings, pool, Progress.NONE);
        }
    }

    @Test
    void jointProbabilitiesAreOpenTsnes() {
        Matrix digits = Golden.floats("x");
        try (WorkerPool pool = new WorkerPool(2)) {
            Graph joint = Affinities.joint(Neighbours.among(digits, 90, Metric.EUCLIDEAN, pool), 30, pool);
            int[] rows = Golden.ints("tsne_p_rows");
            int[] columns = Golden.ints("tsne_p_cols");
            float[] values = Golden.floats("tsne_p_values").data();
            assertThat(joint.ends().length).isCloseTo(rows.length, within(60)); // ties at the edge of neighbourhoods
            int off = 0;
            double sum = 0;
            for (int e = 0; e < rows.length; e++) {
                int at = Arrays.binarySearch(joint.ends(), joint.starts()[rows[e]], joint.starts()[rows[e] + 1], columns[e]);
                off += at < 0 || Math.abs(joint.weights()[at] - values[e]) > 1e-4 * values[e] + 1e-10 ? 1 : 0;
                sum += values[e];
            }
            assertThat(off).isLessThan(150);
            assertThat(sum).isCloseTo(1, within(1e-4));
        }
    }

    private static double[] places(int n, int dims, double size) {
        SeededRandom random = new SeededRandom(3, 0);
        double[] places = new double[n * dims];
        Arrays.setAll(places, i -> size * (random.at(i) - 0.5) * (i % 7 == 0 ? 1 : 0.3));
        return places;
    }

    /** What a sum over all pairs gives. */
    private static double exact(double[] places, int dims, double[] push) {
        double all = 0;
        int n = places.length / dims;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double square = 0;
                for (int d = 0; d < dims; d++) {
                    square += Math.pow(places[i * dims + d] - places[j * dims + d], 2);
                }
                double q = i == j ? 0 : 1 / (1 + square);
                all += q;
                for (int d = 0; d < dims; d++) {
                    push[i * dims + d] += q * q * (places[i * dims + d] - places[j * dims + d]);
                }
            }
        }
        return all;
    }

    private static double error(double[] found, double[] expected) {
        double off = 0;
        double size = 0;
        for (int i = 0; i < found.length; i++) {
            off += Math.pow(found[i] - expected[i], 2);
            size += expected[i] * expected[i];
        }
        return Math.sqrt(off / size);
    }

    @Test
    void approximationsComeNearTheSumOverAllPairs() {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (double size : new double[]{0.001, 3, 60, 170}) {
                for (int dims = 1; dims <= 3; dims++) {
                    double[] places = places(700, dims, size);
                    double[] expected = new double[places.length];
                    double all = exact(places, dims, expected);
                    double[] found = new double[places.length];
                    assertThat(new QuadTree(700, dims, pool).push(places, found)).isCloseTo(all, within(0.02 * all));
                    assertThat(error(found, expected)).isLessThan(0.05);
                    if (dims == 2) {
                        assertThat(new GridRepulsion(700, pool).push(places, found)).isCloseTo(all, within(0.01 * all));
                        assertThat(error(found, expected)).isLessThan(0.05);
                    }
                }
            }
        }
    }

    @Test
    void transformsAreTheDefinitionAndGoBack() {
        for (int length : new int[]{1, 2, 3, 4, 6, 8, 12, 96}) {
            Fourier fourier = new Fourier(length);
            double[] values = places(length, 2, 2);
            for (int i = 0; i < length; i++) {
                fourier.real()[i * Fourier.SIDE + 5] = values[2 * i];
                fourier.imaginary()[i * Fourier.SIDE + 5] = values[2 * i + 1];
            }
            fourier.transform(false);
            for (int k = 0; k < length; k++) {
                double re = 0;
                for (int i = 0; i < length; i++) {
                    double angle = -2 * Math.PI * i * k / length;
                    re += values[2 * i] * Math.cos(angle) - values[2 * i + 1] * Math.sin(angle);
                }
                assertThat(fourier.real()[k * Fourier.SIDE + 5]).isCloseTo(re, within(1e-12 * length));
            }
            fourier.transform(true);
            for (int i = 0; i < length; i++) {
                assertThat(fourier.imaginary()[i * Fourier.SIDE + 5] / length).isCloseTo(values[2 * i + 1], within(1e-12));
            }
        }
        assertThat(Fourier.lengthFrom(300)).isEqualTo(384);
        assertThat(Fourier.lengthFrom(400)).isEqualTo(512);
        assertThat(Fourier.lengthFrom(512)).isEqualTo(512);
    }

    @Test
    void aMapIsAsGoodAsOpenTsnes() {
        Matrix digits = Golden.floats("x");
        TsneMap map = fit(digits, PLAIN, 2);
        assertThat(map.divergence()).isLessThan(0.56); // openTSNE 0.544 to 0.550
        try (WorkerPool pool = new WorkerPool(2)) {
            MapQuality quality = MapQuality.of(digits, map.coordinates(), Metric.EUCLIDEAN, 15, pool, Progress.NONE);
            assertThat(quality.trustworthiness()).isGreaterThan(0.982); // openTSNE 0.983 to 0.985
            assertThat(quality.neighboursKept()).isGreaterThan(0.67); // openTSNE 0.677 to 0.684
        }
        TsneSettings grid = PLAIN.withRepulsion(TsneSettings.Approximation.INTERPOLATION).withSteps(250, 250);
        assertThat(fit(digits, grid, 2).divergence()).isLessThan(0.6);
    }

    @ParameterizedTest
    @EnumSource(names = {"BARNES_HUT", "INTERPOLATION"})
    void aMapIsTheSameOnAnyThreads(TsneSettings.Approximation repulsion) {
        TsneSettings settings = PLAIN.withRepulsion(repulsion).withSteps(60, 40); // a step that differs would show in all that follow
        Matrix digits = Golden.floats("x");
        assertThat(fit(digits, settings, 3).coordinates()).isEqualTo(fit(digits, settings, 1).coordinates());
    }

    @Test
    void newPointsComeToLieWhereTheirLikesAre() {
        assertThat(Digits.rightlyPlaced(fit(Digits.fitted(), PLAIN, 2))).isGreaterThan(85);
    }

    @Test
    void oddInputHasASensibleMap() {
        TsneSettings quick = PLAIN.withSteps(30, 30);
        for (Matrix points : OddPoints.all()) {
            for (TsneSettings settings : new TsneSettings[]{quick, quick.withPerplexity(5000),
                quick.withRepulsion(TsneSettings.Approximation.INTERPOLATION)}) {
                for (float value : fit(points, settings, 2).coordinates().data()) {
                    assertThat(value).isFinite();
                }
            }
        }
        for (float value : fit(Matrix.zeros(100_000, 2), PLAIN.withPerplexity(2).withSteps(2, 2), 2).coordinates().data()) {
            assertThat(value).isFinite();
        }
        assertThatThrownBy(() -> fit(Matrix.of(3, 1, 1, Float.NaN, 2), PLAIN, 1)).hasMessageContaining("point 1 has the value NaN");
        assertThatThrownBy(() -> fit(Matrix.zeros(1, 2), PLAIN, 1)).isInstanceOf(LatentException.class).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> PLAIN.withPerplexity(0.5)).isInstanceOf(LatentException.class).hasMessageContaining("perplexity");
    }
}
