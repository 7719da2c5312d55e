package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory that this process has had, where the system tells. */
final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private PeakMemory() {}

    /** Begins anew with what is in memory now, after a collection; without effect where the system doesn't let it. */
    static void reset() {
        System.gc();
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException _) {
            // then the peak of all that went before counts
        }
    }

    /** In MB, mapped files included; 0 where the system doesn't tell. */
    static long megabytes() {
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10).findFirst().orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }
}
