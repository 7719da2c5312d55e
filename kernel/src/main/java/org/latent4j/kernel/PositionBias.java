package org.latent4j.kernel;

/**
 * What is added to attention's scores for how far a key stands from its query (Shaw et al. 2018, Raffel et al. 2020).
 *
 * @param values {@code [heads, 2 * reach + 1]}: of a key {@code d} positions behind its query the value is at {@code reach + d}
 * @param reach beyond so many positions to either side the value is the same as there
 */
@SuppressWarnings("ArrayRecordComponent") // made once a model, never compared
public record PositionBias(float[] values, int reach) {
    /** Adds to the scores of one query with the keys of positions {@code firstKey} to {@code firstKey + count}. */
    void add(int head, int position, float[] scores, int at, int firstKey, int count) {
        int middle = head * (2 * reach + 1) + reach;
        for (int k = 0; k < count; k++) {
            scores[at + k] += values[middle + Math.clamp(firstKey + k - position, -reach, reach)];
        }
    }
}
