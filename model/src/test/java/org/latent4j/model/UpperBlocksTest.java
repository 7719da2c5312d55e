package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/** A model from some block on, given what the blocks below make of a text, makes of it what the whole model does. */
class UpperBlocksTest {
    private static final List<int[]> TEXTS = List.of(new int[]{5, 9, 20, 17, 9, 34, 3}, new int[]{1, 2, 3});

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma2-old", "gpt2", "phi-old"})
    void theUpperBlocksGoOnWhereTheLowerOnesEnd(String architecture) {
        try (Model model = TinyModelsTest.open(architecture, 2)) {
            int last = model.config().layers() - 1;
            List<Trace> whole = model.traces(TEXTS, Sites.of("resid_pre." + last, "resid_post." + last, "logits"), Positions.ALL);
            Model upper = model.from(last);
            assertThat(upper.config().layers()).isOne();
            List<Steering> states = whole.stream().map(t -> Steering.replace(t.get("resid_pre." + last), Sites.of("embed"))).toList();
            List<Trace> above = upper.traces(TEXTS, Sites.of("resid_post.0", "logits"), Positions.ALL, states).traces();
            for (int t = 0; t < TEXTS.size(); t++) {
                assertThat(above.get(t).get("resid_post.0").data()).isEqualTo(whole.get(t).get("resid_post." + last).data());
                assertThat(above.get(t).get("logits").data()).isEqualTo(whole.get(t).get("logits").data());
            }
            assertThatThrownBy(() -> model.from(last + 1)).isInstanceOf(LatentException.class)
                    .hasMessageContaining("no block " + (last + 1));
        }
    }
}
