package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/**
 * Every architecture against what transformers computes of a tiny model of random weights: each site that it recorded, and
 * what it says greedily. The models are too large for the resources; skipped where they aren't beside the project.
 */
class SharedTinyModelsTest {
    private static Path folder(String architecture) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared/golden/tiny").resolve(architecture);
            if (Files.exists(found)) {
                return found;
            }
        }
        return abort("shared/golden isn't beside the project");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "llama", "llama3-rope-scaling", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi", "phi3", "gpt_neox", "olmo2", "smollm3",
        "gpt2", "bert", "roberta", "modernbert"
    })
    void everySiteMatchesTransformers(String architecture) {
        Path folder = folder(architecture);
        try (Model model = Models.open(folder.toString(), Models.Options.standard().withOffline(true));
                Safetensors states = Safetensors.open(folder.resolve("expected.safetensors"));
                Safetensors others = Safetensors.open(folder.resolve("sites.safetensors"))) {
            assertThat(GoldenStates.compare(model, states)).isGreaterThanOrEqualTo(3 * 4);
            assertThat(GoldenStates.compare(model, states, others, 1e-4)).isGreaterThanOrEqualTo(2 * 5);
            Tensor greedy = states.tensors().get("0.greedy");
            if (greedy != null) {
                assertGreedy(model, states.tensor("0.input_ids").orElseThrow().integers(), greedy.integers());
            }
        }
    }

    private static void assertGreedy(Model model, int[] prompt, int[] expected) {
        List<Integer> ids = new ArrayList<>();
        for (int id : prompt) {
            ids.add(id);
        }
        int first = expected.length > 16 ? expected.length - 16 : 0;
        for (int i = first; i < expected.length; i++) {
            int[] soFar = ids.stream().mapToInt(Integer::intValue).toArray();
            Matrix logits = model.traces(List.of(soFar), Sites.of("logits"), Positions.LAST).getFirst().get("logits");
            int best = 0;
            for (int id = 1; id < logits.columns(); id++) {
                best = logits.at(0, id) > logits.at(0, best) ? id : best;
            }
            assertThat(best).isEqualTo(expected[i]);
            ids.add(best);
        }
    }
}
