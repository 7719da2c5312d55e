package org.latent4j.kernel;

/**
 * Rotary positions (Su et al. 2021, "RoFormer"): cosines and sines of {@code position * frequency}, computed in single
 * precision as the reference does, kept for the positions seen so far.
 */
public final class Rotation {
    private final float[] frequencies;
    private final boolean neighbours;
    private final float magnitude;
    private int positions;
    private float[] cosines = {};
    private float[] sines = {};

    /**
     * A rotation of the first {@code 2 * frequencies.length} values of every head.
     *
     * @param frequencies radians a position, one for each pair
     * @param neighbours whether a pair is values 2i and 2i + 1, or i and i + half
     * @param magnitude what cosine and sine are multiplied with
     */
    public Rotation(float[] frequencies, boolean neighbours, float magnitude) {
        this.frequencies = frequencies.clone();
        this.neighbours = neighbours;
        this.magnitude = magnitude;
    }

    /** Makes room for positions 0 to {@code count}, exclusive. To be called before a pass, not during one. */
    public void reach(int count) {
        if (count <= positions) {
            return;
        }
        int pairs = frequencies.length;
        float[] newCosines = java.util.Arrays.copyOf(cosines, Math.multiplyExact(count, pairs));
        float[] newSines = java.util.Arrays.copyOf(sines, count * pairs);
        for (int position = positions; position < count; position++) {
            for (int i = 0; i < pairs; i++) {
                float angle = position * frequencies[i];
                newCosines[position * pairs + i] = (float) Math.cos(angle) * magnitude;
                newSines[position * pairs + i] = (float) Math.sin(angle) * magnitude;
            }
        }
        cosines = newCosines;
        sines = newSines;
        positions = count;
    }

    void turn(float[] x, int at, int heads, int headWidth, int position) {
        int pairs = frequencies.length;
        int angles = position * pairs;
        for (int head = 0; head < heads; head++, at += headWidth) {
            if (neighbours) {
                turnNeighbours(x, at, angles, pairs);
            } else {
                turnHalves(x, at, angles, pairs);
            }
        }
    }

    private void turnHalves(float[] x, int at, int angles, int pairs) {
        for (int i = 0; i < pairs; i++) {
            float a = x[at + i];
            float b = x[at + pairs + i];
            x[at + i] = a * cosines[angles + i] - b * sines[angles + i];
            x[at + pairs + i] = b * cosines[angles + i] + a * sines[angles + i];
        }
    }

    private void turnNeighbours(float[] x, int at, int angles, int pairs) {
        for (int i = 0; i < pairs; i++) {
            float a = x[at + 2 * i];
            float b = x[at + 2 * i + 1];
            x[at + 2 * i] = a * cosines[angles + i] - b * sines[angles + i];
            x[at + 2 * i + 1] = b * cosines[angles + i] + a * sines[angles + i];
        }
    }
}
