package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.latent4j.files.Refusals.refused;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.kernel.Activation;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.format.TinyModels.Weight;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Attention;
import org.latent4j.model.transformer.ModelConfig.Embedding;
import org.latent4j.model.transformer.ModelConfig.Head;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Mlp;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.Rotary;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;
import org.latent4j.model.transformer.SiteVisitor;
import org.latent4j.model.transformer.Transformer;
import org.latent4j.model.transformer.TransformerWeights.Block;

class CheckpointTest {
    private static final List<String> MODELS = TinyModels.ALL;

    @TempDir
    Path temp;

    @Test
    void llamaIsConfigured() {
        try (Checkpoint model = Checkpoint.open(TinyModels.folder("llama"))) {
            ModelConfig config = model.config();
            Rotary rotary = rotary(model);
            assertThat(config)
                    .isEqualTo(new ModelConfig(
                            "llama",
                            64,
                            4,
                            2,
                            16,
                            112,
                            384,
                            128,
                            new Norm(Norm.Kind.RMS, 1e-6f),
                            new Embedding(1, OptionalInt.empty()),
                            new Attention(0.25f, Optional.empty(), true),
                            new Mlp(true, Activation.SILU),
                            false,
                            1,
                            Collections.nCopies(3, new LayerKind(Optional.of(rotary), Optional.empty())),
                            new Head(1, Optional.empty())));
            assertThat(rotary.pairing()).isEqualTo(Pairing.HALVES);
            assertThat(rotary.magnitude()).isEqualTo(1);
            assertThat(rotary.frequencies()).hasSize(8);
            assertThat(model.description())
                    .isEqualTo(new Checkpoint.Description(
                            "safetensors",
                            "llama",
                            "F32",
                            150_976,
                            model.files().getFirst().toFile().length(),
                            Optional.empty(),
                            Optional.empty()));
            assertThat(model.tokenizer()).isEqualTo(new TokenizerFiles.Folder(TinyModels.folder("llama")));
        }
    }

    private static Rotary rotary(Checkpoint model) {
        return model.config().layerKinds().getFirst().rotary().orElseThrow();
    }

    @Test
    void gpt2IsConfigured() {
        try (Checkpoint model = Checkpoint.open(TinyModels.folder("gpt2"))) {
            assertThat(model.config())
                    .isEqualTo(new ModelConfig(
                            "gpt2",
                            64,
                            4,
                            4,
                            16,
                            256,
                            384,
                            128,
                            new Norm(Norm.Kind.LAYER, 1e-5f),
                            new Embedding(1, OptionalInt.of(0)),
                            new Attention(0.25f, Optional.empty(), true),
                            new Mlp(false, Activation.GELU_TANH),
                            false,
                            1,
                            Collections.nCopies(3, new LayerKind(Optional.empty(), Optional.empty())),
                            new Head(1, Optional.empty())));
            Map<String, Weight> weights = TinyModels.weights("gpt2");
            Block block = model.weights().blocks().get(1);
            float[] fused = weights.get("transformer.h.1.attn.c_attn.weight")
                    .transposed()
                    .values();
            assertThat(values(block.query().weight())).isEqualTo(slice(fused, 0, 64 * 64));
            assertThat(values(block.key().weight())).isEqualTo(slice(fused, 64 * 64, 64 * 64));
            assertThat(values(block.value().weight())).isEqualTo(slice(fused, 2 * 64 * 64, 64 * 64));
            assertThat(block.value().bias())
                    .isEqualTo(slice(
                            weights.get("transformer.h.1.attn.c_attn.bias").values(), 128, 64));
            assertThat(values(block.down().weight()))
                    .isEqualTo(weights.get("transformer.h.1.mlp.c_proj.weight")
                            .transposed()
                            .values());
            assertThat(block.gate()).isNull();
            assertThat(model.weights().head().weight()).isSameAs(model.weights().tokens());
        }
    }

    @Test
    void mistralHasItsWindow() {
        try (Checkpoint model = Checkpoint.open(TinyModels.folder("mistral"))) {
            assertThat(model.config().architecture()).isEqualTo("mistral");
            assertThat(model.config().layerKinds().getFirst().window()).contains(8);
        }
        Path without = TinyModels.copy(
                "mistral", temp.resolve("without"), "\"sliding_window\": 8", "\"sliding_window\": null");
        try (Checkpoint model = Checkpoint.open(without)) {
            assertThat(model.config().layerKinds().getFirst().window()).isEmpty();
        }
        Path mixed = TinyModels.copy(
                "mistral",
                temp.resolve("mixed"),
                "\"sliding_window\": 8",
                "\"sliding_window\": 8, \"layer_types\": [\"sliding_attention\", \"full_attention\","
                        + " \"sliding_attention\"]");
        try (Checkpoint model = Checkpoint.open(mixed)) {
            assertThat(model.config().layerKinds().stream().map(LayerKind::window))
                    .containsExactly(Optional.of(8), Optional.empty(), Optional.of(8));
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void logitsMatchTransformers(String name) {
        try (Checkpoint model = Checkpoint.open(TinyModels.folder(name))) {
            assertLogitsMatch(model, name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3-rope-scaling"})
    void logitsOfALlamaAsGgufMatchTransformers(String name) {
        try (Checkpoint model = Checkpoint.open(TinyModels.llamaGguf(name).writeTo(temp.resolve("m.gguf")))) {
            assertLogitsMatch(model, name);
        }
    }

    @Test
    void logitsOfGpt2AsGgufMatchTransformers() {
        try (Checkpoint model = Checkpoint.open(TinyModels.gpt2Gguf().writeTo(temp.resolve("m.gguf")))) {
            assertLogitsMatch(model, "gpt2");
        }
    }

    private static void assertLogitsMatch(Checkpoint model, String name) {
        try (Safetensors expected = Safetensors.open(TinyModels.folder(name).resolve("expected.safetensors"));
                WorkerPool pool = new WorkerPool(1)) {
            for (int text = 0; text < 3; text++) {
                int[] ids = expected.tensors().get(text + ".input_ids").integers();
                float[] wanted = expected.tensors().get(text + ".logits").floats();
                Logits logits = new Logits(ids.length);
                new Transformer(model.config(), model.weights(), new Operations(pool))
                        .run(Batch.of(List.of(ids)), logits);
                float largest = 0;
                float difference = 0;
                for (int i = 0; i < wanted.length; i++) {
                    largest = Math.max(largest, Math.abs(wanted[i]));
                    difference = Math.max(difference, Math.abs(wanted[i] - logits.values[i]));
                }
                assertThat(difference / largest).as("text %d of %s", text, name).isLessThan(1e-4f);
            }
        }
    }

    /** Keeps the logits of every position. */
    private static final class Logits implements SiteVisitor {
        private final int length;
        private float[] values = {};

        Logits(int length) {
            this.length = length;
        }

        @Override
        public boolean visits(Site.Kind kind, int layer) {
            return kind == Site.Kind.LOGITS;
        }

        @Override
        public void visit(Site.Kind kind, int layer, Matrix states) {
            values = states.data().clone();
        }

        @Override
        public int[] endRows() {
            return IntStream.range(0, length).toArray();
        }
    }

    @Test
    void aLlamaAsGgufIsConfiguredAsTheSameInItsFolder() {
        Path file = TinyModels.llamaGguf("llama").writeTo(temp.resolve("m.gguf"));
        try (Checkpoint gguf = Checkpoint.open(file);
                Checkpoint folder = Checkpoint.open(TinyModels.folder("llama"))) {
            Rotary rotary = rotary(gguf);
            assertThat(rotary.pairing()).isEqualTo(Pairing.NEIGHBOURS);
            assertThat(rotary.frequencies())
                    .isEqualTo(rotary(folder).frequencies());
            assertThat(gguf.config())
                    .usingRecursiveComparison()
                    .ignoringFields("layerKinds")
                    .isEqualTo(folder.config());
            assertThat(gguf.description())
                    .isEqualTo(new Checkpoint.Description(
                            "GGUF v3",
                            "llama",
                            "F32",
                            150_976,
                            file.toFile().length(),
                            Optional.of("tiny"),
                            Optional.of("apache-2.0")));
            for (int layer = 0; layer < 3; layer++) {
                Block ours = gguf.weights().blocks().get(layer);
                Block theirs = folder.weights().blocks().get(layer);
                assertThat(values(ours.value().weight()))
                        .isEqualTo(values(theirs.value().weight()));
                assertThat(values(Objects.requireNonNull(ours.gate()).weight()))
                        .isEqualTo(values(Objects.requireNonNull(theirs.gate()).weight()));
                assertThat(ours.mlpNorms().input().scale()).isEqualTo(theirs.mlpNorms().input().scale());
            }
        }
    }

    @Test
    void scaledRotaryPositionsOfGgufAreThoseOfTransformers() {
        Path file = TinyModels.llamaGguf("llama3-rope-scaling").writeTo(temp.resolve("m.gguf"));
        try (Checkpoint gguf = Checkpoint.open(file);
                Checkpoint folder = Checkpoint.open(TinyModels.folder("llama3-rope-scaling"))) {
            float[] ours = rotary(gguf).frequencies();
            float[] theirs = rotary(folder).frequencies();
            for (int i = 0; i < theirs.length; i++) {
                assertThat(ours[i]).isCloseTo(theirs[i], within(theirs[i] * 1e-6f));
            }
        }
    }

    @Test
    void configurationsOfTransformers4AreReadLikeThoseOf5() {
        Path older = TinyModels.copy(
                "llama3-rope-scaling",
                temp.resolve("older"),
                "\"dtype\"",
                "\"torch_dtype\"",
                "\"rope_parameters\"",
                "\"rope_scaling\"",
                "\"rope_theta\": 500000.0,\n",
                "",
                "\"rope_type\"",
                "\"type\"",
                "\"head_dim\": 16",
                "\"head_dim\": null, \"rope_theta\": 500000");
        try (Checkpoint old = Checkpoint.open(older);
                Checkpoint now = Checkpoint.open(TinyModels.folder("llama3-rope-scaling"))) {
            assertThat(old.config()).usingRecursiveComparison().isEqualTo(now.config());
        }
        Path oldest = TinyModels.copy(
                "llama",
                temp.resolve("oldest"),
                "\"rope_parameters\": {\n    \"rope_theta\": 10000.0,\n    \"rope_type\": \"default\"\n  }",
                "\"rope_scaling\": null",
                "\"head_dim\": 16,\n",
                "");
        try (Checkpoint old = Checkpoint.open(oldest);
                Checkpoint now = Checkpoint.open(TinyModels.folder("llama"))) {
            assertThat(old.config()).usingRecursiveComparison().isEqualTo(now.config());
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void tensorNamesMayLackTheBasePrefix(String name) {
        Path bare = TinyModels.copy(name, temp.resolve("bare"));
        Map<String, Weight> renamed = new TreeMap<>();
        TinyModels.weights(name)
                .forEach((key, weight) -> renamed.put(key.replaceFirst("^(model|transformer)\\.", ""), weight));
        TinyModels.write(bare.resolve("model.safetensors"), renamed);
        try (Checkpoint model = Checkpoint.open(bare)) {
            assertLogitsMatch(model, name);
        }
    }

    @Test
    void buffersOfOldCheckpointsAreLeftOut() {
        Path folder = TinyModels.copy("gpt2", temp.resolve("old"));
        Map<String, Weight> weights = TinyModels.weights("gpt2");
        weights.put("transformer.h.0.attn.bias", new Weight(new float[16], new long[]{1, 1, 4, 4}));
        weights.put("transformer.h.0.attn.masked_bias", new Weight(new float[1], new long[0]));
        TinyModels.write(folder.resolve("model.safetensors"), weights);
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.description().parameters()).isEqualTo(182_848);
        }
    }

    @Test
    void biasesOfALlamaAreUsedWhereTheyAre() {
        Path folder = TinyModels.copy("llama", temp.resolve("biased"));
        Map<String, Weight> weights = TinyModels.weights("llama");
        float[] bias = new float[32];
        Arrays.fill(bias, 0.5f);
        weights.put("model.layers.2.self_attn.k_proj.bias", new Weight(bias, new long[]{32}));
        TinyModels.write(folder.resolve("model.safetensors"), weights);
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.weights().blocks().get(2).key().bias()).isEqualTo(bias);
            assertThat(model.weights().blocks().get(1).key().bias()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void halfPrecisionStaysPackedAndIsTurnedRoundAsItIs(boolean brain) {
        Path folder = TinyModels.copy("gpt2", temp.resolve("half"));
        Map<String, Weight> weights = TinyModels.weights("gpt2");
        TinyModels.writeHalf(folder.resolve("model.safetensors"), weights, brain);
        try (Checkpoint model = Checkpoint.open(folder)) {
            PackedMatrix down = model.weights().blocks().get(2).down().weight();
            assertThat(down.packing()).isEqualTo(brain ? Packing.BF16 : Packing.F16);
            float[] exact = weights.get("transformer.h.2.mlp.c_proj.weight")
                    .transposed()
                    .values();
            short[] bits = down.data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
            for (int i = 0; i < exact.length; i++) {
                float value = brain ? Float.intBitsToFloat(bits[i] << 16) : Float.float16ToFloat(bits[i]);
                assertThat(value).isCloseTo(exact[i], within(Math.abs(exact[i]) / 100 + 1e-7f));
            }
            assertThat(model.description().quantisation()).isEqualTo(brain ? "BF16" : "F16");
        }
    }

    @Test
    void closingTwiceHasNoEffect() {
        Checkpoint folder = Checkpoint.open(TinyModels.folder("llama"));
        folder.close();
        folder.close();
        Checkpoint gguf = Checkpoint.open(TinyModels.llamaGguf("llama").writeTo(temp.resolve("m.gguf")));
        gguf.close();
        gguf.close();
    }

    @Test
    void headsAreTiedWhereTheConfigurationSaysSo() {
        try (Checkpoint tied = Checkpoint.open(TinyModels.folder("llama3-rope-scaling"));
                Checkpoint untied = Checkpoint.open(TinyModels.folder("llama"))) {
            assertThat(tied.weights().head().weight()).isSameAs(tied.weights().tokens());
            assertThat(values(untied.weights().head().weight()))
                    .isEqualTo(TinyModels.weights("llama").get("lm_head.weight").values());
        }
        Path without = TinyModels.copy(
                "llama3-rope-scaling",
                temp.resolve("without"),
                "\"tie_word_embeddings\": true",
                "\"tie_word_embeddings\": false");
        refused(() -> Checkpoint.open(without)).contains("tensor 'lm_head.weight' is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "llama | 'model_type': 'llama' | 'model_type': 'mamba' | has the architecture 'mamba', which isn't"
                + " supported; supported are llama, mistral, qwen2,",
        "llama | 'model_type': 'llama', | | has no 'model_type'",
        "llama | 'model_type': 'llama' | 'model_type': 'llama', 'quantization_config': {'quant_method':"
                + " 'gptq'} | quantised by gptq",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 4 | tensor"
                + " 'model.layers.3.self_attn.q_proj.weight' is missing",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 2 | isn't part of a llama of 2 layers",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 0 | 'num_hidden_layers' is 0, 1 to 10000 is"
                + " allowed",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 99999999999 | 'num_hidden_layers' is"
                + " 99999999999, 1 to 10000",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 99999999999999999999 | 'num_hidden_layers' is"
                + " 99999999999999999999, an integer",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': '3' | 'num_hidden_layers' is 3, an integer is"
                + " needed",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': null | 'num_hidden_layers' is missing",
        "llama | 'num_hidden_layers': 3 | 'num_hidden_layers': 3, 'num_hidden_layers': 3 | Duplicate field"
                + " 'num_hidden_layers'",
        "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 3 | 'num_key_value_heads' is 3, a divisor"
                + " of the 4 heads",
        "llama | 'num_key_value_heads': 2 | 'num_key_value_heads': 4 | tensor"
                + " 'model.layers.0.self_attn.k_proj.weight' is [32, 64], the configuration asks for [64, 64]",
        "llama | 'intermediate_size': 112 | 'intermediate_size': 113 | gate_proj.weight' is [112, 64], the"
                + " configuration asks for [113, 64]",
        "llama | 'vocab_size': 384 | 'vocab_size': 385 | tensor 'model.embed_tokens.weight' is [384, 64], the"
                + " configuration asks for [385, 64]",
        "llama | 'hidden_size': 64 | 'hidden_size': 63 | the configuration asks for",
        "llama | 'head_dim': 16 | 'head_dim': 15 | an even number of them is needed",
        "llama | 'hidden_act': 'silu' | 'hidden_act': 'mish' | 'hidden_act' is 'mish', which isn't supported;"
                + " supported are silu, gelu, gelu_new and relu",
        "llama | 'rms_norm_eps': 1e-06 | 'rms_norm_eps': NaN | 'rms_norm_eps' is NaN",
        "llama | 'rope_theta': 10000.0 | 'rope_theta': -1 | 'rope_theta' is -1.0, a positive number",
        "llama | 'rope_type': 'default' | 'rope_type': 'axial', 'factor': 4.0 | scales its rotary positions by"
                + " 'axial', which isn't supported; supported are default, linear, dynamic, llama3, yarn and longrope",
        "llama | 'rope_type': 'default' | 'rope_type': 'linear' | 'rope_parameters.factor' is missing",
        "llama3-rope-scaling | 'high_freq_factor': 4.0 | 'high_freq_factor': 1.0 |"
                + " 'rope_parameters.high_freq_factor' is 1.0, more than low_freq_factor",
        "gpt2 | 'scale_attn_by_inverse_layer_idx': false | 'scale_attn_by_inverse_layer_idx': true |"
                + " 'scale_attn_by_inverse_layer_idx' is true, only false",
        "gpt2 | 'scale_attn_weights': true | 'scale_attn_weights': false | 'scale_attn_weights' is false, only"
                + " true",
        "gpt2 | 'n_inner': null | 'n_inner': 128 | c_fc.weight' is [64, 256], the configuration asks for [64,"
                + " 128]",
        "gpt2 | 'n_positions': 128 | 'n_positions': 64 | wpe.weight' is [128, 64], the configuration asks for"
                + " [64, 64]",
        "gpt2 | 'n_head': 4 | 'n_head': 5 | 'n_head' is 5, which doesn't divide the width 64",
    })
    void whatDoesNotFitIsRefusedByName(String name, String from, String to, String error) {
        String replacement = to == null ? "" : to.replace('\'', '"');
        Path folder = TinyModels.copy(name, temp.resolve("m"), from.replace('\'', '"'), replacement);
        refused(() -> Checkpoint.open(folder)).startsWith(folder.toString()).contains(error);
    }

    @Test
    void linearScalingDividesTheFrequencies() {
        Path folder = TinyModels.copy(
                "llama", temp.resolve("m"), "\"rope_type\": \"default\"", "\"rope_type\": \"linear\", \"factor\": 4");
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(rotary(model).frequencies()[0])
                    .isEqualTo(0.25f);
        }
    }

    /** Gemma 2 on the hub says both; transformers 5 has its own default where only the other architectures' key is there. */
    @Test
    void gemmaHeedsItsOwnKeyForTheActivationAlone() {
        Path folder = TinyModels.copy(
                "gemma2-old", temp.resolve("m"), "\"hidden_activation\": \"gelu_pytorch_tanh\"", "\"hidden_act\": \"gelu\"");
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.config().mlp().activation()).isEqualTo(Activation.GELU_TANH);
        }
    }

    @Test
    void gptNeoxHeedsItsOwnKeysForItsRotationAlone() {
        Path folder = TinyModels.copy(
                "gpt_neox-serial", temp.resolve("m"), "\"vocab_size\"",
                "\"partial_rotary_factor\": 1.0, \"rope_theta\": 77, \"vocab_size\"");
        try (Checkpoint model = Checkpoint.open(folder);
                Checkpoint original = Checkpoint.open(TinyModels.folder("gpt_neox-serial"))) {
            assertThat(rotary(model).frequencies()).containsExactly(rotary(original).frequencies());
        }
        Path silent = TinyModels.copy("gpt_neox-serial", temp.resolve("s"), "\"rotary_pct\": 0.5", "\"partial_rotary_factor\": 1.0",
                "\"num_attention_heads\": 4", "\"num_attention_heads\": 2");
        try (Checkpoint model = Checkpoint.open(silent)) {
            assertThat(rotary(model).frequencies()).as("a quarter of the head's 8").hasSize(1);
        }
    }

    @Test
    void aContextThatIsNotSaidIsWhatTransformersTakes() {
        Path folder = TinyModels.copy("llama", temp.resolve("m"), "\"max_position_embeddings\": 128,", "");
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.config().context()).isEqualTo(2048);
        }
    }

    @Test
    void aShareOfTheHeadIsTurnedOnlyWhereTransformersAsksForOne() {
        String share = "\"rope_type\": \"default\", \"partial_rotary_factor\": 0.5";
        Path llama = TinyModels.copy("llama", temp.resolve("llama"), "\"rope_type\": \"default\"", share);
        try (Checkpoint model = Checkpoint.open(llama)) {
            assertThat(rotary(model).frequencies()).hasSize(model.config().headWidth() / 2);
        }
        Path phi = TinyModels.copy("phi3-longrope", temp.resolve("phi"), "\"partial_rotary_factor\": 1.0", "\"partial_rotary_factor\": 0.5",
                "\"rope_type\": \"longrope\"", "\"rope_type\": \"default\"");
        try (Checkpoint model = Checkpoint.open(phi)) {
            assertThat(rotary(model).frequencies()).hasSize(model.config().headWidth() / 4);
        }
    }

    @Test
    void ggufSettingsThatAreNotSupportedAreRefusedByName() {
        refusedGguf(b -> b.u32("llama.expert_count", 8)).contains("'llama.expert_count' is 8: mixtures of experts");
        refusedGguf(b -> b.string("llama.rope.scaling.type", "axial")).contains("scales its rotary positions by 'axial'");
        refusedGguf(b -> b.f32("llama.rope.scaling.factor", -1)).contains("scaling.factor' is -1.0");
        refusedGguf(b -> b.f32Tensor("blk.0.attn_q_norm.weight", new float[16], 16))
                .contains("isn't part of a llama of 3 layers");
        refused(() -> Checkpoint.open(
                new GgufBytes().string("general.architecture", "mamba").writeTo(temp.resolve("m.gguf"))))
                .contains("has the architecture 'mamba', which isn't supported; supported are llama, qwen2,");
        refused(() -> Checkpoint.open(new GgufBytes().writeTo(temp.resolve("m.gguf"))))
                .contains("has no 'general.architecture'");
        refusedGguf(b -> b.i32s("llama.rope.dimension_count", 16, 8)).contains("rope.dimension_count");
        Path linear = TinyModels.llamaGguf("llama")
                .f32("llama.rope.scaling.factor", 2)
                .string("llama.rope.scaling.type", "linear")
                .writeTo(temp.resolve("linear.gguf"));
        try (Checkpoint model = Checkpoint.open(linear)) {
            assertThat(rotary(model).frequencies()[0])
                    .isEqualTo(0.5f);
        }
    }

    private AbstractStringAssert<?> refusedGguf(UnaryOperator<GgufBytes> change) {
        return refused(() -> Checkpoint.open(change.apply(TinyModels.llamaGguf("llama")).writeTo(temp.resolve("m.gguf"))));
    }

    @Test
    void foldersAndFilesThatAreNoModelSayWhatTheyAre() throws Exception {
        refused(() -> Checkpoint.open(temp.resolve("absent"))).endsWith("there is no such file; check the path");
        refused(() -> Checkpoint.open(temp)).endsWith("is no model: it has no config.json and no .gguf file");
        Files.copy(TinyModels.folder("llama").resolve("config.json"), temp.resolve("config.json"));
        refused(() -> Checkpoint.open(temp)).contains("has a config.json but no weights");
        Files.write(temp.resolve("pytorch_model.bin"), new byte[]{1});
        refused(() -> Checkpoint.open(temp))
                .contains("Python pickle (pytorch_model.bin)")
                .contains("safetensors");
        Path alone = Files.createDirectory(temp.resolve("alone"));
        Files.copy(TinyModels.folder("llama").resolve("model.safetensors"), alone.resolve("w.safetensors"));
        refused(() -> Checkpoint.open(alone.resolve("w.safetensors")))
                .contains("a model needs a config.json beside it");
        Files.writeString(temp.resolve("config.json"), "not json");
        refused(() -> Checkpoint.open(temp)).startsWith(temp.resolve("config.json") + ": is no valid JSON");
    }

    @Test
    void aFileOfAFolderStandsForTheFolder() {
        for (String file : new String[]{"config.json", "model.safetensors"}) {
            try (Checkpoint model = Checkpoint.open(TinyModels.folder("llama").resolve(file))) {
                assertThat(model.config().layers()).isEqualTo(3);
            }
        }
    }

    @Test
    void aFolderWithOneGgufStandsForIt() {
        TinyModels.llamaGguf("llama").writeTo(temp.resolve("one.gguf"));
        try (Checkpoint model = Checkpoint.open(temp)) {
            assertThat(model.tokenizer()).isInstanceOf(TokenizerFiles.Embedded.class);
        }
        TinyModels.llamaGguf("llama").writeTo(temp.resolve("two.gguf"));
        refused(() -> Checkpoint.open(temp)).endsWith("has several models; name one: one.gguf, two.gguf");
    }

    @Test
    void theModelCardNamesTheLicence() {
        Path folder = TinyModels.copy("llama", temp.resolve("m"));
        TinyModels.writeText(
                folder.resolve("README.md"),
                "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\nlicense: other\n");
        try (Checkpoint model = Checkpoint.open(folder)) {
            assertThat(model.description().licence()).contains("apache-2.0");
        }
    }

    private static float[] slice(float[] values, int from, int count) {
        return Arrays.copyOfRange(values, from, from + count);
    }

    private static float[] values(PackedMatrix weight) {
        return weight.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
