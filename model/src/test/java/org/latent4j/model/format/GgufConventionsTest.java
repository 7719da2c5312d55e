package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.Batch;
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
