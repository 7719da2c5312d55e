package org.latent4j.kernel;

import java.util.function.DoubleUnaryOperator;

/**
 * A function of the squared distance between two points, from a table with {@value #PLACES} places between powers of two,
 * interpolated: within {@code 1e-4} of a smooth function such as a force of a map. Immutable.
 */
public final class ForceTable {
    private static final int PLACES = 32;
    /** By so much bits of a float are shifted to be the number of a place. */
    static final int SHIFT = Float.PRECISION - 1 - Integer.numberOfTrailingZeros(PLACES);
    /** The bits of a float that lie below a place. */
    static final int BELOW = (1 << SHIFT) - 1;
    static final float FRACTION = 1f / (1 << SHIFT);
    static final int FIRST = Float.floatToRawIntBits(0x1p-60f) >>> SHIFT;
    private static final int LAST = Float.floatToRawIntBits(0x1p60f) >>> SHIFT;

    private final float[] values = new float[LAST - FIRST + 2];

    /** A table of {@code bySquare} from 2^-60 to 2^60; beyond, it continues as at that end. */
    public ForceTable(DoubleUnaryOperator bySquare) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) bySquare.applyAsDouble(Float.intBitsToFloat(FIRST + i << SHIFT));
        }
    }

    /** The value for a squared distance, which is not negative. */
    public float at(float square) {
        int bits = Float.floatToRawIntBits(square);
        int place = Math.max(0, Math.min(values.length - 2, (bits >>> SHIFT) - FIRST));
        float below = values[place];
        return below + (values[place + 1] - below) * ((bits & BELOW) * FRACTION);
    }

    float[] values() {
        return values;
    }
}
