package org.latent4j.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.latent4j.insight.LensReading.Cell;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;

/** The lens on the default model; skipped with a message where that can't be had. */
class LensTest {
    private static Model open() {
        try {
            return Models.open(Models.DEFAULT);
        } catch (LatentException e) {
            return abort("the default model can't be had: " + e.getMessage());
        }
    }

    @Test
    void readsEveryLayerAndEndsWithTheModelsAnswer() {
        try (Model model = open()) {
            int[] ids = model.tokens("The capital of France is", PromptMode.RAW);
            LensReading reading = Lens.read(model, ids, PromptMode.RAW, 4, Progress.NONE);
            assertThat(reading.layers()).hasSize(31);
            assertThat(reading.layers().getFirst().site()).isEqualTo("embed");
            assertThat(reading.tokens()).containsExactly("The", " capital", " of", " France", " is");
            assertThat(reading.next().getFirst().token()).isEqualTo(" Paris");
            assertThat(reading.next().getFirst().probability()).isCloseTo(0.77255, within(1e-3));
            assertThat(reading.cell(1, 4).first().probability()).isCloseTo(0.44961, within(1e-3));
            assertThat(reading.plane().variance()).isBetween(0.1, 1.0);
            for (int layer = 0; layer < 31; layer++) {
                for (Cell cell : reading.layers().get(layer).cells()) {
                    assertThat(cell.top()).hasSize(4).isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
                    assertThat(cell.entropy()).isBetween(0.0, Math.log(model.config().vocabulary()) + 1e-3);
                    assertThat(Double.isNaN(cell.cosine())).isEqualTo(layer == 0);
                    assertThat(cell.answerRank() == 1).isEqualTo(cell.answerProbability() == cell.first().probability());
                }
            }
            assertThat(reading.layers().getLast().cells()).allMatch(cell -> cell.answerRank() == 1);
        }
    }

    @Test
    void tellsHowFarItHasCome() {
        try (Model model = open()) {
            AtomicLong last = new AtomicLong(-1);
            Lens.read(model, new int[]{504, 3575}, PromptMode.RAW, 1, (_, done, total, _) -> {
                assertThat(total).isEqualTo(62);
                last.set(done);
            });
            assertThat(last.get()).isEqualTo(62);
        }
    }
}
