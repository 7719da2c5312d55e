package org.latent4j.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.transformer.TransformerWeights;
import org.latent4j.model.transformer.TransformerWeights.Block;
import org.latent4j.model.transformer.TransformerWeights.BranchNorms;
import org.latent4j.model.transformer.TransformerWeights.Linear;
import org.latent4j.model.transformer.TransformerWeights.NormWeights;

/**
 * Weights of the same shapes as a model's, as they are before training: matrices normal with deviation 0.02 (the initialisation of
 * GPT-2 and of most since), biases zero, norms one. A stream of random numbers a matrix, in brain floats, freed with whoever uses them.
 */
final class RandomWeights {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final double DEVIATION = 0.02;
    private static final int QUANTILES = 1 << 12;

    private final Arena arena = Arena.ofAuto();
    private final long seed;
    private final short[] quantiles = quantiles();
    private final Map<Long, PackedMatrix> made = new HashMap<>();
    private long streams;

    RandomWeights(long seed) {
        this.seed = seed;
    }

    TransformerWeights like(TransformerWeights w) {
        return new TransformerWeights(
                matrix(w.tokens()), optional(w.positions()), optional(w.segments()), w.positionBias(), norm(w.embeddingNorm()),
                w.blocks().stream().map(this::block).toList(), norm(w.finalNorm()), linear(w.head()));
    }

    private Block block(Block b) {
        return new Block(norms(b.attentionNorms()), required(b.query()), required(b.key()), required(b.value()), norm(b.queryNorm()),
                norm(b.keyNorm()), required(b.output()), norms(b.mlpNorms()), linear(b.gate()), required(b.up()), required(b.down()));
    }

    private static BranchNorms norms(BranchNorms norms) {
        return new BranchNorms(norm(norms.input()), norm(norms.output()), norm(norms.sum()));
    }

    private static @Nullable NormWeights norm(@Nullable NormWeights norm) {
        if (norm == null) {
            return null;
        }
        float[] ones = new float[norm.scale().length];
        Arrays.fill(ones, 1);
        return new NormWeights(ones, norm.shift() == null ? null : new float[ones.length]);
    }

    private @Nullable Linear linear(@Nullable Linear linear) {
        return linear == null ? null : required(linear);
    }

    private Linear required(Linear linear) {
        float[] bias = linear.bias();
        return new Linear(matrix(linear.weight()), bias == null ? null : new float[bias.length]);
    }

    private @Nullable PackedMatrix optional(@Nullable PackedMatrix matrix) {
        return matrix == null ? null : matrix(matrix);
    }

    /** A head that is tied to the embedding stays so. */
    private PackedMatrix matrix(PackedMatrix like) {
        PackedMatrix known = made.get(like.data().address());
        if (known != null) {
            return known;
        }
        int rows = like.rows();
        int columns = like.columns();
        MemorySegment data = arena.allocate(2L * rows * columns, 64);
        SeededRandom random = new SeededRandom(seed, streams++);
        IntStream.range(0, rows).parallel().forEach(row -> {
            for (int c = 0; c < columns; c++) {
                long at = (long) row * columns + c;
                data.set(SHORT, 2 * at, quantiles[(int) (random.at(at) * QUANTILES)]);
            }
        });
        PackedMatrix matrix = new PackedMatrix(Packing.BF16, rows, columns, data);
        made.put(like.data().address(), matrix);
        return matrix;
    }

    /** Values that stand for equal shares of a normal distribution, as brain floats: finer than those are anyway. */
    private static short[] quantiles() {
        short[] values = new short[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            float value = (float) (DEVIATION * inverseNormal((i + 0.5) / QUANTILES));
            values[i] = (short) (Float.floatToIntBits(value) + 0x8000 >>> 16);
        }
        return values;
    }

    /** By bisection of the distribution function, itself by its series (Marsaglia 2004). */
    private static double inverseNormal(double p) {
        double low = -5;
        double high = 5;
        for (int i = 0; i < 40; i++) {
            double middle = (low + high) / 2;
            if (distribution(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static double distribution(double x) {
        double sum = x;
        double term = x;
        for (int i = 3; Math.abs(term) > 1e-16; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
