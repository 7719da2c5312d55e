package org.latent4j.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DistanceBucketsTest {
    /** The first distance of each bucket beyond the exact ones, as PyTorch computes them. */
    @Test
    void distancesShareBucketsAsInTransformers() {
        int[] first = {8, 12, 16, 23, 32, 46, 64, 91};
        for (int distance = 0; distance <= 128; distance++) {
            int bucket = distance;
            for (int b = 0; b < first.length && distance >= first[b]; b++) {
                bucket = 8 + b;
            }
            assertThat(DistanceBuckets.bucket(-distance)).as("%d", distance).isEqualTo(bucket);
            assertThat(DistanceBuckets.bucket(distance)).isEqualTo(bucket + (distance > 0 ? 16 : 0));
        }
    }
}
