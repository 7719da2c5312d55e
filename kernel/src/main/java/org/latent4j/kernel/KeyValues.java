package org.latent4j.kernel;

import java.util.Arrays;

/**
 * The keys and values of one sequence at one layer, as attention reads them: head after head, within a head position
 * after position, each padded with zeros to whole vectors, so that nothing is copied when a query comes. In 32-bit or, at
 * half the memory and three digits, 16-bit floats. For one thread at a time.
 */
public final class KeyValues {
    /** Room behind the last position: a tile of scores may read so many keys too far. */
    private static final int MARGIN = 8;

    private final int heads;
    private final int width;
    private final int padded;
    private final boolean half;
    private int positions;
    private int capacity;
    private int firstInfinite = Integer.MAX_VALUE;
    private float[] keys = {};
    private float[] values = {};
    private short[] halfKeys = {};
    private short[] halfValues = {};

    KeyValues(int heads, int width, int padded, boolean half) {
        this.heads = heads;
        this.width = width;
        this.padded = padded;
        this.half = half;
    }

    /** How many positions it holds. */
    public int positions() {
        return positions;
    }

    /**
     * Forgets all positions from {@code count} on.
     *
     * @throws IndexOutOfBoundsException if there are fewer
     */
    public void truncate(int count) {
        if (count < 0 || count > positions) {
            throw new IndexOutOfBoundsException("%d of %d positions".formatted(count, positions));
        }
        positions = count;
        firstInfinite = firstInfinite < count ? firstInfinite : Integer.MAX_VALUE;
    }

    /** Whether all values are finite: times a weight of zero, others aren't nothing. */
    boolean finite() {
        return firstInfinite == Integer.MAX_VALUE;
    }

    /** A copy that goes its own way. */
    public KeyValues copy() {
        KeyValues copy = new KeyValues(heads, width, padded, half);
        copy.positions = positions;
        copy.capacity = capacity;
        copy.firstInfinite = firstInfinite;
        copy.keys = keys.clone();
        copy.values = values.clone();
        copy.halfKeys = halfKeys.clone();
        copy.halfValues = halfValues.clone();
        return copy;
    }

    /** The bytes that it occupies. */
    public long bytes() {
        return 4L * (keys.length + values.length) + 2L * (halfKeys.length + halfValues.length);
    }

    /** Takes rows {@code from} to {@code to} of matrices {@code [rows, heads * width]} as the next positions. */
    public void append(Matrix key, Matrix value, int from, int to) {
        reserve(positions + (to - from));
        for (int row = from; row < to; row++, positions++) {
            if (firstInfinite > positions && !finite(value.data(), row * heads * width, heads * width)) {
                firstInfinite = positions;
            }
            for (int head = 0; head < heads; head++) {
                int source = row * heads * width + head * width;
                int target = at(head, positions);
                if (half) {
                    for (int d = 0; d < width; d++) {
                        halfKeys[target + d] = Float.floatToFloat16(key.data()[source + d]);
                        halfValues[target + d] = Float.floatToFloat16(value.data()[source + d]);
                    }
                } else {
                    System.arraycopy(key.data(), source, keys, target, width);
                    System.arraycopy(value.data(), source, values, target, width);
                }
            }
        }
    }

    /** Whether values are finite, and stay so in 16 bits where they are kept in those. */
    private boolean finite(float[] x, int at, int length) {
        float zero = 0;
        for (int i = at; i < at + length; i++) {
            zero += (half ? Float.float16ToFloat(Float.floatToFloat16(x[i])) : x[i]) * 0; // NaN where x isn't finite
        }
        return zero == 0;
    }

    private void reserve(int count) {
        if (count + MARGIN <= capacity) {
            return;
        }
        int wanted = Math.max(count + MARGIN, capacity == 0 ? 0 : capacity + capacity / 2);
        int size = Math.multiplyExact(heads * padded, wanted);
        if (half) {
            halfKeys = spread(halfKeys, new short[size], wanted);
            halfValues = spread(halfValues, new short[size], wanted);
        } else {
            keys = spread(keys, new float[size], wanted);
            values = spread(values, new float[size], wanted);
        }
        capacity = wanted;
    }

    /** Copies what is there, head by head, to where it belongs in a larger array. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of floats, or both of shorts
    private <T> T spread(T from, T to, int newCapacity) {
        for (int head = 0; head < heads; head++) {
            System.arraycopy(from, head * capacity * padded, to, head * newCapacity * padded, positions * padded);
        }
        return to;
    }

    private int at(int head, int position) {
        return (head * capacity + position) * padded;
    }

    /** What a worker reads: arrays and where a head's first position lies in them; consecutive positions are a padded head apart. */
    record View(float[] keys, int keysAt, float[] values, int valuesAt) {}

    /** A head from a position on; 16-bit floats are unpacked into the worker's buffers. */
    View view(int head, int first, int count, Unpacked own) {
        if (!half) {
            return new View(keys, at(head, first), values, at(head, first));
        }
        int length = (count + MARGIN) * padded;
        own.keys = own.keys.length >= length ? own.keys : new float[length];
        own.values = own.values.length >= length ? own.values : new float[length];
        int from = at(head, first);
        for (int i = 0; i < count * padded; i++) {
            own.keys[i] = Float.float16ToFloat(halfKeys[from + i]);
            own.values[i] = Float.float16ToFloat(halfValues[from + i]);
        }
        Arrays.fill(own.keys, count * padded, length, 0);
        return new View(own.keys, 0, own.values, 0);
    }

    /** A worker's buffers. */
    static final class Unpacked {
        private float[] keys = {};
        private float[] values = {};
    }
}
