package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.latent4j.kernel.Operations.AttentionShape;

class AttentionTest {
    private static Matrix attend(
            Kernels kernels, int threads, Matrix q, Matrix k, Matrix v, AttentionShape shape, int[] starts, PatternRows rows) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Matrix out = Matrix.zeros(q.rows(), q.columns());
            Operations operations = new Operations(pool, kernels);
            List<KeyValues> stored = new ArrayList<>();
            for (int s = 0; s + 1 < starts.length; s++) {
                stored.add(operations.keyValues(shape.keyValueHeads(), shape.headWidth(), false));
            }
            operations.attend(q, k, v, shape, starts, stored, rows, out);
            return out;
        }
    }

    @Property(tries = 40)
    void equalsTheDefinition(
            @ForAll @IntRange(min = 1, max = 130) int positions,
            @ForAll @IntRange(min = 1, max = 3) int keyValueHeads,
            @ForAll @IntRange(min = 1, max = 3) int group,
            @ForAll @IntRange(min = 1, max = 50) int headWidth,
            @ForAll @IntRange(min = 1, max = 150) int window,
            @ForAll boolean causal,
            @ForAll boolean capped,
            @ForAll long seed) {
        int heads = keyValueHeads * group;
        AttentionShape shape = new AttentionShape(heads, keyValueHeads, headWidth, 0.3f, capped ? 1.5f : 0, causal, window);
        Matrix q = Weights.activations(positions, heads * headWidth, seed);
        Matrix k = Weights.activations(positions, keyValueHeads * headWidth, seed + 1);
        Matrix v = Weights.activations(positions, keyValueHeads * headWidth, seed + 2);
        float[] pattern = new float[heads * positions * positions];
        Matrix out = attend(new VectorKernels(), 2, q, k, v, shape, new int[]{0, positions},
                (_, head, position, row, at, first, count) -> System.arraycopy(
                        row, at, pattern, (head * positions + position) * positions + first, count));
        for (int head = 0; head < heads; head++) {
            for (int p = 0; p < positions; p++) {
                double[] weights = weights(q, k, shape, head, p);
                for (int j = 0; j < positions; j++) {
                    assertThat(pattern[(head * positions + p) * positions + j])
                            .isCloseTo((float) weights[j], org.assertj.core.data.Offset.offset(2e-6f));
                }
                for (int d = 0; d < headWidth; d++) {
                    double expected = 0;
                    for (int j = 0; j < positions; j++) {
                        expected += weights[j] * v.at(j, head / group * headWidth + d);
                    }
                    assertThat((double) out.at(p, head * headWidth + d))
                            .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-5));
                }
            }
        }
    }

    private static double[] weights(Matrix q, Matrix k, AttentionShape shape, int head, int p) {
        int group = shape.heads() / shape.keyValueHeads();
        double[] weights = new double[q.rows()];
        double sum = 0;
        int last = shape.causal() ? p : Math.min(q.rows() - 1, p + shape.window() - 1);
        for (int j = Math.max(0, p - shape.window() + 1); j <= last; j++) {
            double score = 0;
            for (int d = 0; d < shape.headWidth(); d++) {
                score += (double) q.at(p, head * shape.headWidth() + d) * k.at(j, head / group * shape.headWidth() + d);
            }
            double scaled = score * shape.scale();
            weights[j] = Math.exp(shape.softCap() > 0 ? shape.softCap() * Math.tanh(scaled / shape.softCap()) : scaled);
            sum += weights[j];
        }
        for (int j = 0; j < weights.length; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    @Property(tries = 25)
    void aSequenceIsTheSameBitsAloneAndPacked(
            @ForAll @IntRange(min = 1, max = 60) int first,
            @ForAll @IntRange(min = 1, max = 120) int second,
            @ForAll @IntRange(min = 1, max = 7) int threads,
            @ForAll @IntRange(min = 3, max = 40) int headWidth,
            @ForAll boolean causal,
            @ForAll @IntRange(min = 1, max = 150) int window,
            @ForAll long seed) {
        AttentionShape shape = new AttentionShape(4, 2, headWidth, 0.2f, 0, causal, window);
        int rows = first + second;
        Matrix q = Weights.activations(rows, 4 * headWidth, seed);
        Matrix k = Weights.activations(rows, 2 * headWidth, seed + 1);
        Matrix v = Weights.activations(rows, 2 * headWidth, seed + 2);
        Matrix packed = attend(new VectorKernels(), threads, q, k, v, shape, new int[]{0, first, rows}, PatternRows.NONE);
        Matrix alone = attend(
                new VectorKernels(), 1, q.rows(first, rows), k.rows(first, rows), v.rows(first, rows), shape, new int[]{0, second},
                PatternRows.NONE);
        assertThat(packed.rows(first, rows)).isEqualTo(alone);
    }

    @Property(tries = 40)
    void pieceByPieceIsTheSameBitsAsAllAtOnce(
            @ForAll @IntRange(min = 1, max = 200) int positions,
            @ForAll @IntRange(min = 1, max = 4) int group,
            @ForAll @IntRange(min = 3, max = 70) int headWidth,
            @ForAll @IntRange(min = 1, max = 150) int window,
            @ForAll @IntRange(min = 1, max = 70) int most,
            @ForAll long seed) {
        AttentionShape shape = new AttentionShape(2 * group, 2, headWidth, 0.2f, 0, true, window);
        Matrix q = Weights.activations(positions, 2 * group * headWidth, seed);
        Matrix k = Weights.activations(positions, 2 * headWidth, seed + 1);
        Matrix v = Weights.activations(positions, 2 * headWidth, seed + 2);
        Matrix whole = attend(new VectorKernels(), 2, q, k, v, shape, new int[]{0, positions}, PatternRows.NONE);
        java.util.Random random = new java.util.Random(seed);
        try (WorkerPool pool = new WorkerPool(2)) {
            Operations operations = new Operations(pool, new VectorKernels());
            KeyValues stored = operations.keyValues(2, headWidth, false);
            for (int from = 0; from < positions;) {
                int to = Math.min(positions, from + (random.nextBoolean() ? 1 : 1 + random.nextInt(most)));
                Matrix out = Matrix.zeros(to - from, q.columns());
                operations.attend(
                        q.rows(from, to), k.rows(from, to), v.rows(from, to), shape, new int[]{0, to - from}, List.of(stored),
                        PatternRows.NONE, out);
                assertThat(out).isEqualTo(whole.rows(from, to));
                from = to;
            }
        }
    }

    @Property(tries = 40)
    void whatIsMaskedReachesNobodyEvenIfItIsInfinite(
            @ForAll @IntRange(min = 2, max = 120) int positions,
            @ForAll @IntRange(min = 1, max = 40) int headWidth,
            @ForAll @IntRange(min = 1, max = 60) int window,
            @ForAll boolean half,
            @ForAll long seed) {
        AttentionShape shape = new AttentionShape(4, 2, headWidth, 0.2f, 0, true, window);
        Matrix q = Weights.activations(positions, 4 * headWidth, seed);
        Matrix k = Weights.activations(positions, 2 * headWidth, seed + 1);
        Matrix v = Weights.activations(positions, 2 * headWidth, seed + 2);
        Matrix fine = attend(half, q, k, v, shape);
        int broken = Math.floorMod(seed, positions);
        for (int d = 0; d < 2 * headWidth; d++) {
            k.data()[broken * 2 * headWidth + d] = Float.NaN;
            v.data()[broken * 2 * headWidth + d] = d % 2 == 0 ? 1e38f * 1e38f : half ? 1e6f : Float.NaN; // 1e6 has no 16-bit float
        }
        Matrix out = attend(half, q, k, v, shape);
        for (int p = 0; p < positions; p++) {
            boolean sees = p >= broken && p < broken + window;
            if (!sees) {
                assertThat(out.row(p)).as("position %d, broken %d", p, broken).isEqualTo(fine.row(p));
            } else {
                assertThat(out.row(p)).as("position %d, broken %d", p, broken).contains(Float.NaN);
            }
        }
    }

    private static Matrix attend(boolean half, Matrix q, Matrix k, Matrix v, AttentionShape shape) {
        try (WorkerPool pool = new WorkerPool(2)) {
            Operations operations = new Operations(pool, new VectorKernels());
            Matrix out = Matrix.zeros(q.rows(), q.columns());
            List<KeyValues> stored = List.of(operations.keyValues(shape.keyValueHeads(), shape.headWidth(), half));
            operations.attend(q, k, v, shape, new int[]{0, q.rows()}, stored, PatternRows.NONE, out);
            return out;
        }
    }
}
