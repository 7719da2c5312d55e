package org.latent4j.space.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.recommend.ImplicitFactors.Settings;

class ImplicitFactorsTest {
    private static final Settings SETTINGS = new Settings(6, 4, 0.2, 5, 3);

    /** Users of four tastes, who mostly have to do with the items of theirs. */
    private static Interactions interactions(int users, int items) {
        Interactions.Builder builder = new Interactions.Builder();
        SeededRandom random = new SeededRandom(5, 0);
        int next = 0;
        for (int user = 0; user < users; user++) {
            for (int i = 0; i < 12; i++) {
                int item = (int) (random.at(next++) * items);
                item = random.at(next++) < 0.9 ? item / 4 * 4 + user % 4 : item;
                builder.add("u" + user, "i" + Math.min(item, items - 1), 1 + (int) (random.at(next++) * 3));
            }
        }
        return builder.build();
    }

    private static ImplicitFactors factors(Interactions interactions, Settings settings, int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            return ImplicitFactors.of(interactions, settings, pool, Progress.NONE);
        }
    }

    /** The paper's loss, over every pair of a user and an item. */
    private static double loss(Interactions interactions, Matrix users, Matrix items) {
        double loss = 0;
        for (int u = 0; u < users.rows(); u++) {
            double[] weights = new double[items.rows()];
            Interactions.Row row = interactions.byUser().get(u);
            for (int i = 0; i < row.size(); i++) {
                weights[row.others()[i]] = row.weights()[i];
            }
            for (int i = 0; i < items.rows(); i++) {
                double product = 0;
                for (int f = 0; f < items.columns(); f++) {
                    product += (double) users.at(u, f) * items.at(i, f);
                }
                double error = (weights[i] > 0 ? 1 : 0) - product;
                loss += (1 + SETTINGS.confidence() * weights[i]) * error * error;
            }
        }
        for (Matrix side : List.of(users, items)) {
            for (float value : side.data()) {
                loss += SETTINGS.regularisation() * value * value;
            }
        }
        return loss;
    }

    @Test
    void everyHalfIsAtItsLeastLoss() {
        Interactions interactions = interactions(40, 30);
        ImplicitFactors found = factors(interactions, SETTINGS, 2);
        double least = loss(interactions, found.users(), found.items());
        for (int place = 0; place < found.items().data().length; place += 7) { // items were solved last
            for (float step : new float[]{-0.01f, 0.01f}) {
                float[] moved = found.items().data().clone();
                moved[place] += step;
                assertThat(loss(interactions, found.users(), Matrix.of(found.items().rows(), 6, moved))).isGreaterThan(least);
            }
        }
    }

    @Test
    void lossFallsFromRoundToRound() {
        Interactions interactions = interactions(40, 30);
        double before = Double.POSITIVE_INFINITY;
        for (int rounds = 1; rounds < 6; rounds++) {
            ImplicitFactors found = factors(interactions, new Settings(6, rounds, 0.2, 5, 3), 1);
            double loss = loss(interactions, found.users(), found.items());
            assertThat(loss).isLessThan(before);
            before = loss;
        }
    }

    @Test
    void threadsChangeNoBit() {
        Interactions interactions = interactions(1200, 60);
        assertThat(factors(interactions, SETTINGS, 3)).isEqualTo(factors(interactions, SETTINGS, 1));
    }

    @Test
    void whatWasHiddenIsFoundMoreOftenThanByPopularity() {
        try (WorkerPool pool = new WorkerPool(2)) {
            HeldOut held = HeldOut.of(interactions(400, 80), SETTINGS, 10, pool, Progress.NONE);
            assertThat(held.users()).isEqualTo(400);
            assertThat(held.recall().mean()).isGreaterThan(0.4);
            assertThat(held.difference().low()).isPositive();
        }
    }

    /** With less regularisation 64 factors learn 80 items by heart. */
    @Test
    void theStandardSettingsLearnFromASmallTable() {
        try (WorkerPool pool = new WorkerPool(2)) {
            HeldOut held = HeldOut.of(interactions(200, 80), Settings.STANDARD, 10, pool, Progress.NONE);
            HeldOut byHeart = HeldOut.of(interactions(200, 80), new Settings(64, 15, 0.1, 40, 0), 10, pool, Progress.NONE);
            assertThat(held.recall().mean()).isGreaterThan(0.4).isGreaterThan(byHeart.recall().mean() + 0.1);
        }
    }

    @Test
    void whatCantBeLearntFromIsRefused() {
        assertThatThrownBy(() -> new Interactions.Builder().add("u", "i", -1)).isInstanceOf(LatentException.class)
                .hasMessageContaining("the weight -1.0 of user 'u' and item 'i'");
        assertThatThrownBy(() -> factors(new Interactions.Builder().build(), SETTINGS, 1)).isInstanceOf(LatentException.class);
        assertThatThrownBy(() -> new Settings(0, 1, 1, 1, 0)).hasMessageContaining("factors 0 is out of range: give 1 to 1024");
    }
}
