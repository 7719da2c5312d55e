package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.ModelConfig.Norm;
import org.latent4j.model.transformer.ModelConfig.PositionEncoding;
import org.latent4j.model.transformer.TransformerWeights;
import org.latent4j.model.transformer.TransformerWeights.Block;
import org.latent4j.model.transformer.TransformerWeights.Linear;
import org.latent4j.model.transformer.TransformerWeights.NormWeights;

/** Finds the tensor of each role by its name, checks its shape against the configuration, and leaves it packed. */
final class WeightBinder {
    private final Path file;
    private final Architecture architecture;
    private final TensorNames names;
    private final boolean transposed;
    private final Map<String, Tensor> tensors;
    private final Arena arena;
    private final Set<Tensor> used = new LinkedHashSet<>();

    /**
     * A binder.
     *
     * @param file what errors about missing tensors name
     * @param transposed whether projections are written {@code [inputs, outputs]}
     * @param arena where what must be copied lives
     */
    WeightBinder(
            Path file,
            Architecture architecture,
            TensorNames names,
            boolean transposed,
            Map<String, Tensor> tensors,
            Arena arena) {
        this.file = file;
        this.architecture = architecture;
        this.names = names.in(tensors);
        this.transposed = transposed;
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
     */
    TransformerWeights bind(ModelConfig config, boolean tied) {
        int width = config.width();
        PackedMatrix tokens = required(Role.TOKENS, 0, ".weight").matrix(config.vocabulary(), width);
        PackedMatrix positions = config.position() instanceof PositionEncoding.Learned
                ? required(Role.POSITIONS, 0, ".weight").matrix(config.context(), width)
                : null;
        List<Block> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(config, layer));
        }
        NormWeights finalNorm = norm(config, Role.FINAL_NORM, 0);
        Linear head = head(config, tokens, tied);
        refuseOthers(config.layers());
        return new TransformerWeights(tokens, positions, List.copyOf(blocks), finalNorm, head);
    }

    private Block block(ModelConfig config, int layer) {
        int width = config.width();
        int headsWidth = config.heads() * config.headWidth();
        int keyWidth = config.keyValueHeads() * config.headWidth();
        int inner = config.intermediate();
        NormWeights attentionNorm = norm(config, Role.ATTENTION_NORM, layer);
        Linear query;
        Linear key;
        Linear value;
        if (find(Role.QUERY_KEY_VALUE, layer, ".weight") != null) {
            Linear all = linear(Role.QUERY_KEY_VALUE, layer, headsWidth + 2 * keyWidth, width);
            query = rows(all, 0, headsWidth);
            key = rows(all, headsWidth, keyWidth);
            value = rows(all, headsWidth + keyWidth, keyWidth);
        } else {
            query = linear(Role.QUERY, layer, headsWidth, width);
            key = linear(Role.KEY, layer, keyWidth, width);
            value = linear(Role.VALUE, layer, keyWidth, width);
        }
        return new Block(
                attentionNorm,
                query,
                key,
                value,
                linear(Role.ATTENTION_OUTPUT, layer, width, headsWidth),
                norm(config, Role.MLP_NORM, layer),
                config.mlp().gated() ? linear(Role.GATE, layer, inner, width) : null,
                linear(Role.UP, layer, inner, width),
                linear(Role.DOWN, layer, width, inner));
    }

    private static Linear rows(Linear all, int from, int count) {
        float[] bias = all.bias();
        return new Linear(
                all.weight().rows(from, from + count),
                bias == null ? null : Arrays.copyOfRange(bias, from, from + count));
    }

    private Linear linear(Role role, int layer, int outputs, int inputs) {
        Tensor weight = required(role, layer, ".weight");
        PackedMatrix matrix = transposed ? Transposition.of(weight, outputs, inputs, arena) : weight.matrix(outputs, inputs);
        return new Linear(matrix, bias(role, layer, outputs));
    }

    private float @Nullable [] bias(Role role, int layer, int outputs) {
        Tensor bias = architecture.biased() ? required(role, layer, ".bias") : find(role, layer, ".bias");
        return bias == null ? null : bias.vector(outputs);
    }

    private NormWeights norm(ModelConfig config, Role role, int layer) {
        float[] scale = required(role, layer, ".weight").vector(config.width());
        boolean shifted = config.norm().kind() == Norm.Kind.LAYER;
        return new NormWeights(scale, shifted ? bias(role, layer, config.width()) : null);
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
        if (tensor != null) {
            used.add(tensor);
        }
        return tensor;
    }
}
