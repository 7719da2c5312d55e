package org.latent4j.model.format;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.format.TinyModels.Weight;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.LayerKind;
import org.latent4j.model.transformer.ModelConfig.Rotary.Pairing;

/** A small model of the resources as llama.cpp's conversion would write it: its names, its keys, its order of rows. */
record GgufOfArchitecture(Architecture architecture, ModelConfig config) {
    static Path write(String name, Path file) {
        return gguf(name).writeTo(file);
    }

    static GgufBytes gguf(String name) {
        try (Checkpoint folder = Checkpoint.open(TinyModels.folder(name))) {
            String type = folder.config().architecture();
            Architecture architecture = Architectures.ALL.stream().filter(a -> a.name().equals(type)).findFirst().orElseThrow();
            return new GgufOfArchitecture(architecture, folder.config()).written(name);
        }
    }

    private GgufBytes written(String name) {
        // RoBERTa is written as a BERT whose positions begin at 0
        String arch = architecture.gguf().orElse("bert");
        GgufBytes gguf = new GgufBytes()
                .string("general.architecture", arch)
                .u32(arch + ".block_count", config.layers())
                .u32(arch + ".context_length", config.context())
                .u32(arch + ".embedding_length", config.width())
                .u32(arch + ".feed_forward_length", config.intermediate())
                .u32(arch + ".attention.head_count", config.heads())
                .u32(arch + ".attention.head_count_kv", config.keyValueHeads())
                .u32(arch + ".attention.key_length", config.headWidth())
                .f32(arch + ".attention.layer_norm_rms_epsilon", config.norm().epsilon());
        settings(gguf, arch);
        rotary(gguf, arch, name);
        TinyModels.weights(name).forEach((from, weight) -> tensor(gguf, from, weight));
        return gguf;
    }

    private void settings(GgufBytes gguf, String arch) {
        if (architecture.is(Trait.ENCODER)) {
            gguf.bool(arch + ".attention.causal", false);
        }
        if (architecture.is(Trait.PARALLEL)) {
            gguf.bool(arch + ".use_parallel_residual", config.parallel());
        }
        if (config.attention().scale() != (float) (1 / Math.sqrt(config.headWidth()))) {
            gguf.f32(arch + ".attention.scale", config.attention().scale());
        }
        if (architecture.name().equals("granite")) {
            gguf.f32(arch + ".embedding_scale", config.embedding().scale()).f32(arch + ".residual_scale", config.residualScale());
        }
        config.layerKinds().stream().flatMap(kind -> kind.window().stream()).findFirst().ifPresent(
                window -> gguf.u32(arch + ".attention.sliding_window", architecture.is(Trait.ENCODER) ? 2 * (window - 1) : window));
    }

    private void rotary(GgufBytes gguf, String arch, String name) {
        switch (name) {
            case "gemma2-old" -> gguf.f32(arch + ".rope.freq_base", 5000);
            case "gemma3-seeing" -> gguf.u32(arch + ".attention.sliding_window_pattern", 3)
                    .f32(arch + ".rope.freq_base", 50_000)
                    .f32(arch + ".rope.freq_base_swa", 2000)
                    .string(arch + ".rope.scaling.type", "linear")
                    .f32(arch + ".rope.scaling.factor", 8);
            case "modernbert" -> gguf.u32(arch + ".attention.sliding_window_pattern", 2)
                    .f32(arch + ".rope.freq_base", 50_000)
                    .f32(arch + ".rope.freq_base_swa", 2000);
            case "qwen3-yarn" -> gguf.string(arch + ".rope.scaling.type", "yarn")
                    .f32(arch + ".rope.scaling.factor", 4)
                    .f32(arch + ".rope.scaling.attn_factor", (float) (1.2 / (1 + 0.1 * Math.log(4))))
                    .f32(arch + ".rope.scaling.yarn_beta_fast", 16)
                    .u32(arch + ".rope.scaling.original_context_length", 16);
            case "phi3-longrope" -> gguf.u32(arch + ".rope.scaling.original_context_length", 8)
                    .f32(arch + ".rope.scaling.attn_factor", (float) Math.sqrt(2)) // 1 + ln(64 / 8) / ln 8
                    .f32Tensor("rope_factors_short.weight", new float[]{1, 1.1f}, 2)
                    .f32Tensor("rope_factors_long.weight", new float[]{1.5f, 4}, 2);
            default -> turned().ifPresent(width -> gguf.u32(arch + ".rope.dimension_count", width));
        }
    }

    private Optional<Integer> turned() {
        return config.layerKinds().stream().map(LayerKind::rotary).flatMap(Optional::stream).findFirst()
                .map(rotary -> 2 * rotary.frequencies().length);
    }

    private void tensor(GgufBytes gguf, String from, Weight weight) {
        for (Map.Entry<String, Role> entry : roles().entrySet()) {
            for (String ending : new String[]{".weight", ".bias"}) {
                if (from.endsWith(entry.getKey() + ending)) {
                    Weight written = written(entry.getValue(), weight);
                    gguf.f32Tensor(ggufName(entry.getValue(), from) + ending, written.values(), written.shape());
                    return;
                }
            }
        }
    }

    /** Longer names first, so that {@code attention.output.dense} isn't taken for {@code output.dense}. */
    private Map<String, Role> roles() {
        Map<String, Role> roles = new TreeMap<>((a, b) -> a.length() == b.length() ? a.compareTo(b) : b.length() - a.length());
        architecture.names().names().forEach((role, name) -> roles.put(name, role));
        return roles;
    }

    private static String ggufName(Role role, String from) {
        String layer = from.replaceAll("^.*?layers?\\.(\\d+)\\..*$", "$1");
        return String.valueOf(TensorNames.GGUF.of(role, layer.equals(from) ? 0 : Integer.parseInt(layer)));
    }

    private Weight written(Role role, Weight weight) {
        boolean permuted = architecture.ggufPairing() == Pairing.NEIGHBOURS;
        if (permuted && (role == Role.QUERY || role == Role.KEY)) {
            return weight.permuted(role == Role.QUERY ? config.heads() : config.keyValueHeads());
        }
        if (architecture.is(Trait.NORMS_LESS_ONE) && role.name().endsWith("NORM")) {
            float[] more = weight.values().clone();
            for (int i = 0; i < more.length; i++) {
                more[i] += 1;
            }
            return new Weight(more, weight.shape());
        }
        if (architecture.is(Trait.HEAD_BY_HEAD) && role == Role.QUERY_KEY_VALUE) {
            return partByPart(weight);
        }
        if (architecture.is(Trait.POSITIONS_BEHIND_PADDING) && role == Role.POSITIONS) {
            int skipped = config.embedding().firstPosition().orElseThrow() * config.width();
            float[] rest = Arrays.copyOfRange(weight.values(), skipped, weight.values().length);
            return new Weight(rest, new long[]{config.context(), config.width()});
        }
        return weight;
    }

    /** Query, key, value of each head in turn become all queries, all keys, all values. */
    private Weight partByPart(Weight weight) {
        float[] regrouped = new float[weight.values().length];
        int head = regrouped.length / 3 / config.heads();
        for (int h = 0; h < config.heads(); h++) {
            for (int part = 0; part < 3; part++) {
                System.arraycopy(weight.values(), (h * 3 + part) * head, regrouped, (part * config.heads() + h) * head, head);
            }
        }
        return new Weight(regrouped, weight.shape());
    }
}
