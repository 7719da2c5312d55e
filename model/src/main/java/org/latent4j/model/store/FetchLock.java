package org.latent4j.model.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * Keeps a second process or thread from fetching or removing the same model at the same time. The operating system holds the lock and
 * gives it back when a process ends in whatever way, so a lock file that was left behind locks nothing.
 */
final class FetchLock implements AutoCloseable {
    private static final long POLL_MILLIS = 100;

    private final FileChannel channel;

    private FetchLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, waiting as long as another holds it.
     *
     * @param waiting run at every look while another holds it
     * @throws LatentException if the thread is interrupted
     */
    static FetchLock take(Path file, Runnable waiting) throws IOException {
        while (true) {
            Optional<FetchLock> taken = tryTake(file);
            if (taken.isPresent()) {
                return taken.get();
            }
            waiting.run();
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LatentException("interrupted while another process fetched the same model", e);
            }
        }
    }

    /** Takes the lock if nobody holds it. */
    static Optional<FetchLock> tryTake(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            @Nullable
            FileLock lock = locked(channel);
            taken = lock != null;
            return taken ? Optional.of(new FetchLock(channel)) : Optional.empty();
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) { // held by another thread of this process
            return null;
        }
    }

    /** Gives the lock back; the file stays, since deleting it would let two others hold locks on two files of one name. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
