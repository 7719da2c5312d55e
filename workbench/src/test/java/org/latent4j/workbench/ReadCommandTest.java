package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import picocli.CommandLine;

/** The command on a tiny model of random weights, whose tokens are bytes. */
class ReadCommandTest {
    @TempDir
    private static Path folder;
    private static Path model;

    @BeforeAll
    static void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder);
    }

    @Test
    void tableNamesModelModeAndIds() {
        Run run = read("abc");
        assertThat(run.code).isZero();
        assertThat(run.out).startsWith(model + ": llama, 3 blocks, width 64, F32");
        assertThat(run.out).contains("raw mode, 3 tokens, ids 97 98 99",
                "early", "middle", "late", "resid_post.2", "What comes next",
                "embedding", "hidden state", "latent space");
    }

    @Test
    void modesAddTheTokensTheyName() throws IOException {
        assertThat(json("--special", "a").path("ids").toString()).isEqualTo("[256,97]");
        JsonNode chat = json("--chat", "--system", "s", "a");
        StringBuilder seen = new StringBuilder();
        chat.path("tokens").forEach(token -> seen.append(token.asText()));
        assertThat(seen.toString()).isEqualTo("[system]s[user]a[assistant]");
        assertThat(chat.path("mode").asText()).isEqualTo("chat");
    }

    @Test
    void jsonHoldsEveryLayerAndPositionAndTheFingerprint() throws IOException {
        JsonNode json = json("--top", "3", "né");
        assertThat(json.path("ids").toString()).isEqualTo("[110,195,169]");
        assertThat(json.path("tokens").path(1).asText()).isEqualTo("\uFFFD");
        assertThat(json.path("layers")).hasSize(4);
        assertThat(json.path("layers").path(3).path("cells").path(2).path("top")).hasSize(3);
        assertThat(json.path("layers").path(3).path("cells").path(2).path("answer_rank").asInt()).isEqualTo(1);
        assertThat(json.path("next")).hasSize(3);
        assertThat(json.path("fingerprint").path("model_sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(json.path("fingerprint").path("tokenizer_sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(json.path("model").path("width").asInt()).isEqualTo(64);
    }

    @Test
    void pageIsWrittenAndNothingElse(@TempDir Path out) throws IOException {
        Path page = out.resolve("page.html");
        Run run = read("--html", page.toString(), "abc");
        assertThat(run.code).isZero();
        assertThat(run.out).startsWith("Wrote " + page + ", ").hasLineCount(1);
        assertThat(page).content().contains("resid_post.2");
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files).containsExactly(page);
        }
    }

    @Test
    void positionsAreChosenFromBothEnds() {
        assertThat(read("--positions", "-2,0", "abcdef").out).containsPattern("\n +0 +4 +at 4\n");
        assertThat(read("--positions=1-2,last", "abcdef").out).containsPattern("\n +1 +2 +5 +at 5\n");
    }

    @Test
    void textsLongerThanTheContextAreCutOnlyWhenAskedTo() {
        String text = "x".repeat(200);
        assertThat(read(text).error).contains("200 tokens").contains("128").contains("--truncate");
        Run cut = read("--truncate", text);
        assertThat(cut.code).isZero();
        assertThat(cut.out).contains("128 tokens (cut from 200)");
    }

    @Test
    void whatCannotBeDoneIsToldInOneLine(@TempDir Path out) {
        fails("empty", "");
        fails("nothing but spaces", "  ");
        fails("there is no text");
        fails("put it in quotes", "a", "b");
        fails("exclude each other", "--chat", "--special", "a");
        fails("--system is for --chat", "--system", "s", "a");
        fails("one by one", "--positions", "mean", "a");
        fails("position 3 is outside the text", "--positions", "3", "abc");
        fails("--top 0", "--top", "0", "a");
        fails("0 threads", "--threads", "0", "a");
        fails("there is no folder", "--html", out.resolve("no/page.html").toString(), "a");
        fails("half of a surrogate pair", "a\uD83D");
        fails("no such file", "--text-file", out.resolve("none").toString());
    }

    @Test
    void failureLeavesNoFileBehind(@TempDir Path out) throws IOException {
        fails("position 9", "--html", out.resolve("page.html").toString(), "--positions", "9", "a");
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files).isEmpty();
        }
    }

    private static void fails(String message, String... arguments) {
        Run run = read(arguments);
        assertThat(run.code).isEqualTo(2);
        assertThat(run.error).contains(message).hasLineCount(1);
        assertThat(run.out).isEmpty();
    }

    private static JsonNode json(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        Run run = read(all.toArray(new String[0]));
        assertThat(run.error).isEmpty();
        return new ObjectMapper().readTree(run.out);
    }

    private record Run(int code, String out, String error) {}

    private static Run read(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter error = new StringWriter();
        CommandLine command = new CommandLine(new ReadCommand(org.latent4j.kernel.WarmUp.NONE));
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(error, true));
        command.setExecutionExceptionHandler((failure, _, _) -> {
            if (failure instanceof LatentException) {
                error.write(failure.getMessage());
                return 2;
            }
            throw failure;
        });
        List<String> all = new ArrayList<>(List.of("--model", model.toString(), "--offline"));
        all.addAll(List.of(arguments));
        int code = command.execute(all.toArray(new String[0]));
        return new Run(code, out.toString(), error.toString());
    }
}
