package org.latent4j.workbench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Sees whether a name is there twice, without keeping names: 64 bits of each one's SHA-256. Of ten million names two that differ are
 * taken for the same in one of 400,000 files.
 */
final class NameHashes {
    private long[] hashes = new long[1024];
    private int count;

    /** 64 bits that stand for a name. */
    static long of(String name) {
        return ByteBuffer.wrap(HashedFile.newSha256().digest(name.getBytes(StandardCharsets.UTF_8))).getLong();
    }

    void add(String name) {
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.addExact(count, count / 2));
        }
        hashes[count++] = of(name);
    }

    /** What stands for a name that was added twice, if there is one. */
    OptionalLong twice() {
        Arrays.sort(hashes, 0, count);
        for (int i = 1; i < count; i++) {
            if (hashes[i] == hashes[i - 1]) {
                return OptionalLong.of(hashes[i]);
            }
        }
        return OptionalLong.empty();
    }
}
