package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.Activation;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.SiteVisitor;
import org.latent4j.model.transformer.Transformer;

/** The same small model from GGUF and from its folder: whatever order rows lie in, the states are the same. */
class GgufConventionsTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {
        "qwen3-yarn", "gemma2-old", "gemma3-seeing", "phi-old", "phi3-longrope", "gpt_neox-serial", "olmo2", "granite", "bert", "roberta",
        "modernbert"
    })
    void statesFromGgufAreThoseOfTheFolder(String name) {
        Path file = GgufOfArchitecture.write(name, temp.resolve(name + ".gguf"));
        try (Checkpoint gguf = Checkpoint.open(file);
                Checkpoint folder = Checkpoint.open(TinyModels.folder(name))) {
            Map<Integer, Matrix> ours = states(gguf);
            Map<Integer, Matrix> theirs = states(folder);
            for (int layer : theirs.keySet()) {
                float[] actual = ours.get(layer).data();
                float[] expected = theirs.get(layer).data();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i]).as("%s after block %d", name, layer).isCloseTo(expected[i], within(2e-5f));
                }
            }
        }
    }

    @Test
    void whatYarnMultipliesWithIsWhatTheFileSays() {
        double usual = 1 + 0.1 * Math.log(4);
        assertThat(magnitude(b -> b)).isCloseTo((float) usual, within(1e-6f));
        assertThat(magnitude(b -> b.f32("llama.rope.scaling.attn_factor", 2))).isCloseTo((float) (2 * usual), within(1e-6f));
        assertThat(magnitude(b -> b.f32("llama.rope.scaling.yarn_attn_factor", 1.5f))).as("transformers' attention_factor").isEqualTo(1.5f);
        assertThat(magnitude(b -> b.f32("llama.rope.scaling.yarn_log_multiplier", 1))).as("mscale and mscale_all_dim are 1").isEqualTo(1);
    }

    private float magnitude(UnaryOperator<GgufBytes> change) {
        GgufBytes gguf = TinyModels.llamaGguf("llama").string("llama.rope.scaling.type", "yarn").f32("llama.rope.scaling.factor", 4)
                .u32("llama.rope.scaling.original_context_length", 32);
        try (Checkpoint model = Checkpoint.open(change.apply(gguf).writeTo(temp.resolve("yarn.gguf")))) {
            return model.config().layerKinds().getFirst().rotary().orElseThrow().magnitude();
        }
    }

    /** Granite's embedding models are ModernBERTs with another activation. */
    @Test
    void aFileMayNameTheActivation() {
        Path file = GgufOfArchitecture.gguf("modernbert").string("modern-bert.hidden_activation", "silu").writeTo(temp.resolve("m.gguf"));
        try (Checkpoint model = Checkpoint.open(file)) {
            assertThat(model.config().mlp().activation()).isEqualTo(Activation.SILU);
        }
    }

    /** OLMo 3 is written as OLMo 2; its windows are listed, and only layers without one are turned more slowly. */
    @Test
    void olmo3sWindowsAreNotScaled() {
        Path file = GgufOfArchitecture.gguf("olmo2")
                .u32("olmo2.attention.sliding_window", 4)
                .bools("olmo2.attention.sliding_window_pattern", true, true, false)
                .string("olmo2.rope.scaling.type", "linear")
                .f32("olmo2.rope.scaling.factor", 8)
                .writeTo(temp.resolve("m.gguf"));
        try (Checkpoint model = Checkpoint.open(file)) {
            List<LayerKind> kinds = model.config().layerKinds();
            assertThat(kinds).extracting(LayerKind::window).containsExactly(Optional.of(4), Optional.of(4), Optional.empty());
            assertThat(kinds).extracting(kind -> kind.rotary().orElseThrow().frequencies()[0]).containsExactly(1f, 1f, 1 / 8f);
        }
    }

    /** The stream after each block, of a text on either side of every window and bound. */
    private static Map<Integer, Matrix> states(Checkpoint model) {
        Batch batch = Batch.of(List.of(IntStream.range(3, 16).toArray(), new int[]{7, 5}));
        Map<Integer, Matrix> states = new TreeMap<>();
        SiteVisitor visitor = new SiteVisitor() {
            @Override
            public boolean visits(Site.Kind kind, int layer) {
                return kind == Site.Kind.RESID_POST;
            }

            @Override
            public void visit(Site.Kind kind, int layer, Matrix matrix) {
                states.put(layer, matrix.rows(0, matrix.rows()));
            }

            @Override
            public int[] endRows() {
                return new int[0];
            }
        };
        try (WorkerPool pool = new WorkerPool(1)) {
            new Transformer(model.config(), model.weights(), new Operations(pool)).run(batch, visitor);
        }
        return states;
    }
}
