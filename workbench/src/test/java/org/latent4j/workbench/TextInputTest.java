package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;

class TextInputTest {
    @TempDir
    @Nullable
    Path folder;

    @Test
    void linesEndWithLineFeedOrCarriageReturnAndLineFeed() throws IOException {
        assertThat(texts("a.txt", "one\r\ntwo\nthree")).containsExactly("one", "two", "three");
    }

    @Test
    void aTrailingLineEndMakesNoExtraText() throws IOException {
        assertThat(texts("a.txt", "one\ntwo\n")).containsExactly("one", "two");
        assertThat(texts("a.txt", "")).isEmpty();
    }

    @Test
    void anEmptyLineIsAnEmptyText() throws IOException {
        assertThat(texts("a.txt", "one\n\n two \n\n")).containsExactly("one", "", " two ", "");
    }

    @Test
    void aLoneCarriageReturnAndANullCharacterBelongToTheText() throws IOException {
        assertThat(texts("a.txt", "on\re\n\0two\0\n")).containsExactly("on\re", "\0two\0");
    }

    @Test
    void aByteOrderMarkIsNoText() throws IOException {
        assertThat(texts("a.txt", "\uFEFFone\n\uFEFFtwo")).containsExactly("one", "\uFEFFtwo");
        assertThat(texts("a.json", "\uFEFF[\"one\"]")).containsExactly("one");
    }

    @Test
    void promptsTellWhereTheyCameFrom() throws IOException {
        assertThat(prompts(TextInput.ofFile(file("a.txt", "x\ny"), Optional.empty()))).extracting(Prompt::origin)
                .allSatisfy(origin -> assertThat(origin).contains("a.txt line "))
                .last().asString().endsWith("line 2");
        assertThat(prompts(TextInput.ofFile(file("a.json", "[\"x\", \"y\"]"), Optional.empty())).get(1).origin()).endsWith("a.json[1]");
    }

    @Test
    void tenMegabytesInOneLineAreOneText() throws IOException {
        String line = "0123456789".repeat(1 << 20);
        assertThat(texts("a.txt", line + "\nshort")).containsExactly(line, "short");
        assertThat(texts("a.json", "[\"" + line + "\"]")).containsExactly(line);
    }

    @Test
    void invalidUtf8IsNamedWithItsByteAndLine() throws IOException {
        Path latin1 = bytes("latin1.txt", "one\ntw\u00f6\n".getBytes(StandardCharsets.ISO_8859_1));
        assertOneLine(() -> read(latin1)).contains("latin1.txt isn't UTF-8: byte 6 (line 2) is 0xF6").contains("iconv");
    }

    @Test
    void invalidUtf8BehindABufferIsNamedWithItsByte() throws IOException {
        byte[] text = "é".repeat(100_001).getBytes(StandardCharsets.UTF_8);
        text[200_001] = '\n'; // which cuts the last character in two
        Path file = bytes("long.txt", text);
        assertOneLine(() -> read(file)).contains("byte 200000 (line 1) is 0xC3");
    }

    @Test
    void aCutOffCharacterAtTheEndIsInvalid() throws IOException {
        Path file = bytes("cut.txt", new byte[]{'a', (byte) 0xE2, (byte) 0x82});
        assertOneLine(() -> read(file)).contains("byte 1 (line 1) is 0xE2");
    }

    @Test
    void encodedSurrogatesAndOverlongFormsAreInvalid() throws IOException {
        Path surrogate = bytes("s.txt", new byte[]{(byte) 0xED, (byte) 0xA0, (byte) 0xBD});
        assertOneLine(() -> read(surrogate)).contains("isn't UTF-8");
        Path overlong = bytes("o.json", new byte[]{'[', '"', (byte) 0xC0, (byte) 0x80, '"', ']'});
        assertOneLine(() -> read(overlong)).contains("isn't UTF-8: byte 2");
    }

    @Test
    void utf16IsCalledByItsName() throws IOException {
        Path file = bytes("wide.txt", "text".getBytes(StandardCharsets.UTF_16));
        assertOneLine(() -> read(file)).contains("is UTF-16").contains("save it as UTF-8");
    }

    @Test
    void halfASurrogatePairIsNamed() throws IOException {
        Path file = file("half.json", "[\"fine \\ud83d\\ude00\", \"ab\\ud83d\"]");
        assertOneLine(() -> read(file)).contains("half.json[1]: character 2 is \\ud83d");
        assertOneLine(() -> prompts(TextInput.Given.of("\ude00"))).contains("the text: character 0 is \\ude00");
    }

    @Test
    void jsonIsAnArrayOfStrings() throws IOException {
        assertThat(texts("a.json", "[\"one\", \"tw\\u00f6\\n\", \"\"] \n")).containsExactly("one", "twö\n", "");
        assertOneLine(() -> texts("a.json", "{\"a\": 1}")).contains("a.json holds an object, not an array");
        assertOneLine(() -> texts("a.json", "[\"one\", 2]")).contains("a.json[1] is a number, not a string");
        assertOneLine(() -> texts("a.json", "[\"one\", \"two\"")).contains("ends in the middle");
        assertOneLine(() -> texts("a.json", "[\"one\"] [\"two\"]")).contains("goes on after the end of its array");
        assertOneLine(() -> texts("a.json", "[\"one\" \"two\"]")).contains("a.json isn't valid JSON (line 1, column 8)");
        assertOneLine(() -> texts("a.json", "")).contains("holds nothing");
    }

    @Test
    void jsonLinesReadANamedColumn() throws IOException {
        String lines = "{\"id\": 1, \"text\": \"one\"}\n\n{\"deep\": {\"text\": \"no\"}, \"text\": \"two\"}\n";
        assertThat(texts("a.jsonl", lines)).containsExactly("one", "two");
        Path titles = file("t.jsonl", "{\"title\": \"T\", \"text\": \"x\"}\n");
        assertThat(prompts(TextInput.ofFile(titles, Optional.of("title")))).extracting(TextInputTest::text).containsExactly("T");
        assertOneLine(() -> prompts(TextInput.ofFile(titles, Optional.of("titel"))))
                .contains("t.jsonl line 1 has no column 'titel'; its columns are title, text");
    }

    @Test
    void jsonLinesSayWhichLineIsWrong() {
        assertOneLine(() -> texts("a.jsonl", "{\"text\": \"one\"}\n{\"txt\": \"two\"}"))
                .contains("line 2 has no column 'text'; its columns are txt");
        assertOneLine(() -> texts("a.jsonl", "{\"text\": null}")).contains("line 1: 'text' is null, not a string");
        assertOneLine(() -> texts("a.jsonl", "[1]")).contains("line 1 is an array, not an object");
        assertOneLine(() -> texts("a.jsonl", "{\"text\": \"one\"")).contains("line 1 isn't valid JSON");
        assertOneLine(() -> texts("a.jsonl", "{\"text\": \"one\"} {}")).contains("line 1 holds more than one object");
        assertOneLine(() -> texts("a.jsonl", "{\"a\": \"1\", \"b\": \"2\"}"))
                .contains("which column holds the texts? name it with --column; there are a, b");
        assertOneLine(() -> texts("a.jsonl", "{\"text\": \"1\", \"text\": \"2\"}")).contains("line 1 isn't valid JSON");
    }

    @Test
    void tabSeparatedTextsReadANamedColumn() throws IOException {
        assertThat(texts("a.tsv", "id\ttext\r\n1\tone \"quoted\"\r\n2\t\r\n")).containsExactly("one \"quoted\"", "");
        assertThat(texts("a.tsv", "word\nking\nqueen\n")).containsExactly("king", "queen");
        assertOneLine(() -> texts("a.tsv", "id\ttext\n1\tone\textra\n"))
                .contains("a.tsv line 2 has 3 columns, the first line of the file has 2");
        assertOneLine(() -> texts("a.tsv", "id\tword\n1\tone\n")).contains("there are id, word");
        assertOneLine(() -> texts("a.tsv", "")).contains("a.tsv is empty");
    }

    @Test
    void aWholeFileIsOneTextWithItsLineEnds() throws IOException {
        Path file = file("a.md", "one\r\ntwo\n");
        assertThat(prompts(new TextInput.WholeFile(file))).extracting(TextInputTest::text).containsExactly("one\r\ntwo\n");
        assertThat(prompts(new TextInput.WholeFile(file("b.md", "")))).extracting(TextInputTest::text).containsExactly("");
    }

    @Test
    void tokenIdsAreArraysOfWholeNumbers() throws IOException {
        List<Prompt> prompts = prompts(new TextInput.TokenIds(file("ids.json", "[[504, 3575], [], [-1]]")));
        assertThat(prompts).extracting(prompt -> ((Prompt.Ids) prompt).ids()).containsExactly(new int[]{504, 3575}, new int[0],
                new int[]{-1});
        assertOneLine(() -> ids("[1, 2]")).contains("ids.json[0] is a number; token ids come as an array for each text");
        assertOneLine(() -> ids("[[1, 2.0]]")).contains("ids.json[0][1] is a number with a fraction, not a token id");
        assertOneLine(() -> ids("[[1], [99999999999]]")).contains("ids.json[1][0] is 99999999999, too large");
        assertOneLine(() -> ids("[[\"1\"]]")).contains("is a string, not a token id");
    }

    @Test
    void namesAndFilesThatDontFitAreAnsweredInOneLine() throws IOException {
        assertOneLine(() -> TextInput.ofFile(Path.of("texts.pdf"), Optional.empty())).contains("texts.pdf").contains(".jsonl")
                .contains("--text-file");
        assertOneLine(() -> TextInput.ofFile(Path.of("texts.txt"), Optional.of("text"))).contains("--column is for .jsonl and .tsv");
        assertOneLine(() -> read(folder().resolve("missing.txt"))).contains("missing.txt: there is no such file");
        Path nested = Files.createDirectory(folder().resolve("folder.txt"));
        assertOneLine(() -> read(nested)).contains("folder.txt is a folder");
    }

    @Test
    void theHashIsThatOfTheFile() throws IOException {
        try (PromptReader reader = TextInput.ofFile(file("a.json", "[\"a\"]\n\n"), Optional.empty()).open()) {
            while (reader.next() != null) {
                // to the end
            }
            assertThat(reader.sha256()).isEqualTo("bbaec94f1883869bbe082221d6249180a012f8e91c4e0d6ae3660b8a9d8c7156");
        }
    }

    @Property(tries = 200)
    void linesComeBackAsTheyWereWritten(@ForAll("textLists") List<String> written) throws IOException {
        Path file = Files.createTempFile("lines", ".txt");
        try {
            Files.writeString(file, String.join("", written.stream().map(text -> text + "\n").toList()));
            assertThat(prompts(new TextInput.Lines(file))).extracting(TextInputTest::text).containsExactlyElementsOf(written);
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 200)
    void bytesAreEitherTheTextOrAnError(@ForAll byte[] bytes) throws IOException {
        Path file = Files.createTempFile("bytes", ".txt");
        try {
            Files.write(file, bytes);
            try {
                List<Prompt> prompts = prompts(new TextInput.WholeFile(file));
                ByteArrayOutputStream back = new ByteArrayOutputStream();
                if (new String(bytes, StandardCharsets.UTF_8).startsWith("\uFEFF")) {
                    back.writeBytes(new byte[]{(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
                }
                back.writeBytes(text(prompts.getFirst()).getBytes(StandardCharsets.UTF_8));
                assertThat(back.toByteArray()).isEqualTo(bytes);
            } catch (LatentException e) {
                assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\uFFFD");
            }
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<List<String>> textLists() {
        return Arbitraries.strings().excludeChars('\n', '\r', '\uFEFF').withChars("aé€😀\0\t ").ofMaxLength(40).list().ofMaxSize(20)
                .map(texts -> texts.stream().map(text -> text.codePoints().filter(c -> c < 0xD800 || c > 0xDFFF)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString()).toList());
    }

    private List<String> texts(String name, String content) throws IOException {
        return read(file(name, content));
    }

    private List<Prompt> ids(String content) throws IOException {
        return prompts(new TextInput.TokenIds(file("ids.json", content)));
    }

    private static List<String> read(Path file) {
        return prompts(TextInput.ofFile(file, Optional.empty())).stream().map(TextInputTest::text).toList();
    }

    private static List<Prompt> prompts(TextInput input) {
        List<Prompt> prompts = new ArrayList<>();
        try (PromptReader reader = input.open()) {
            for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                prompts.add(prompt);
            }
        }
        return prompts;
    }

    private static String text(Prompt prompt) {
        return ((Prompt.Text) prompt).text();
    }

    private static org.assertj.core.api.AbstractStringAssert<?> assertOneLine(ThrowingCallable work) {
        var thrown = assertThatThrownBy(work).isInstanceOf(LatentException.class);
        thrown.message().doesNotContain("\n").doesNotContain("REDACTED");
        return (org.assertj.core.api.AbstractStringAssert<?>) thrown.message();
    }

    private Path file(String name, String content) throws IOException {
        return bytes(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private Path bytes(String name, byte[] content) throws IOException {
        return Files.write(folder().resolve(name), content);
    }

    private Path folder() {
        return java.util.Objects.requireNonNull(folder);
    }
}
