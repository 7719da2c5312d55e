package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/** A model's file that is cut off while it is mapped, in a process of its own: an access behind its end might end the JVM. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a mapped file can't be cut off there")
class ShrinkingFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @Test
    void aFileThatShrinksWhileItIsOpenIsToldInOneLine() throws IOException, InterruptedException {
        for (String name : List.of("model.safetensors", "config.json")) {
            Files.copy(TinyModelsTest.folder("llama").resolve(name), temp.resolve(name));
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(java.toString(), "--add-modules", "jdk.incubator.vector", "-cp",
                System.getProperty("java.class.path"), ShrinkingFileTest.class.getName(), temp.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said.lines().filter(line -> !line.startsWith("WARNING"))).containsExactly(
                "was open: " + temp.resolve("model.safetensors")
                        + ": has become shorter while it was open: 8192 bytes, it had 606984; open it again when it is whole");
        assertThat(process.exitValue()).isZero();
    }

    /** Runs texts while the file is cut off. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        try (Model model = Models.open(folder.toString(), Models.Options.standard().withThreads(2).withOffline(true))) {
            int[] ids = {1, 2, 3, 4, 5, 6, 7, 8, 9};
            for (int i = 0; i < 100; i++) {
                model.traces(List.of(ids), Sites.of("logits"), Positions.LAST);
            }
            Thread.ofPlatform().daemon().start(() -> cut(folder.resolve("model.safetensors")));
            while (true) {
                model.traces(List.of(ids), Sites.of("logits"), Positions.LAST);
            }
        } catch (LatentException e) {
            System.out.println("was open: " + e.getMessage());
        }
    }

    private static void cut(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(8192);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
