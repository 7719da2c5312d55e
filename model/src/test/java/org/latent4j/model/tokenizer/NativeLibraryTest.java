package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the native library may lie. */
class NativeLibraryTest {
    @TempDir
    private Path folder;

    @Test
    void anEmptyHomeIsFilledAndUsedAgain() throws IOException {
        Path cache = folder.resolve("home").resolve(".cache");
        assertThat(NativeLibrary.load(NativeLibrary.platform(), cache)).isNull();
        assertThat(Files.list(cache)).isNotEmpty().allMatch(file -> !file.toString().endsWith(".part"));
        assertThat(NativeLibrary.load(NativeLibrary.platform(), cache)).isNull();
    }

    @Test
    void aCutFileIsReplaced() throws IOException {
        Path cache = Files.createDirectory(folder.resolve("cut"));
        assertThat(NativeLibrary.load(NativeLibrary.platform(), folder.resolve("whole"))).isNull();
        for (Path file : Files.list(folder.resolve("whole")).toList()) {
            Files.writeString(cache.resolve(file.getFileName()), "cut");
        }
        assertThat(NativeLibrary.load(NativeLibrary.platform(), cache)).isNull();
    }

    @Test
    void aHomeThatCannotBeWrittenIsNoHindrance() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "a file where a folder should be");
        assertThat(NativeLibrary.load(NativeLibrary.platform(), file.resolve("cache"))).isNull();
    }

    @Test
    void otherSystemsAreToldWhatToDo() {
        assertThat(NativeLibrary.load("plan9-mips", folder)).contains("plan9-mips").contains("take a GGUF");
    }
}
