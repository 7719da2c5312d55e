package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchLockTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** Another process: takes the lock, says so, and holds it until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (FetchLock lock = FetchLock.take(Path.of(arguments[0]), () -> {})) {
                System.out.println("holds " + lock);
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    @Test
    void anotherProcessHoldsItUntilItEndsInWhateverWay() throws Exception {
        Path file = folder.resolve("model.lock");
        Process holder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Holder.class.getName(), file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = holder.inputReader()) {
            assertThat(said.readLine()).startsWith("holds");
            assertThat(FetchLock.tryTake(file)).isEmpty();
            holder.destroyForcibly().waitFor();
            try (FetchLock lock = FetchLock.take(file, () -> {})) {
                assertThat(lock).isNotNull();
            }
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void anotherThreadHoldsItToo() throws IOException {
        Path file = folder.resolve("model.lock");
        try (FetchLock lock = FetchLock.take(file, () -> {})) {
            assertThat(lock).isNotNull();
            assertThat(FetchLock.tryTake(file)).isEmpty();
        }
        Optional<FetchLock> again = FetchLock.tryTake(file);
        assertThat(again).isPresent();
        again.get().close();
    }

    @Test
    void aFileThatWasLeftBehindLocksNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("model.lock"), "left by a process that died");
        Optional<FetchLock> lock = FetchLock.tryTake(file);
        assertThat(lock).isPresent();
        lock.get().close();
    }
}
