package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Broken;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.PositionBias;
import org.latent4j.model.format.Architecture.Trait;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.TransformerWeights;
import org.latent4j.model.transformer.TransformerWeights.Block;
import org.latent4j.model.transformer.TransformerWeights.BranchNorms;
import org.latent4j.model.transformer.TransformerWeights.Linear;
import org.latent4j.model.transformer.TransformerWeights.NormWeights;

/** Finds the tensor of each role by its name, checks its shape against the configuration, and leaves it packed. */
final class WeightBinder {
    private final Path file;
    private final Architecture architecture;
    private final TensorNames names;
    private final boolean huggingFace;
    private final Map<String, Tensor> tensors;
    private final Arena arena;
    private final Set<Tensor> used = new LinkedHashSet<>();

    /**
     * A binder.
     *
     * @param file what errors about missing tensors name
     * @param huggingFace whether tensors lie as Hugging Face writes them; else as GGUF does
     * @param arena where what must be copied lives
     */
    WeightBinder(
            Path file,
            Architecture architecture,
            TensorNames names,
            boolean huggingFace,
            Map<String, Tensor> tensors,
            Arena arena) {
        this.file = file;
        this.architecture = architecture;
        this.names = names.in(tensors);
        this.huggingFace = huggingFace;
        this.tensors = tensors;
        this.arena = arena;
    }

    /** The number of tokens, by the rows of their matrix. */
    int vocabulary() {
        Tensor tokens = required(Role.TOKENS, 0, ".weight");
        long[] shape = tokens.shape();
        if (shape.length != 2 || shape[0] < 1 || shape[0] > Integer.MAX_VALUE) {
            throw tokens.broken("is no matrix with a row for each token");
        }
        return (int) shape[0];
    }

    /** The tensors that were bound. */
    Set<Tensor> used() {
        return used;
    }

    /**
     * All weights. A tensor of a block that isn't one of them is an error: leaving it out would compute something else.
     *
     * @param tied whether the head is the tokens' where there is none
     * @param bare whether the model was saved without a head, as language models that became encoders are
     */
    TransformerWeights bind(ModelConfig config, boolean tied, boolean bare) {
        int width = config.width();
        PackedMatrix tokens = required(Role.TOKENS, 0, ".weight").matrix(config.vocabulary(), width);
        OptionalInt first = config.embedding().firstPosition();
        PackedMatrix positions = first.isPresent()
                ? required(Role.POSITIONS, 0, ".weight").matrix(config.context() + first.getAsInt(), width)
                : null;
        NormWeights embeddingNorm = norm(config, Role.EMBEDDING_NORM, 0);
        List<Block> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(config, layer));
        }
        NormWeights finalNorm = norm(config, Role.FINAL_NORM, 0);
        Linear head = architecture.is(Trait.ENCODER) || bare && find(Role.HEAD, 0, ".weight") == null ? null : head(config, tokens, tied);
        PackedMatrix segments = segments(width);
        refuseOthers(config.layers());
        return new TransformerWeights(tokens, positions, segments, positionBias(config), embeddingNorm, List.copyOf(blocks), finalNorm,
                head);
    }

    /** BERT's token types, of which there may be any number. */
    private @Nullable PackedMatrix segments(int width) {
        if (!architecture.names().has(Role.SEGMENTS)) {
            return null;
        }
        Tensor segments = required(Role.SEGMENTS, 0, ".weight");
        long[] shape = segments.shape();
        if (shape.length != 2 || shape[0] < 1 || shape[0] > 1 << 16) {
            throw segments.broken("is no matrix with a row for each segment of a text");
        }
        return segments.matrix((int) shape[0], width);
    }

    private @Nullable PositionBias positionBias(ModelConfig config) {
        if (!architecture.names().has(Role.POSITION_BIAS)) {
            return null;
        }
        Tensor buckets = required(Role.POSITION_BIAS, 0, ".weight");
        return DistanceBuckets.bias(buckets.matrix(DistanceBuckets.COUNT, config.heads()));
    }

    private Block block(ModelConfig config, int layer) {
        int width = config.width();
        int headsWidth = config.heads() * config.headWidth();
        int keyWidth = config.keyValueHeads() * config.headWidth();
        int inner = config.intermediate();
        List<Linear> queryKeyValue = queryKeyValue(config, layer, headsWidth, keyWidth);
        List<Linear> gateUp = gateUp(config, layer, inner);
        return new Block(
                new BranchNorms(
                        attentionNorm(config, layer),
                        norm(config, Role.ATTENTION_OUTPUT_NORM, layer),
                        norm(config, Role.ATTENTION_SUM_NORM, layer)),
                queryKeyValue.get(0),
                queryKeyValue.get(1),
                queryKeyValue.get(2),
                headNorm(config, Role.QUERY_NORM, layer, headsWidth),
                headNorm(config, Role.KEY_NORM, layer, keyWidth),
                linear(Role.ATTENTION_OUTPUT, layer, width, headsWidth),
                new BranchNorms(
                        norm(config, architecture.is(Trait.ONE_NORM) ? Role.ATTENTION_NORM : Role.MLP_NORM, layer),
                        norm(config, Role.MLP_OUTPUT_NORM, layer),
                        norm(config, Role.MLP_SUM_NORM, layer)),
                config.mlp().gated() ? gateUp.getFirst() : null,
                gateUp.getLast(),
                linear(Role.DOWN, layer, width, inner));
    }

    private @Nullable NormWeights attentionNorm(ModelConfig config, int layer) {
        return layer == 0 && architecture.is(Trait.NORMED_EMBEDDING) ? null : norm(config, Role.ATTENTION_NORM, layer);
    }

    private List<Linear> queryKeyValue(ModelConfig config, int layer, int headsWidth, int keyWidth) {
        int width = config.width();
        if (find(Role.QUERY_KEY_VALUE, layer, ".weight") == null) {
            return List.of(
                    linear(Role.QUERY, layer, headsWidth, width),
                    linear(Role.KEY, layer, keyWidth, width),
                    linear(Role.VALUE, layer, keyWidth, width));
        }
        Linear all = linear(Role.QUERY_KEY_VALUE, layer, headsWidth + 2 * keyWidth, width);
        if (huggingFace && architecture.is(Trait.HEAD_BY_HEAD) && keyWidth == headsWidth) {
            return Regrouping.of(all, 3, config.headWidth(), arena);
        }
        return List.of(rows(all, 0, headsWidth), rows(all, headsWidth, keyWidth), rows(all, headsWidth + keyWidth, keyWidth));
    }

    /** Gate and up, or up alone where the MLP has no gate. */
    private List<Linear> gateUp(ModelConfig config, int layer, int inner) {
        int width = config.width();
        if (!config.mlp().gated()) {
            return List.of(linear(Role.UP, layer, inner, width));
        }
        if (find(Role.GATE, layer, ".weight") != null) {
            return List.of(linear(Role.GATE, layer, inner, width), linear(Role.UP, layer, inner, width));
        }
        if (architecture.names().has(Role.GATE)) {
            throw missing(Role.GATE, layer, ".weight");
        }
        Linear both = linear(Role.UP, layer, 2 * inner, width);
        return List.of(rows(both, 0, inner), rows(both, inner, inner));
    }

    private static Linear rows(Linear all, int from, int count) {
        float[] bias = all.bias();
        return new Linear(
                all.weight().rows(from, from + count),
                bias == null ? null : Arrays.copyOfRange(bias, from, from + count));
    }

    private Linear linear(Role role, int layer, int outputs, int inputs) {
        Tensor weight = required(role, layer, ".weight");
        PackedMatrix matrix = huggingFace && architecture.is(Trait.TRANSPOSED)
                ? Transposition.of(weight, outputs, inputs, arena)
                : weight.matrix(outputs, inputs);
        return new Linear(matrix, bias(role, layer, outputs));
    }

    private float @Nullable [] bias(Role role, int layer, int outputs) {
        boolean needed = architecture.is(Trait.BIASED)
                || architecture.is(Trait.QUERY_KEY_VALUE_BIASED)
                        && (role == Role.QUERY || role == Role.KEY || role == Role.VALUE || role == Role.QUERY_KEY_VALUE);
        Tensor bias = needed ? required(role, layer, ".bias") : find(role, layer, ".bias");
        return bias == null ? null : bias.vector(outputs);
    }

    /** A norm over the width, or null where the architecture has none there. */
    private @Nullable NormWeights norm(ModelConfig config, Role role, int layer) {
        return architecture.names().has(role) ? norm(config, role, layer, config.width()) : null;
    }

    /** A norm of queries or keys: as long as a head, or as all heads together. */
    private @Nullable NormWeights headNorm(ModelConfig config, Role role, int layer, int all) {
        if (!architecture.names().has(role)) {
            return null;
        }
        long[] shape = required(role, layer, ".weight").shape();
        boolean whole = shape.length == 1 && shape[0] == all;
        return norm(config, role, layer, whole ? all : config.headWidth());
    }

    private NormWeights norm(ModelConfig config, Role role, int layer, int width) {
        float[] scale = required(role, layer, ".weight").vector(width);
        if (huggingFace && architecture.is(Trait.NORMS_LESS_ONE)) {
            for (int i = 0; i < width; i++) {
                scale[i] += 1;
            }
        }
        boolean shifted = config.norm().kind() == Norm.Kind.LAYER;
        return new NormWeights(scale, shifted ? bias(role, layer, width) : null);
    }

    /**
     * A head that is in the file is the head, even where the configuration calls it tied: transformers does so where
     * the two differ, and where they don't it makes no difference.
     */
    private Linear head(ModelConfig config, PackedMatrix tokens, boolean tied) {
        Tensor weight = tied ? find(Role.HEAD, 0, ".weight") : required(Role.HEAD, 0, ".weight");
        Tensor bias = find(Role.HEAD, 0, ".bias");
        return new Linear(
                weight == null ? tokens : weight.matrix(config.vocabulary(), config.width()),
                bias == null ? null : bias.vector(config.vocabulary()));
    }

    private void refuseOthers(int layers) {
        for (Tensor tensor : tensors.values()) {
            if (names.belongsToBlock(tensor.name()) && !used.contains(tensor)) {
                throw tensor.broken(
                        "isn't part of a %s of %d layers; without it the model would compute something else",
                        architecture.name(), layers);
            }
        }
    }

    private Tensor required(Role role, int layer, String ending) {
        Tensor tensor = find(role, layer, ending);
        if (tensor == null) {
            throw missing(role, layer, ending);
        }
        return tensor;
    }

    private LatentException missing(Role role, int layer, String ending) {
        return Broken.file(
                file,
                "tensor '%s%s' is missing; is the download complete, and is it really a %s?",
                names.of(role, layer),
                ending,
                architecture.name());
    }

    private @Nullable Tensor find(Role role, int layer, String ending) {
        String name = names.of(role, layer);
        Tensor tensor = name == null ? null : tensors.get(name + ending);
        if (tensor == null && name != null) {
            // the first BERTs call a norm's scale gamma and its shift beta
            tensor = tensors.get(name + (ending.equals(".bias") ? ".beta" : ".gamma"));
        }
        if (tensor != null) {
            used.add(tensor);
        }
        return tensor;
    }
}
