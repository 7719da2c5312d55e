package org.latent4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.latent4j.kernel.LatentException;

/**
 * Opens altered versions of a file, many times: each must end in one line or in a correct load, within bounds of time and memory.
 * Anything else fails with the seed; the altered file stays where it was written.
 *
 * @param file where altered versions are written
 * @param use what is done with each
 */
public record Trial(Path file, Use use) {
    /** How many altered versions of each kind of file; {@code -Dmutations=100000} for a night. */
    public static final int EACH = Integer.getInteger("mutations", 2000);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MOST_NANOS = 5_000_000_000L;
    private static final long MOST_BYTES = 200_000_000;

    /** What someone does with a file from a stranger. */
    public interface Use {
        void of(long seed) throws IOException;
    }

    /** One altered version. */
    public interface Alteration {
        byte[] of(SplittableRandom random);
    }

    /** Uses {@code count} versions; some must be refused, else the alterations say nothing. */
    public void run(String what, int count, Alteration alteration) {
        int refused = 0;
        for (long seed = 0; seed < count; seed++) {
            try {
                byte[] altered = alteration.of(new SplittableRandom(seed));
                Files.write(file, altered);
                refused += refuses(altered.length, seed) ? 1 : 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("%s, seed %d: %s".formatted(what, seed, e), e);
            }
        }
        assertThat(refused).as("refused of %d versions of %s", count, what).isGreaterThan(count / 10);
    }

    private boolean refuses(long size, long seed) throws IOException {
        long nanos = THREADS.getCurrentThreadCpuTime();
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        boolean refused = false;
        try {
            use.of(seed);
        } catch (LatentException e) {
            Refusals.oneLine(e);
            refused = true;
        }
        assertThat(THREADS.getCurrentThreadCpuTime() - nanos).as("nanoseconds").isLessThan(MOST_NANOS);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes).as("bytes").isLessThan(MOST_BYTES + size);
        return refused;
    }
}
