package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelsTest {
    private final Kernels vector = new VectorKernels();
    private final Kernels scalar = new ScalarKernels();

    @ParameterizedTest
    @EnumSource(Packing.class)
    void bothUnpackToTheSameBits(Packing packing) {
        int block = packing.blockSize();
        for (int length : block == 1 ? new int[]{1, 7, 16, 33, 100} : new int[]{block, 2 * block, 7 * block}) {
            PackedMatrix w = Weights.random(packing, 50, length, length);
            for (int row = 0; row < w.rows(); row++) {
                float[] out = new float[length + 3];
                vector.unpack(packing, w.data(), row * w.rowBytes(), out, 3, length);
                float[] expected = Weights.row(w, row);
                for (int k = 0; k < length; k++) {
                    assertThat(Float.floatToRawIntBits(out[k + 3])).isEqualTo(Float.floatToRawIntBits(expected[k]));
                }
            }
        }
    }

    @Test
    void everyHalfIsUnpackedExactly() {
        MemorySegment all = Arena.ofAuto().allocate(2 * 65536);
        for (int bits = 0; bits < 65536; bits++) {
            all.set(ValueLayout.JAVA_SHORT, 2L * bits, (short) bits);
        }
        float[] out = new float[65536];
        vector.unpack(Packing.F16, all, 0, out, 0, out.length);
        for (int bits = 0; bits < 65536; bits++) {
            float expected = Float.float16ToFloat((short) bits);
            if (Float.isNaN(expected)) {
                assertThat(out[bits]).isNaN();
            } else {
                assertThat(Float.floatToRawIntBits(out[bits])).isEqualTo(Float.floatToRawIntBits(expected));
            }
        }
    }

    @Property
    void softmaxAddsUpToOneAndKeepsTheOdds(
            @ForAll @IntRange(min = 1, max = 70) int length, @ForAll @FloatRange(min = 0.1f, max = 40) float spread, @ForAll long seed) {
        float[] x = Weights.activations(1, length + 2, seed).data();
        for (int i = 0; i < x.length; i++) {
            x[i] *= spread;
        }
        float[] mine = x.clone();
        float[] plain = x.clone();
        vector.softmax(mine, 1, length);
        scalar.softmax(plain, 1, length);
        assertThat(mine[0]).isEqualTo(x[0]);
        assertThat(mine[length + 1]).isEqualTo(x[length + 1]);
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 1; i <= length; i++) {
            max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = 1; i <= length; i++) {
            sum += Math.exp(x[i] - max);
        }
        for (int i = 1; i <= length; i++) {
            double exact = Math.exp(x[i] - max) / sum;
            // The difference to the maximum is rounded before it is exponentiated.
            double allowed = (2e-6 + 1.2e-7 * (max - x[i])) * exact + 1e-37;
            assertThat(Math.abs(mine[i] - exact)).isLessThan(allowed);
            assertThat(Math.abs(plain[i] - exact)).isLessThan(allowed);
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsAreExactToThreeUnitsOfTheirScale(Activation activation) {
        float[] x = new float[4001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 2000) / 100f;
        }
        float[] mine = x.clone();
        float[] plain = x.clone();
        vector.activate(activation, mine, 0, new float[0], 0, x.length);
        scalar.activate(activation, plain, 0, new float[0], 0, x.length);
        for (int i = 0; i < x.length; i++) {
            double exact = exact(activation, x[i]);
            double allowed = 1e-6 * Math.max(Math.abs(exact), 0.1);
            assertThat(Math.abs(mine[i] - exact)).as("%s(%s)", activation, x[i]).isLessThanOrEqualTo(allowed);
            assertThat(Math.abs(plain[i] - exact)).as("%s(%s)", activation, x[i]).isLessThanOrEqualTo(allowed);
        }
    }

    /** What is left behind whole vectors depends on how many rows run together, so it must have the same bits. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void anActivatedValueIsTheSameBitsWhereverItLies(Activation activation) {
        float[] x = Weights.activations(1, 4003, 5).data();
        float[] whole = x.clone();
        vector.activate(activation, whole, 0, new float[0], 0, x.length);
        for (int from = 0, step = 1; from < x.length; from += step, step = step % 37 + 1) {
            float[] part = x.clone();
            int count = Math.min(step, x.length - from);
            vector.activate(activation, part, from, new float[0], 0, count);
            assertThat(Arrays.copyOfRange(part, from, from + count)).isEqualTo(Arrays.copyOfRange(whole, from, from + count));
        }
    }

    private static double exact(Activation activation, double x) {
        return switch (activation) {
            case SILU -> x / (1 + Math.exp(-x));
            case RELU -> Math.max(x, 0);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715f * x * x * x)));
            case GELU -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
        };
    }

    /** The error function by its series, and by its continued fraction where that converges. */
    private static double erf(double t) {
        double a = Math.abs(t);
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; n < 200; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.signum(t) * 2 / Math.sqrt(Math.PI) * sum;
        }
        double fraction = 0;
        for (int k = 60; k > 0; k--) {
            fraction = k / 2.0 / (a + fraction);
        }
        return Math.signum(t) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
    }

    @Property
    void sumsOfBothAgree(@ForAll @IntRange(min = 1, max = 600) int length, @ForAll long seed) {
        float[] x = Weights.activations(1, length, seed).data();
        float mean = scalar.sum(x, 0, length) / length;
        assertThat(Math.abs(vector.sum(x, 0, length) - scalar.sum(x, 0, length))).isLessThan(1e-5f * length);
        assertThat(Math.abs(vector.sumOfSquares(x, 0, length) / scalar.sumOfSquares(x, 0, length) - 1)).isLessThan(1e-5f);
        assertThat(Math.abs(vector.variance(x, 0, mean, length) - scalar.variance(x, 0, mean, length))).isLessThan(1e-5f);
    }
}
