package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.insight.StateFile;

/** Where unfinished work is kept, and for how long. */
class UnfinishedTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void onlyWhatNobodyWentOnWithForAMonthIsForgotten() throws IOException {
        Instant now = Instant.now();
        Path old = aged("old.state", now.minus(Duration.ofDays(31)));
        Path recent = aged("recent.state", now.minus(Duration.ofDays(29)));
        Path other = aged("other.txt", now.minus(Duration.ofDays(99)));
        Unfinished.forget(folder, now.minus(Duration.ofDays(30)));
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
        assertThat(other).exists();
    }

    private Path aged(String name, Instant when) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "work\nfound\n");
        Files.setLastModifiedTime(file, FileTime.from(when));
        return file;
    }

    @Test
    void itIsKeptBesideTheOutputUntilItIsWhole() {
        Path page = folder.resolve("happy.html");
        StateFile state = Unfinished.open(Optional.of(page), "work");
        state.add("found");
        assertThat(folder.resolve(".happy.html.state")).exists();
        assertThat(Unfinished.open(Optional.of(page), "work").found()).containsExactly("found");
        state.remove();
        assertThat(folder).isEmptyDirectory();
    }
}
