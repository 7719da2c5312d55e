package org.latent4j.insight.direction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.site.Site;

/** The figures beside a direction, on states that mean nothing. */
class HeldOutTest {
    private static final Site SITE = Site.of(Site.Kind.RESID_POST, 1);
    private static final int SEEDS = 60;

    private static Matrix noise(int rows, int columns, long seed, float shift) {
        SeededRandom random = new SeededRandom(seed, 99);
        Matrix states = Matrix.zeros(rows, columns);
        for (int i = 0; i < states.data().length; i++) {
            states.data()[i] = (float) (random.at(i) - 0.5) + (i % columns == 0 ? shift : 0);
        }
        return states;
    }

    private static SiteReport measured(boolean paired, long seed, float shift) {
        return new HeldOut(Method.MEANS, paired, seed).of(SITE, noise(12, 6, 2 * seed, shift), noise(12, 6, 2 * seed + 1, 0));
    }

    private static double spread(double... values) {
        double mean = IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElseThrow();
        return Math
                .sqrt(IntStream.range(0, values.length).mapToDouble(i -> (values[i] - mean) * (values[i] - mean)).average().orElseThrow());
    }

    /** Labels that say nothing are one draw of labels by chance; the mean of five must lie closer together than these. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theControlIsSteadierThanOneDraw(boolean paired) {
        SiteReport[] reports = IntStream.range(0, SEEDS).mapToObj(s -> measured(paired, s, 0)).toArray(SiteReport[]::new);
        double[] one = IntStream.range(0, SEEDS).mapToDouble(s -> reports[s].separation()).toArray();
        double[] mean = IntStream.range(0, SEEDS).mapToDouble(s -> reports[s].shuffledSeparation()).toArray();
        assertThat(spread(mean)).isLessThan(0.7 * spread(one));
        double[] agreed = IntStream.range(0, SEEDS).mapToDouble(s -> reports[s].agreement()).toArray();
        double[] agreedByChance = IntStream.range(0, SEEDS).mapToDouble(s -> reports[s].shuffledAgreement()).toArray();
        assertThat(spread(agreedByChance)).isLessThan(0.7 * spread(agreed));
    }

    @Test
    void whatSeparatesLiesOverTheControlAndTheSameSeedGivesTheSame() {
        SiteReport report = measured(true, 3, 2);
        assertThat(report.separation()).isGreaterThan(0.99);
        assertThat(report.shuffledSeparation()).isBetween(0.2, 0.8);
        assertThat(measured(true, 3, 2)).isEqualTo(report);
    }
}
