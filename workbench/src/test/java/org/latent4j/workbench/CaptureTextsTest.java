package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts by {@code latent capture} and {@code latent tokens}, with a tokenizer whose tokens are bytes. */
class CaptureTextsTest {
    @TempDir
    @Nullable
    Path temporary;

    private Path folder = Path.of("");
    private Path out = Path.of("");
    private String model = "";

    @BeforeEach
    void begin() throws IOException {
        folder = Objects.requireNonNull(temporary);
        out = folder.resolve("out.safetensors");
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    @Test
    void textsOfTheCommandLineAreNumberedInOrder() throws IOException {
        capture("--text", "ab", "--text", "é");
        assertThat(ids(0)).containsExactly('a', 'b');
        assertThat(ids(1)).containsExactly(0xC3, 0xA9);
        assertThat(Written.read(out).metadata()).containsEntry("prompt_mode", "raw");
    }

    @Test
    void everyKindOfFileGivesTheSameTexts() throws IOException {
        capture("--texts", file("t.txt", "ab\ncd\n"));
        byte[] lines = states();
        capture("--texts", file("t.json", "[\"ab\", \"cd\"]"));
        assertThat(states()).isEqualTo(lines);
        capture("--texts", file("t.jsonl", "{\"text\": \"ab\"}\n{\"text\": \"cd\"}\n"));
        assertThat(states()).isEqualTo(lines);
        capture("--texts", file("t.tsv", "n\tsaid\n1\tab\n2\tcd\n"), "--column", "said");
        assertThat(states()).isEqualTo(lines);
    }

    @Test
    void aWholeFileIsOneText() throws IOException {
        capture("--text-file", file("poem.md", "a\nb\n"));
        assertThat(ids(0)).containsExactly('a', '\n', 'b', '\n');
    }

    @Test
    void nothingIsAddedUnlessAskedFor() throws IOException {
        capture("--text", "ab", "--special");
        assertThat(ids(0)).containsExactly(256, 'a', 'b');
        assertThat(Written.read(out).metadata()).containsEntry("prompt_mode", "special");
        capture("--text", "ab", "--chat");
        assertThat(ids(0)).containsExactly("[user]ab[assistant]".chars().toArray());
        assertThat(Written.read(out).metadata()).containsEntry("prompt_mode", "chat");
    }

    @Test
    void blanksAndNullCharactersAreTokens() throws IOException {
        capture("--texts", file("t.txt", "   \n\0\na\0b\n"));
        assertThat(ids(0)).containsExactly(' ', ' ', ' ');
        assertThat(ids(1)).containsExactly(0);
        assertThat(ids(2)).containsExactly('a', 0, 'b');
    }

    @Test
    void badTextsAreAnsweredInOneLine() throws IOException {
        assertThat(refused("--text", "")).contains("the text is empty").contains("--skip-empty");
        assertThat(refused("--texts", file("e.txt", "a\n\nb\n"))).contains("e.txt line 2 is empty");
        assertThat(refused("--texts", file("h.json", "[\"a\\ud83d\"]")))
                .contains("h.json[0]: character 1 is \\ud83d, half of a surrogate pair");
        Path latin1 = Files.write(folder.resolve("l.txt"), "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(refused("--texts", latin1.toString())).contains("l.txt isn't UTF-8: byte 3");
        assertThat(refused("--texts", folder.resolve("none.txt").toString())).contains("there is no such file");
        assertThat(refused("--text", "x".repeat(TinyModel.CONTEXT + 1))).contains("129 tokens").contains("room for 128");
        assertThat(out).doesNotExist();
        assertThat(folder.resolve("out.safetensors.partial")).doesNotExist();
    }

    @Test
    void textsThatTheTerminalDamagedArentReadSilently() {
        assumeThat(Files.isReadable(Path.of("/proc/self/cmdline"))).as("the system tells the bytes of the command line").isTrue();
        assertThat(refused("--text", "caf\uFFFD")).contains("character 3 of the text couldn't be read").contains("LC_ALL=C.UTF-8");
        assertThat(Ran.command(new TokensCommand(), "-m", model, "caf\uFFFD").mistake()).contains("couldn't be read");
    }

    @Test
    void aLongLineIsTooManyTokensOrCut() throws IOException {
        String file = file("long.txt", "0123456789".repeat(1 << 15));
        assertThat(refused("--texts", file)).contains("long.txt line 1 has 327,680 tokens").contains("128");
        Ran ran = capture("--texts", file, "--truncate");
        assertThat(ran.err()).contains("long.txt line 1, 327,680 tokens");
        assertThat(ids(0)).hasSize(TinyModel.CONTEXT);
    }

    @Test
    void tokensAreOneArrayOfJson() throws IOException {
        JsonNode array = tokens("--texts", file("t.json", "[\"a\\u0000b\", \"\", \" \", \"\\u00e9\"]"));
        assertThat(array).hasSize(4);
        assertThat(array.get(0).get("text").textValue()).isEqualTo("a\0b");
        assertThat(numbers(array.get(0))).containsExactly(97, 0, 98);
        assertThat(array.get(0).get("tokens").toString()).isEqualTo("[\"a\",\"\\u0000\",\"b\"]");
        assertThat(numbers(array.get(1))).isEmpty();
        assertThat(numbers(array.get(2))).containsExactly(32);
        assertThat(array.get(3).get("tokens").get(0).textValue()).isEqualTo("\uFFFD"); // half a character
    }

    @Test
    void tokensAddWhatIsAskedForAndKeepTheText() throws IOException {
        assertThat(numbers(tokens("ab", "--special").get(0))).containsExactly(256, 97, 98);
        JsonNode chat = tokens("ab", "--chat").get(0);
        assertThat(chat.get("text").textValue()).isEqualTo("ab");
        assertThat(numbers(chat)).hasSize("[user]ab[assistant]".length());
        assertThat(tokens("--texts", file("none.txt", ""))).isEmpty();
    }

    @Test
    void tokensAreATableForPeople() {
        Ran ran = Ran.command(new TokensCommand(), "-m", model, "--offline", "a\n\"");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("text 0: 3 tokens").contains("97  a").contains("10  ⏎").contains("34  \"");
    }

    @Test
    void tokensWantExactlyOneInput() {
        assertThat(Ran.command(new TokensCommand(), "-m", model).mistake()).contains("there is nothing to read; give TEXT");
        assertThat(Ran.command(new TokensCommand(), "-m", model, "a", "b").mistake()).contains("in 2 pieces: put it in quotes");
        assertThat(Ran.command(new TokensCommand(), "-m", model, "a", "--text-file", "b").mistake()).contains("there are 2 inputs");
    }

    private JsonNode tokens(String... arguments) throws IOException {
        String[] all = Stream.concat(Stream.of("-m", model, "--offline", "--json"), Stream.of(arguments)).toArray(String[]::new);
        Ran ran = Ran.command(new TokensCommand(), all);
        assertThat(ran.code()).as(ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out());
    }

    private static List<Integer> numbers(JsonNode tokens) {
        List<Integer> ids = new ArrayList<>();
        tokens.get("ids").forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    private Ran capture(String... arguments) {
        Ran ran = Ran.command(new CaptureCommand(), arguments(arguments));
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran;
    }

    private String refused(String... arguments) {
        return Ran.command(new CaptureCommand(), arguments(arguments)).mistake();
    }

    private String[] arguments(String... arguments) {
        return Stream.concat(
                Stream.of("--offline", "-m", model, "--out", out.toString(), "--sites", "resid_post.*"), Stream.of(arguments))
                .toArray(String[]::new);
    }

    private int[] ids(int text) throws IOException {
        return Written.read(out).tensors().get(text + ".input_ids").ids();
    }

    private byte[] states() throws IOException {
        byte[] file = Files.readAllBytes(out);
        int header = java.nio.ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
        return java.util.Arrays.copyOfRange(file, 8 + header, file.length);
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }
}
