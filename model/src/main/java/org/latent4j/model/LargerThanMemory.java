package org.latent4j.model;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says when a model is slow because its weights, which are mapped from its files, don't fit into memory. */
final class LargerThanMemory {
    private LargerThanMemory() {}

    /** The bytes of memory that the machine or the container has; 0 if nobody tells. */
    static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    /** What someone who waits should know, if the files are larger than what memory leaves for them: nine tenths. */
    static Optional<String> notice(String name, List<Path> files, long memory) {
        long bytes = files.stream().mapToLong(file -> file.toFile().length()).sum();
        if (memory == 0 || bytes <= memory / 10 * 9) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "model '%s' has %.1f GB and the machine %.1f GB of memory: its weights are read from the disk again for every pass, "
                        + "which takes seconds or minutes; a smaller quantisation would be faster",
                name, bytes / 1e9, memory / 1e9));
    }
}
