package org.latent4j.kernel;

import java.lang.foreign.MemorySegment;

/** {@link Kernels} in plain Java: the reference in tests, and the way out where the Vector API is missing. */
final class ScalarKernels implements Kernels {
    @Override
    public String name() {
        return "plain Java, no vectors";
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public int productRows() {
        return 1;
    }

    @Override
    public int productColumns() {
        return 4;
    }

    @Override
    public void interleave(float[] from, int at, int length, float[] to, int toAt, int unit, int upper) {
        for (int k = 0; k < length; k++) {
            int next = toAt + (k / 32 * 16 + k % 16) * unit;
            to[k % 32 < 16 ? next : next + upper] = from[at + k];
        }
    }

    @Override
    public void productTile(float[] x, int xAt, float[] w, int wAt, int steps, float[] sums, int at, boolean first) {
        float s0 = first ? 0 : sums[at];
        float s1 = first ? 0 : sums[at + 1];
        float s2 = first ? 0 : sums[at + 2];
        float s3 = first ? 0 : sums[at + 3];
        for (int step = 0; step < steps; step++) {
            float v = x[xAt + step];
            s0 = Math.fma(v, w[wAt + 4 * step], s0);
            s1 = Math.fma(v, w[wAt + 4 * step + 1], s1);
            s2 = Math.fma(v, w[wAt + 4 * step + 2], s2);
            s3 = Math.fma(v, w[wAt + 4 * step + 3], s3);
        }
        sums[at] = s0;
        sums[at + 1] = s1;
        sums[at + 2] = s2;
        sums[at + 3] = s3;
    }

    @Override
    public boolean dots(Packing packing) {
        return false;
    }

    @Override
    public void dot(Packing packing, MemorySegment data, long offset, float[] x, int length, float[] sums, int at, int upper) {
        throw new IllegalArgumentException("no product of single rows of " + packing);
    }

    @Override
    public void roundedDot(Packing packing, MemorySegment data, long offset, RoundedRows x, int row, RoundedWeights scratch, float[] sums,
            int at, int upper) {
        sums[at] = roundedDot(packing, data, offset, x, row);
        sums[upper] = 0;
    }

    static float roundedDot(Packing packing, MemorySegment data, long offset, RoundedRows x, int row) {
        float[] weights = new float[x.length()];
        ScalarUnpack.unpack(packing, data, offset, weights, 0, weights.length);
        float sum = 0;
        for (int k = 0, from = row * x.length(); k < weights.length; k += RoundedRows.BLOCK) {
            float block = 0;
            for (int i = k; i < k + RoundedRows.BLOCK; i++) {
                block = Math.fma(weights[i], x.values()[from + i], block);
            }
            sum = Math.fma(block, x.scales()[(from + k) / RoundedRows.BLOCK], sum);
        }
        return sum;
    }

    @Override
    public int panelRows() {
        return 4;
    }

    @Override
    public void panelTile(
            float[] x, int xAt, int xNext, int xStep, float[] p, int pAt, int steps, float[] out, int at, int stride, boolean first) {
        for (int row = 0; row < 2; row++) {
            panelRowPart(x, xAt + row * xNext, xStep, p, pAt, steps, out, at + row * stride, first);
        }
    }

    @Override
    public void panelRow(float[] x, int xAt, float[] p, int pAt, int width, int panels, float[] out, int at) {
        for (int panel = 0; panel < panels; panel++) {
            panelRowPart(x, xAt, 1, p, pAt + panel * width * 4, width, out, at + panel * 4, true);
        }
    }

    private static void panelRowPart(float[] x, int xAt, int xStep, float[] p, int pAt, int steps, float[] out, int at, boolean first) {
        float s0 = first ? 0 : out[at];
        float s1 = first ? 0 : out[at + 1];
        float s2 = first ? 0 : out[at + 2];
        float s3 = first ? 0 : out[at + 3];
        for (int step = 0; step < steps; step++) {
            float v = x[xAt + step * xStep];
            s0 = Math.fma(v, p[pAt + 4 * step], s0);
            s1 = Math.fma(v, p[pAt + 4 * step + 1], s1);
            s2 = Math.fma(v, p[pAt + 4 * step + 2], s2);
            s3 = Math.fma(v, p[pAt + 4 * step + 3], s3);
        }
        out[at] = s0;
        out[at + 1] = s1;
        out[at + 2] = s2;
        out[at + 3] = s3;
    }

    @Override
    public void planarSteps(PlanarSteps.Forces forces, float[] x, float[] y, float[] met, int edges, float step, int[] places,
            float[] looked) {
        int lanes = lanes();
        int at = 0;
        for (int edge = 0; edge < edges; edge++) {
            for (int encounter = -forces.pulls(); encounter < forces.samples(); encounter++) {
                ForceTable force = encounter < 0 ? forces.attraction() : forces.repulsion();
                for (int lane = 0; lane < lanes; lane++) {
                    step(force, x, y, lane, met[at + lane], met[at + lanes + lane], forces.largest(), step);
                }
                at += encounter < -1 ? 0 : 2 * lanes;
            }
        }
    }

    private static void step(ForceTable force, float[] x, float[] y, int lane, float otherX, float otherY, float largest, float step) {
        float dx = x[lane] - otherX;
        float dy = y[lane] - otherY;
        float square = dx * dx + dy * dy;
        if (square > 0) {
            float strength = force.at(square);
            x[lane] += Math.max(-largest, Math.min(largest, strength * dx)) * step;
            y[lane] += Math.max(-largest, Math.min(largest, strength * dy)) * step;
        }
    }

    @Override
    public float innerProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        float[] parts = new float[PARTS];
        for (int k = 0; k < length; k++) {
            parts[k % PARTS] = Math.fma(x[xAt + k], y[yAt + k], parts[k % PARTS]);
        }
        return total(parts);
    }

    @Override
    public double doubleProduct(float[] x, int xAt, float[] y, int yAt, int length) {
        double[] chains = new double[DoubleSums.CHAINS + 1];
        int whole = length - length % DoubleSums.CHAINS;
        for (int k = 0; k < length; k++) {
            int chain = k < whole ? k % DoubleSums.CHAINS : DoubleSums.CHAINS;
            chains[chain] = Math.fma((double) x[xAt + k], (double) y[yAt + k], chains[chain]);
        }
        return total(chains);
    }

    @Override
    public double doubleSquaredDistance(float[] x, int xAt, float[] y, int yAt, int length) {
        double[] chains = new double[DoubleSums.CHAINS + 1];
        int whole = length - length % DoubleSums.CHAINS;
        for (int k = 0; k < length; k++) {
            int chain = k < whole ? k % DoubleSums.CHAINS : DoubleSums.CHAINS;
            double difference = (double) x[xAt + k] - y[yAt + k];
            chains[chain] = Math.fma(difference, difference, chains[chain]);
        }
        return total(chains);
    }

    private static double total(double[] chains) {
        for (int half = DoubleSums.CHAINS / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                chains[i] += chains[i + half];
            }
        }
        return chains[0] + chains[DoubleSums.CHAINS];
    }

    @Override
    public int firstAbove(float[] values, int from, int to, float bound) {
        int at = from;
        while (at < to && values[at] <= bound) {
            at++;
        }
        return at;
    }

    @Override
    public int allAbove(float[] values, int from, int to, float bound, int[] out) {
        int count = 0;
        for (int at = firstAbove(values, from, to, bound); at < to; at = firstAbove(values, at + 1, to, bound)) {
            out[count++] = at;
        }
        return count;
    }

    @Override
    public void totals(float[] sums, int at, int upper, int count, float[] out, int outAt) {
        for (int i = 0; i < count; i++) {
            out[outAt + i] = sums[at + i] + sums[upper + i];
        }
    }

    @Override
    public void unpack(Packing packing, MemorySegment data, long offset, float[] out, int at, int length) {
        ScalarUnpack.unpack(packing, data, offset, out, at, length);
    }

    /** Partial sums at a time: they hide the time that an addition takes. */
    private static final int PARTS = 8;

    @Override
    public float sumOfSquares(float[] x, int offset, int length) {
        float[] parts = new float[PARTS];
        for (int k = 0; k < length; k++) {
            parts[k % PARTS] = Math.fma(x[offset + k], x[offset + k], parts[k % PARTS]);
        }
        return total(parts);
    }

    @Override
    public float sum(float[] x, int offset, int length) {
        float[] parts = new float[PARTS];
        for (int k = 0; k < length; k++) {
            parts[k % PARTS] += x[offset + k];
        }
        return total(parts);
    }

    @Override
    public float variance(float[] x, int offset, float mean, int length) {
        float[] parts = new float[PARTS];
        for (int k = 0; k < length; k++) {
            float v = x[offset + k] - mean;
            parts[k % PARTS] = Math.fma(v, v, parts[k % PARTS]);
        }
        return total(parts) / length;
    }

    private static float total(float[] p) {
        return ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]));
    }

    @Override
    public void normalise(
            float[] x, int offset, float shift, float factor, float[] scale, float[] bias, float[] out, int outOffset) {
        for (int k = 0; k < scale.length; k++) {
            float v = (x[offset + k] - shift) * factor * scale[k];
            out[outOffset + k] = bias.length > 0 ? v + bias[k] : v;
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int k = 0; k < length; k++) {
            x[xOffset + k] += y[yOffset + k];
        }
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        softmaxWithEntropy(x, offset, length);
    }

    @Override
    public float softmaxWithEntropy(float[] x, int offset, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < length; k++) {
            max = Math.max(max, x[offset + k]);
        }
        float sum = 0;
        float weighted = 0;
        for (int k = 0; k < length; k++) {
            float y = x[offset + k] - max;
            float e = Exponential.exp(y);
            x[offset + k] = e;
            sum += e;
            weighted = Math.fma(e, y, weighted);
        }
        float factor = 1 / sum;
        for (int k = 0; k < length; k++) {
            x[offset + k] *= factor;
        }
        return (float) Math.log(sum) - weighted * factor;
    }

    @Override
    public void mix(
            float[] p, int p0, int p1, int p2, int keys, float[] v, int vOffset, int vStride, int width, float[] out, int o0, int o1,
            int o2) {
        mixRow(p, p0, keys, v, vOffset, vStride, width, out, o0);
        mixRow(p, p1, keys, v, vOffset, vStride, width, out, o1);
        mixRow(p, p2, keys, v, vOffset, vStride, width, out, o2);
    }

    private static void mixRow(float[] p, int at, int keys, float[] v, int vOffset, int stride, int width, float[] out, int o) {
        for (int d = 0; d < width; d++) {
            float s = 0;
            for (int k = 0; k < keys; k++) {
                s = Math.fma(p[at + k], v[vOffset + k * stride + d], s);
            }
            out[o + d] = s;
        }
    }

    @Override
    public void activate(Activation activation, float[] gate, int offset, float[] up, int upOffset, int length) {
        for (int k = 0; k < length; k++) {
            float x = gate[offset + k];
            float y = switch (activation) {
                case SILU -> x / (1 + Exponential.exp(-x));
                case GELU -> 0.5f * x * (1 + Exponential.erf(x * Exponential.SQRT_HALF));
                case GELU_TANH -> x / (1 + Exponential.exp(-Exponential.GELU_2U * x * (1 + Exponential.GELU_CUBE * x * x)));
                case RELU -> Math.max(x, 0);
            };
            gate[offset + k] = up.length > 0 ? y * up[upOffset + k] : y;
        }
    }
}
