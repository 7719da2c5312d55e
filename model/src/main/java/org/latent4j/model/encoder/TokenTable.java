package org.latent4j.model.encoder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.site.Positions;
import org.latent4j.model.tokenizer.Tokenizer;

/**
 * A table with a vector for each token: Model2Vec's and the {@code StaticEmbedding} of sentence-transformers. A token's vector may have
 * a weight, and several tokens may share one (Model2Vec's quantised vocabulary). The table stays in its mapped file.
 */
final class TokenTable implements States {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final SpecialTokens NONE = new SpecialTokens(new int[0], new int[0]);

    private final Safetensors file;
    private final Tokenizer tokenizer;
    private final Tensor vectors;
    private final Value value;
    private final int width;
    /** A factor for each token; empty where there are none. */
    private final float[] weights;
    /** The row of each token; empty where it is the token's id. */
    private final int[] rows;
    private final OptionalInt leftOut;
    private final About about;

    /**
     * What is told of a table.
     *
     * @param recipe what happens to a text's vectors
     * @param fingerprint how it is found
     */
    record About(String origin, Optional<String> licence, IntFunction<Recipe> recipe, Function<Tokenizer, Fingerprint> fingerprint) {}

    /** How a value is read. */
    private interface Value {
        float at(MemorySegment data, long index);
    }

    /**
     * Takes a table.
     *
     * @param file is closed with this, as the tokenizer is
     * @param leftOut the token that has no part in a text's vector, if there is one
     * @throws org.latent4j.kernel.LatentException if a token has no row, or the file's tensors don't fit together
     */
    TokenTable(Safetensors file, Tensor vectors, Tokenizer tokenizer, OptionalInt leftOut, About about) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.vectors = vectors;
        this.leftOut = leftOut;
        this.about = about;
        this.value = value(vectors);
        long[] shape = vectors.shape();
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > Integer.MAX_VALUE || shape[1] > 1 << 16) {
            throw vectors.broken("is %s; a table of vectors is [rows, width], at most %d wide", Arrays.toString(shape), 1 << 16);
        }
        this.width = (int) shape[1];
        int tokens = tokenizer.size();
        this.rows = file.tensor("mapping").map(tensor -> rows(tensor, tokens, (int) shape[0])).orElse(new int[0]);
        this.weights = file.tensor("weights").map(tensor -> factors(tensor, tokens)).orElse(new float[0]);
        if (rows.length == 0 && shape[0] < tokens) {
            throw vectors.broken("has %d vectors, the tokenizer beside it %d tokens; they don't belong together", shape[0], tokens);
        }
        file.mapped().requireWhole();
    }

    private static Value value(Tensor vectors) {
        return switch (vectors.type()) {
            case "F32" -> (data, index) -> data.get(FLOAT, 4 * index);
            case "F64" -> (data, index) -> (float) data.get(DOUBLE, 8 * index);
            case "F16" -> (data, index) -> Float.float16ToFloat(data.get(SHORT, 2 * index));
            case "BF16" -> (data, index) -> Float.intBitsToFloat(data.get(SHORT, 2 * index) << 16);
            case "I8" -> (data, index) -> data.get(ValueLayout.JAVA_BYTE, index);
            default -> throw vectors.broken("is of type %s; a table of vectors is F32, F64, F16, BF16 or I8", vectors.type());
        };
    }

    private static int[] rows(Tensor mapping, int tokens, int rows) {
        int[] read = mapping.integers();
        if (read.length < tokens) {
            throw mapping.broken("has %d entries for %d tokens", read.length, tokens);
        }
        for (int row : read) {
            if (row < 0 || row >= rows) {
                throw mapping.broken("names the vector %d, there are 0 to %d", row, rows - 1);
            }
        }
        return read;
    }

    private static float[] factors(Tensor weights, int tokens) {
        Value value = value(weights);
        if (weights.elements() < tokens || weights.elements() > Integer.MAX_VALUE - 8) {
            throw weights.broken("has %d entries for %d tokens", weights.elements(), tokens);
        }
        float[] factors = new float[(int) weights.elements()];
        for (int token = 0; token < factors.length; token++) {
            factors[token] = value.at(weights.data(), token);
        }
        return factors;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public SpecialTokens special() {
        return NONE;
    }

    @Override
    public int context() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public String site() {
        return "embed";
    }

    @Override
    public boolean takesNothing() {
        return true;
    }

    @Override
    public List<Matrix> of(List<int[]> sequences, Positions positions) {
        return reading(() -> sequences.stream().map(this::of).toList());
    }

    private Matrix of(int[] ids) {
        int[] known = IntStream.of(ids).filter(id -> leftOut.isEmpty() || id != leftOut.getAsInt()).toArray();
        Matrix states = Matrix.zeros(known.length, width);
        for (int position = 0; position < known.length; position++) {
            long row = rows.length > 0 ? rows[known[position]] : known[position];
            float weight = weights.length > 0 ? weights[known[position]] : 1;
            for (int c = 0; c < width; c++) {
                states.data()[position * width + c] = weight * value.at(vectors.data(), row * width + c);
            }
        }
        return states;
    }

    /** The file may become shorter while it is mapped. */
    private <T> T reading(Supplier<T> work) {
        @Nullable
        T result = null;
        try {
            result = work.get();
        } catch (InternalError fault) { // an access behind the file's new end
            file.mapped().requireWhole();
            throw fault;
        }
        file.mapped().requireWhole();
        return result;
    }

    /** What happens to a text's vectors. */
    Recipe recipe() {
        return about.recipe.apply(width);
    }

    @Override
    public Fingerprint fingerprint() {
        return about.fingerprint.apply(tokenizer);
    }

    @Override
    public String origin() {
        return about.origin;
    }

    @Override
    public Optional<String> licence() {
        return about.licence;
    }

    @Override
    public String kernels() {
        return "none, vectors are looked up";
    }

    @Override
    public Optional<Model> model() {
        return Optional.empty();
    }

    @Override
    public void close() {
        tokenizer.close();
        file.close();
    }
}
