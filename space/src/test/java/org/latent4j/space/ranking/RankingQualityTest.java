package org.latent4j.space.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.SeededRandom;

class RankingQualityTest {
    private static final Offset<Double> NEAR = Offset.offset(1e-9);

    @Test
    void aRankingIsJudgedAsTrecEvalJudgesIt() {
        // relevant: 7 with grade 2, 3 and 9 with grade 1; ranked third and first among five
        RankingQuality judged = RankingQuality.of(List.of(3, 1, 7, 4, 5, 9), Map.of(7, 2.0, 3, 1.0, 9, 1.0), 5);
        assertThat(judged.recall()).isCloseTo(2.0 / 3, NEAR);
        assertThat(judged.reciprocalRank()).isEqualTo(1);
        double ideal = 2 + 1 / (Math.log(3) / Math.log(2)) + 0.5;
        assertThat(judged.ndcg()).isCloseTo((1 + 2 / 2.0) / ideal, NEAR);
    }

    @Test
    void nothingFoundIsZeroAndEverythingInOrderIsOne() {
        assertThat(RankingQuality.of(List.of(1, 2), Map.of(3, 1.0), 10)).isEqualTo(new RankingQuality(0, 0, 0));
        assertThat(RankingQuality.of(List.of(3, 1, 2), Map.of(3, 1.0), 10)).isEqualTo(new RankingQuality(1, 1, 1));
    }

    @Test
    void intervalsHoldTheMeanAsOftenAsTheySay() {
        int inside = 0;
        for (int trial = 0; trial < 40; trial++) {
            SeededRandom random = new SeededRandom(9, trial);
            double[] values = IntStream.range(0, 60).mapToDouble(random::at).toArray();
            MeanInterval interval = MeanInterval.of(values, trial);
            inside += interval.low() <= 0.5 && 0.5 <= interval.high() ? 1 : 0;
            assertThat(interval.mean()).isBetween(interval.low(), interval.high());
        }
        assertThat(inside).isBetween(34, 40);
        assertThat(MeanInterval.of(new double[]{1, 1, 1}, 0)).isEqualTo(new MeanInterval(1, 1, 1));
    }
}
