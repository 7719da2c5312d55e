package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line in this process: help, topics, completion, and one line for every mistake. */
class LatentTest {
    /** What a command line printed, and its exit code. */
    private record Run(int code, String out, String err) {}

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private static void mistake(Run run, String... parts) {
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("latent: ").contains(parts).endsWith("\n");
        assertThat(run.err().strip()).doesNotContain("\n");
    }

    @Test
    void helpListsEveryCommand() {
        Run run = run("--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("read", "capture", "tokens", "models", "doctor", "help", "completion").doesNotContain("rehearse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "generate", "chat", "capture", "tokens", "models", "doctor", "help", "completion"})
    void everyCommandExplainsItself(String command) {
        Run own = run(command, "--help");
        assertThat(own.code()).isZero();
        assertThat(own.out()).contains("latent " + command);
        if (!HelpCommand.TOPICS.contains(command)) {
            assertThat(run("help", command).out()).isEqualTo(own.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "encoders", "spaces", "sites", "prompts", "steering", "files", "errors", "java"})
    void everyTopicHasAText(String topic) {
        Run run = run("help", topic);
        assertThat(run.code()).isZero();
        assertThat(run.out().lines().count()).isGreaterThan(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void completionKnowsTheCommandsAndTheirOptions(String shell) {
        Run run = run("completion", shell);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("capture", "text-file");
    }

    @ParameterizedTest
    @CsvSource({
        "raed,read", "reed,read", "reads,read", "gnerate,generate", "cature,capture", "stear,steer", "toknes,tokens", "dupl,duplicates"})
    void aCommandThatThereIsntIsAnsweredWithTheNearest(String written, String meant) {
        mistake(run(written, "x"), "'" + written + "'", "; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @CsvSource({"--htlm=f,--html", "--modle,--model", "--offlin,--offline", "--hel,--help"})
    void soIsAnOption(String written, String meant) {
        mistake(run("read", written, "x"), "; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @CsvSource({
        "generate text --tokens 12,--tokens,--max-tokens", "direction combine --bogus,--bogus,", "direction find --bogus=1,--bogus,",
        "clusters a.space --k 5,--k,-k", "clusters a.space -k five --methd x,--methd,--method", "ask --bogus -k,--bogus,",
        "probe apply --modl=x,--modl,--model", "capture --text --bogus --sits x,--sits,--sites", "export -t,-t,",
        "--debg read,--debg,--debug"})
    void anUnknownOptionIsNamedWhateverElseIsWrong(String line, String option, @Nullable String meant) {
        String told = "latent: unknown option: '" + option + "'" + (meant == null ? " (see" : "; did you mean '" + meant + "'?");
        mistake(run(line.split(" ")), told);
    }

    @Test
    void wordsThatOptionsTakeAreNoOptions() {
        mistake(run("direction", "combine", "--out", "--bogus"), "missing required parameters");
        mistake(run("export", "--", "--bogus"), "missing required");
        mistake(run("bogus", "--x"), "there is no command 'bogus'");
        mistake(run("direction", "bogus", "--x"), "there is no command 'bogus'");
    }

    @Test
    void whatIsLikeNothingIsAnsweredWithoutAGuess() {
        assertThat(run("zebra", "x").err()).contains("zebra").doesNotContain("did you mean");
        assertThat(run("read", "--zebra-stripes", "x").err()).contains("--zebra-stripes").doesNotContain("did you mean");
    }

    @Test
    void mistakesAreOneLine() {
        mistake(run(), "which command?");
        mistake(run("reed", "x"), "reed");
        mistake(run("read", "--htlm", "f", "x"), "--htlm");
        mistake(run("help", "nothing"), "no help on 'nothing'", "sites");
        mistake(run("completion", "tcsh"), "tcsh");
        mistake(run("read", "-m", "/nowhere/model.gguf", "x"), "/nowhere/model.gguf");
        mistake(run("read", "--offline", "-m", "no-such-org/no-such-model", "x"), "no-such-org/no-such-model");
        mistake(run("capture", "--text", "x", "--sites", "embed", "--out", "x.bin"), ".safetensors");
        mistake(run("capture", "--text", "x", "--out", "x.safetensors"), "--sites");
        mistake(run("tokens"), "nothing to read");
    }

    @Test
    void aFileThatIsNoModelIsNamed(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("notes.gguf"), "just some notes, nothing that any model would hold");
        mistake(run("read", "-m", text.toString(), "x"), "notes.gguf");
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        mistake(run("read", "-m", empty.toString(), "x"), "empty.gguf");
    }

    @Test
    void sitesAndThreadsOutOfRangeAreNamed(@TempDir Path folder) throws IOException {
        String model = TinyModel.withByteTokenizer(folder).toString();
        String out = folder.resolve("x.safetensors").toString();
        mistake(run("capture", "-m", model, "--text", "x", "--sites", "resid_post.9", "--out", out), "no layer 9", "0 to 2");
        mistake(run("capture", "-m", model, "--text", "x", "--sites", "resid_pots.1", "--out", out), "resid_post");
        mistake(run("read", "-m", model, "--threads", "0", "x"), "0 threads");
        mistake(run("read", "-m", model, "--positions", "7", "x"), "position 7");
    }

    @Test
    void terminalsAreTakenAsTheyAre() {
        assertThat(Terminal.of("1,0,83", Map.of("TERM", "xterm-256color")))
                .isEqualTo(new Terminal(true, false, 83, Terminal.Colours.ANSI_256));
        assertThat(Terminal.of("1,1,83", Map.of("COLORTERM", "truecolor", "COLUMNS", "60")))
                .isEqualTo(new Terminal(true, true, 60, Terminal.Colours.TRUE_COLOUR));
        assertThat(Terminal.of("1,1,83", Map.of("COLORTERM", "truecolor", "NO_COLOR", "1")).colours()).isEqualTo(Terminal.Colours.NONE);
        assertThat(Terminal.of("0,0,0", Map.of("TERM", "xterm")).colours()).isEqualTo(Terminal.Colours.NONE);
        assertThat(Terminal.of("0,0,0", Map.of("FORCE_COLOR", "1")).colours()).isEqualTo(Terminal.Colours.ANSI_256);
        assertThat(Terminal.of("rubbish", Map.of("COLUMNS", "wide")).width()).isEqualTo(100);
    }
}
