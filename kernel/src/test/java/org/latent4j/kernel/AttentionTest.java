package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.latent4j.kernel.Operations.AttentionShape;
import org.latent4j.kernel.Operations.PatternSink;

class AttentionTest {
    private static Matrix attend(
            Kernels kernels, int threads, Matrix q, Matrix k, Matrix v, AttentionShape shape, int[] starts, PatternSink sink) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Matrix out = Matrix.zeros(q.rows(), q.columns());
            new Operations(pool, kernels).attend(q, k, v, shape, starts, sink, out);
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
        Matrix out = attend(new VectorKernels(), 2, q, k, v, shape, new int[]{0, positions}, _ -> pattern);
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
        Matrix packed = attend(new VectorKernels(), threads, q, k, v, shape, new int[]{0, first, rows}, PatternSink.NONE);
        Matrix alone = attend(
                new VectorKernels(), 1, q.rows(first, rows), k.rows(first, rows), v.rows(first, rows), shape, new int[]{0, second},
                PatternSink.NONE);
        assertThat(packed.rows(first, rows)).isEqualTo(alone);
    }
}
