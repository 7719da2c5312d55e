package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, sent to processes: in a continuation and in a prompt that would take minutes, and in a conversation. */
class CtrlCTest {
    private static final int INTERRUPTED = 130;

    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")) || Files.isExecutable(Path.of("/usr/bin/kill")), "there is no kill");
        Path copy = TinyModel.withByteTokenizer(folder);
        Path config = copy.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst(
                "\"max_position_embeddings\": *[0-9]+", "\"max_position_embeddings\": 4000000"));
        model = copy.toString();
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Latent.class.getName()));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).redirectOutput(out().toFile()).redirectError(folder.resolve("err").toFile()).start();
    }

    private Path out() {
        return folder.resolve("out");
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        assertThat(process.isAlive()).isTrue();
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor()).isZero();
    }

    private JsonNode interrupted(Process process) throws IOException, InterruptedException {
        Thread.sleep(8000);
        interrupt(process);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(INTERRUPTED);
        return new ObjectMapper().readTree(Files.readString(out(), StandardCharsets.UTF_8));
    }

    @Test
    void aContinuationEndsWithWhatThereIs() throws Exception {
        JsonNode json = interrupted(start(
                "generate", "-m", model, "--prompt", "abc", "--max-tokens", "3000000", "--ignore-eos", "--json", "--cache", "f16"));
        assertThat(json.path("stop").asText()).isEqualTo("interrupted");
        assertThat(json.path("ids").size()).isPositive();
        assertThat(json.path("text").asText()).isNotEmpty();
    }

    @Test
    void aLongPromptEndsToo() throws Exception {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "abcdefgh".repeat(100_000));
        JsonNode json = interrupted(start("generate", "-m", model, "--prompts", prompts.toString(), "--json"));
        assertThat(json.get(0).path("stop").asText()).isEqualTo("interrupted");
        assertThat(json.get(0).path("ids")).isEmpty();
    }

    @Test
    void anAnswerEndsAndTheChatGoesOn() throws Exception {
        Process process = start("chat", "-m", model, "--max-tokens", "3000000", "--ignore-eos");
        try (OutputStream input = process.getOutputStream()) {
            input.write("abc\n".getBytes(StandardCharsets.UTF_8));
            input.flush();
            for (int i = 0; i < 300 && Files.size(out()) == 0; i++) {
                Thread.sleep(100);
            }
            interrupt(process);
            input.write("/history\n/quit\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("err"))).contains("latent: stopped: interrupted", "user: abc", "assistant: ");
    }

    @Test
    void aSecondOneEndsWorkInTheMiddleOfAStepAndLeavesNothing() throws Exception {
        Path data = folder.resolve("data.tsv"); // one text that is one pass of minutes
        Files.writeString(data, "text\tlabel\n" + "abcdefgh".repeat(40_000) + "\tx\nb\ty\nc\tx\nd\ty\n");
        Process process = start("probe", "-m", model, "--data", data.toString(), "--html", folder.resolve("page.html").toString());
        for (int i = 0; i < 600 && !holds("page.html"); i++) {
            Thread.sleep(100);
        }
        Thread.sleep(3000); // the place of the page is claimed just before Ctrl-C is caught
        interrupt(process);
        assertThat(process.waitFor(2, TimeUnit.SECONDS)).isFalse();
        assertThat(Files.readString(folder.resolve("err"))).contains("latent: stopping at the end of this step");
        interrupt(process);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(INTERRUPTED);
        assertThat(holds("page.html")).isFalse();
    }

    /** Whether a file with such a name, or part of one, is there. */
    private boolean holds(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> String.valueOf(file.getFileName()).contains(name));
        }
    }
}
