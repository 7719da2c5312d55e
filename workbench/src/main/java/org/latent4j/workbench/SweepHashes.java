package org.latent4j.workbench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.latent4j.insight.steering.SteeringPlan;

/** What the directions of a plan are, as a hash: their numbers, sites and weights. */
final class SweepHashes {
    private SweepHashes() {}

    static String of(SteeringPlan plan) {
        MessageDigest digest = HashedFile.newSha256();
        for (SteeringPlan.Weighted one : plan.directions()) {
            digest.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, one.weight()));
            one.direction().vectors().forEach((site, vector) -> {
                digest.update(site.toString().getBytes(StandardCharsets.UTF_8));
                ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
                for (float value : vector) {
                    bytes.putFloat(value);
                }
                digest.update(bytes.flip());
            });
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
