package org.latent4j.model.format;

import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.PositionBias;

/**
 * The buckets of MPNet's distances, which are T5's (Raffel et al. 2020): half of them for keys before the query, half for keys behind
 * it; of each half one for every distance below 8, and wider and wider ones up to 128.
 */
final class DistanceBuckets {
    static final int COUNT = 32;
    private static final int HALF = COUNT / 2;
    private static final int EXACT = HALF / 2;
    private static final int REACH = 128;

    private DistanceBuckets() {}

    /**
     * The bias of every distance and head.
     *
     * @param buckets {@code [32, heads]}
     */
    static PositionBias bias(PackedMatrix buckets) {
        int heads = buckets.columns();
        float[][] byBucket = new float[COUNT][heads];
        for (int bucket = 0; bucket < COUNT; bucket++) {
            buckets.unpackRow(bucket, byBucket[bucket]);
        }
        float[] values = new float[heads * (2 * REACH + 1)];
        for (int head = 0; head < heads; head++) {
            for (int distance = -REACH; distance <= REACH; distance++) {
                values[head * (2 * REACH + 1) + REACH + distance] = byBucket[bucket(distance)][head];
            }
        }
        return new PositionBias(values, REACH);
    }

    /** The bucket of a key so many positions behind its query. In single precision as transformers, where it matters at powers of two. */
    static int bucket(int distance) {
        int far = Math.abs(distance);
        float octaves = (float) Math.log((float) far / EXACT) / (float) Math.log((double) REACH / EXACT);
        int bucket = far < EXACT ? far : Math.min(HALF - 1, EXACT + (int) (octaves * (HALF - EXACT)));
        return bucket + (distance > 0 ? HALF : 0);
    }
}
