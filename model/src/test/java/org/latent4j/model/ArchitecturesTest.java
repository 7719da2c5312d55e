package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Every architecture, in the smallest models of random weights that have its oddities, against what transformers computes of
 * them: configurations of transformers 4 and 5, every rotary scaling, texts on both sides of its bound.
 */
class ArchitecturesTest {
    static final List<String> MODELS = List.of(
            "llama-dynamic", "qwen2-old", "qwen3-yarn", "gemma2-old", "gemma3-seeing", "phi-old", "phi3-longrope", "phi3-odd",
            "gpt_neox-serial", "gpt_neox-odd",
            "olmo2", "olmo3", "granite", "smollm3", "bert", "roberta", "modernbert", "mpnet", "nomic_bert");

    @ParameterizedTest
    @FieldSource("MODELS")
    void everySiteMatchesTransformers(String name) {
        try (Model model = TinyModelsTest.open(name, 2);
                Safetensors expected = Safetensors.open(TinyModelsTest.folder(name).resolve("expected.safetensors"))) {
            assertThat(GoldenStates.compare(model, expected)).isGreaterThanOrEqualTo(3 * 4);
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void aTextsStatesAreTheSameBitsAloneAndInAnyBatchOnAnyThreads(String name) {
        try (Model alone = TinyModelsTest.open(name, 1);
                Model model = TinyModelsTest.open(name, 3);
                Safetensors expected = Safetensors.open(TinyModelsTest.folder(name).resolve("expected.safetensors"))) {
            List<int[]> texts = List.of(ids(expected, 2), ids(expected, 0), ids(expected, 1), ids(expected, 0), ids(expected, 2));
            Sites sites = Sites.of("resid_post.*");
            List<Trace> together = model.traces(texts, Sites.of("resid_post.*,attn_pattern.*,mlp_act.*"), Positions.ALL);
            for (int i = 0; i < texts.size(); i++) {
                Trace one = alone.trace(texts.get(i), sites);
                for (Site site : one.sites()) {
                    assertThat(together.get(i).get(site)).as("text %d, %s", i, site).isEqualTo(one.get(site));
                }
            }
        }
    }

    private static int[] ids(Safetensors file, int text) {
        return file.tensor(text + ".input_ids").orElseThrow().integers();
    }

    @Test
    void sitesThatAnArchitectureLacksAreRefusedByName() {
        refused("phi-old", "resid_mid.0", "run in parallel");
        refused("bert", "logits", "is an encoder", "resid_post.2");
        refused("bert", "final_norm", "no norm behind its last block", "resid_post.2");
        refused("modernbert", "logits", "is an encoder");
    }

    private static void refused(String name, String site, String... parts) {
        try (Model model = TinyModelsTest.open(name, 1)) {
            assertThatThrownBy(() -> model.trace(new int[]{3, 4}, Sites.of(site)))
                    .isInstanceOf(LatentException.class)
                    .hasMessageContainingAll(parts);
        }
    }

    @Test
    void anEncoderHasNoLens() {
        try (Model model = TinyModelsTest.open("bert", 1)) {
            assertThatThrownBy(() -> model.read(Matrix.zeros(1, 16)))
                    .isInstanceOf(LatentException.class)
                    .hasMessageContaining("no output head");
        }
    }
}
