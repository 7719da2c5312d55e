package org.latent4j.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;

class StateFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatWasFoundOfTheSameWorkIsFoundAgain() {
        Path file = folder.resolve("s");
        StateFile first = StateFile.open(file, "this work");
        first.add("one");
        first.add("two");
        assertThat(StateFile.open(file, "this work").found()).containsExactly("one", "two");
        assertThat(StateFile.open(file, "other work").found()).isEmpty();
        StateFile.open(file, "other work").add("three");
        assertThat(StateFile.open(file, "this work").found()).isEmpty(); // the other work has taken its place
    }

    @Test
    void aLineThatWasCutOffIsLeftOut() throws IOException {
        Path file = folder.resolve("s");
        Files.writeString(file, "this work\none\n0.12");
        StateFile again = StateFile.open(file, "this work");
        assertThat(again.found()).containsExactly("one");
        again.add("0.1234");
        assertThat(file).hasContent("this work\none\n0.1234\n");
        again.remove();
        assertThat(file).doesNotExist();
    }

    @Test
    void nothingIsKeptWhereNothingIsAskedFor() {
        StateFile none = StateFile.none();
        none.add("one");
        none.remove();
        assertThat(none.found()).isEmpty();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("nowhere").resolve("s");
        StateFile state = StateFile.open(file, "work");
        assertThatThrownBy(() -> state.add("one")).isInstanceOf(LatentException.class).hasMessageContaining("nowhere");
    }
}
