package org.latent4j.kernel;

/**
 * The keys and values of one sequence at one layer, as attention reads them, so that nothing is copied when a query comes: head
 * after head; keys in panels of some positions, {@code [width, panel]} each ({@link Kernels#panelTile}), values position after
 * position, each padded with zeros to whole vectors. In 32-bit or, at half the memory and three digits, 16-bit floats. For one
 * thread at a time.
 */
public final class KeyValues {
    private final int heads;
    private final int width;
    private final int padded;
    private final int panel;
    private final boolean half;
    private int positions;
    private int capacity; // whole panels
    private int firstInfinite = Integer.MAX_VALUE;
    private float[] keys = {};
    private float[] values = {};
    private short[] halfKeys = {};
    private short[] halfValues = {};

    /**
     * Room for none yet.
     *
     * @param padded the width up to whole vectors
     * @param panel positions whose keys lie together
     */
    KeyValues(int heads, int width, int padded, int panel, boolean half) {
        this.heads = heads;
        this.width = width;
        this.padded = padded;
        this.panel = panel;
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
        KeyValues copy = new KeyValues(heads, width, padded, panel, half);
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
                int keyAt = panelAt(head, positions) + positions % panel;
                int valueAt = valueAt(head, positions);
                if (half) {
                    putHalf(key.data(), source, halfKeys, keyAt, panel);
                    putHalf(value.data(), source, halfValues, valueAt, 1);
                } else {
                    put(key.data(), source, keys, keyAt);
                    System.arraycopy(value.data(), source, values, valueAt, width);
                }
            }
        }
    }

    private void put(float[] from, int at, float[] to, int toAt) {
        for (int d = 0; d < width; d++, toAt += panel) {
            to[toAt] = from[at + d];
        }
    }

    private void putHalf(float[] from, int at, short[] to, int toAt, int step) {
        for (int d = 0; d < width; d++, toAt += step) {
            to[toAt] = Float.floatToFloat16(from[at + d]);
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
        if (count <= capacity) {
            return;
        }
        int wanted = wholePanels(Math.max(count, capacity + capacity / 2));
        int keySize = Math.multiplyExact(heads * width, wanted);
        int valueSize = Math.multiplyExact(heads * padded, wanted);
        int inKeys = wholePanels(positions) * width;
        int inValues = positions * padded;
        if (half) {
            halfKeys = spread(halfKeys, new short[keySize], capacity * width, wanted * width, inKeys);
            halfValues = spread(halfValues, new short[valueSize], capacity * padded, wanted * padded, inValues);
        } else {
            keys = spread(keys, new float[keySize], capacity * width, wanted * width, inKeys);
            values = spread(values, new float[valueSize], capacity * padded, wanted * padded, inValues);
        }
        capacity = wanted;
    }

    private int wholePanels(int count) {
        return Math.multiplyExact((count + panel - 1) / panel, panel);
    }

    /** Copies what is there of each head, {@code stride} apart, to where it belongs in a larger array. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of floats, or both of shorts
    private <T> T spread(T from, T to, int stride, int newStride, int length) {
        for (int head = 0; head < heads; head++) {
            System.arraycopy(from, head * stride, to, head * newStride, length);
        }
        return to;
    }

    /** Where the panel of a position begins. */
    private int panelAt(int head, int position) {
        return (head * capacity + position / panel * panel) * width;
    }

    private int valueAt(int head, int position) {
        return (head * capacity + position) * padded;
    }

    /**
     * What a worker reads: arrays and where a head's first panel of keys and its first position's values lie in them; consecutive
     * panels are {@code width} times their positions apart, consecutive values a padded head.
     */
    record View(float[] keys, int keysAt, float[] values, int valuesAt) {}

    /** A head from a position on, the first of a panel; 16-bit floats are unpacked into the worker's buffers. */
    View view(int head, int first, int count, Unpacked own) {
        if (!half) {
            return new View(keys, panelAt(head, first), values, valueAt(head, first));
        }
        own.keys = unpacked(halfKeys, panelAt(head, first), wholePanels(count) * width, own.keys);
        own.values = unpacked(halfValues, valueAt(head, first), count * padded, own.values);
        return new View(own.keys, 0, own.values, 0);
    }

    private static float[] unpacked(short[] from, int at, int length, float[] room) {
        float[] to = room.length >= length ? room : new float[length];
        for (int i = 0; i < length; i++) {
            to[i] = Float.float16ToFloat(from[at + i]);
        }
        return to;
    }

    /** A worker's buffers. */
    static final class Unpacked {
        private float[] keys = {};
        private float[] values = {};
    }
}
