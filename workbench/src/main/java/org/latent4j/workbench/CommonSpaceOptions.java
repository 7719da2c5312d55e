package org.latent4j.workbench;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import picocli.CommandLine.Option;

/** The options that every command on spaces has. */
final class CommonSpaceOptions {
    private static final int MOST_THREADS = 1024;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Where something is random: the same seed, the same result (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one a core). Results don't depend on it.")
    private @Nullable Integer threads;

    boolean json() {
        return json;
    }

    long seed() {
        return seed;
    }

    Progress progress() {
        return ProgressBar.on(Terminal.detect());
    }

    /** How many threads were asked for, if a number was. */
    Optional<Integer> threads() {
        return Optional.ofNullable(threads);
    }

    WorkerPool pool() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > MOST_THREADS) {
            throw new LatentException("--threads %d: 1 to %d is allowed".formatted(count, MOST_THREADS));
        }
        return new WorkerPool(count);
    }
}
