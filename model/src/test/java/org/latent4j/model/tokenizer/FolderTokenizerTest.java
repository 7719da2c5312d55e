package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.TokenizerFiles;

/** Tokenizers of Hugging Face folders; the library of Hugging Face is also the reference for our own BPE. */
class FolderTokenizerTest {
    @TempDir
    private static Path root;
    private static Tokenizer library;
    private static Tokenizer own;

    @BeforeAll
    static void open() throws IOException {
        Path folder = TestFolders.smollm2(Files.createDirectory(root.resolve("smollm2")));
        library = Tokenizer.open(new TokenizerFiles.Folder(folder));
        own = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"));
    }

    @AfterAll
    static void close() {
        library.close();
        own.close();
    }

    @Test
    void awkwardTextsHaveTheIdsOfTransformers() throws IOException {
        for (GgufTokenizerTest.Case expected : GgufTokenizerTest.Case.all("smollm2-tokenizer.expected.json")) {
            assertThat(library.encode(expected.text())).containsExactly(expected.ids());
            assertThat(library.decode(expected.ids())).isEqualTo(expected.text());
        }
    }

    @Test
    void everyCharacterHasTheSameIdsInTheLibraryAndInOurOwn() {
        List<String> differing = new ArrayList<>();
        for (int first = 0; first <= Character.MAX_CODE_POINT; first += 64) {
            for (String pattern : List.of(" %s%s", "a%s ", "1%s  ")) {
                StringBuilder text = new StringBuilder();
                for (int c = first; c < first + 64; c++) {
                    if (Character.isDefined(c) && Character.getType(c) != Character.SURROGATE) {
                        text.append(pattern.replace("%s", Character.toString(c))).append("b");
                    }
                }
                if (!Arrays.equals(library.encode(text.toString()), own.encode(text.toString()))) {
                    differing.add(Integer.toHexString(first) + pattern);
                }
            }
        }
        assertThat(differing).isEmpty();
    }

    @Test
    void randomTextsHaveTheSameIdsInTheLibraryAndInOurOwn() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3000; i++) {
            String text = RandomText.mixed(random, 60);
            assertThat(own.encode(text)).as(text).containsExactly(library.encode(text));
        }
    }

    @Test
    void nothingIsAddedCutOrPadded() {
        assertThat(library.encode("one two three four five six seven")).hasSize(7);
        assertThat(library.encode("")).isEmpty();
        assertThat(library.encodeWithSpecial("")).containsExactly(1);
        assertThat(library.encodeWithSpecial("Hi")).containsExactly(1, 26843);
    }

    @Test
    void settingsNameBeginAndEnds() {
        assertThat(library.beginToken()).hasValue(1);
        assertThat(library.endToken()).hasValue(2);
        assertThat(library.endTokens()).containsExactlyInAnyOrder(0, 2);
        assertThat(library.size()).isEqualTo(49152);
        assertThat(library.token(7042)).isEqualTo(" Paris");
        assertThat(library.sha256()).hasSize(64).isEqualTo(library.sha256()).isNotEqualTo(own.sha256());
    }

    @Test
    void gpt2FilesMakeATokenizer() throws IOException {
        Path folder = TestFolders.gpt2(Files.createDirectory(root.resolve("gpt2")));
        try (Tokenizer gpt2 = new Tokenizer(FolderTokenizer.open(folder))) {
            assertThat(gpt2.encode("The capital<|endoftext|>")).containsExactly(504, 3575, 0);
            assertThat(gpt2.endTokens()).containsExactly(0);
            assertThat(gpt2.size()).isEqualTo(49152);
        }
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"RobertaTokenizer\"}");
        assertThatThrownBy(() -> FolderTokenizer.open(folder)).isInstanceOf(LatentException.class)
                .hasMessageContaining("RobertaTokenizer");
    }

    @Test
    void sentencePieceStreamsAsTheLibraryDecodes() throws IOException {
        Path folder = TestFolders.sentencePiece(Files.createDirectory(root.resolve("spm")));
        try (Tokenizer spm = new Tokenizer(FolderTokenizer.open(folder))) {
            assertThat(spm.decode(spm.encode("ab  é日a c"))).isEqualTo("ab  é日a c");
            assertThat(spm.token(259)).isEqualTo(" ");
            assertThat(spm.token(3 + 0xE6)).isEqualTo("\uFFFD");
            TextStream stream = spm.stream();
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < 2000; i++) {
                int[] ids = random.ints(random.nextInt(12), 0, spm.size()).map(id -> random.nextBoolean()
                        ? id
                        : 259
                                + id % 8)
                        .toArray();
                StringBuilder text = new StringBuilder();
                for (int id : ids) {
                    text.append(stream.add(id));
                }
                assertThat(text.append(stream.finish()).toString()).as(Arrays.toString(ids)).isEqualTo(spm.decode(ids));
            }
        }
    }

    @Test
    void manyThreadsGetTheSameIds() throws Exception {
        String text = "The capital of France is Paris. ".repeat(200);
        int[] expected = own.encode(text);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> works = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                Tokenizer tokenizer = i % 2 == 0 ? library : own;
                works.add(() -> Arrays.equals(tokenizer.encode(text), expected) && tokenizer.decode(expected)
                        .equals(text));
            }
            for (Future<Boolean> work : threads.invokeAll(works)) {
                assertThat(work.get()).isTrue();
            }
        }
    }

    @Test
    void aClosedTokenizerIsRefused() throws IOException {
        Path folder = TestFolders.sentencePiece(Files.createDirectory(root.resolve("closed")));
        Tokenizer closed = Tokenizer.open(new TokenizerFiles.Folder(folder));
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.encode("a")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void foldersWithoutATokenizerAreRefusedByName() throws IOException {
        Path empty = Files.createDirectory(root.resolve("empty"));
        assertThatThrownBy(() -> FolderTokenizer.open(empty)).isInstanceOf(LatentException.class)
                .hasMessageStartingWith(empty + " has no tokenizer");
        Files.writeString(empty.resolve("tokenizer.model"), "");
        assertThatThrownBy(() -> FolderTokenizer.open(empty)).hasMessageContaining("SentencePiece");
        Files.writeString(empty.resolve("tokenizer.json"), "{\"model\": 7}");
        assertThatThrownBy(() -> FolderTokenizer.open(empty)).isInstanceOf(LatentException.class)
                .hasMessageStartingWith(empty.resolve("tokenizer.json")
                        + " isn't a tokenizer: its model isn't an object");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "null",
        "{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true}",
        "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'always', 'split': true}",
        "{'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'never', 'split': true}",
        "{'type': 'Metaspace', 'replacement': '▁', 'add_prefix_space': true}",
        "{'type': 'WordPiece', 'prefix': 'a', 'cleanup': true}",
        "{'type': 'WordPiece', 'prefix': '##', 'cleanup': false}",
        "{'type': 'BPEDecoder', 'suffix': 'b'}", "{'type': 'Fuse'}", "{'type': 'ByteFallback'}",
        "{'type': 'Strip', 'content': 'a', 'start': 1, 'stop': 1}",
        "{'type': 'Replace', 'pattern': {'String': 'ab'}, 'content': 'x'}",
        "{'type': 'Sequence', 'decoders': [{'type': 'ByteFallback'}, {'type': 'Metaspace', 'replacement': '▁',"
                + " 'prepend_scheme': 'first', 'split': false}]}"
    })
    void decodersSayWhatTheLibrarySays(String decoder) throws IOException {
        Path folder = Files.createTempDirectory(root, "decoder");
        Path file = TestFolders.sentencePiece(folder).resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
        json.set("decoder", new ObjectMapper().readTree(decoder.replace('\'', '"')));
        Files.writeString(file, json.toString());
        TokenizersLibrary reference = NativeLibrary.get();
        long handle = reference.createTokenizerFromString(json.toString());
        try (Tokenizer tokenizer = Tokenizer.open(new TokenizerFiles.Folder(folder))) {
            SplittableRandom random = new SplittableRandom(5);
            for (int i = 0; i < 300; i++) {
                int[] ids = random.ints(1 + random.nextInt(9), 0, 267).map(id -> id % 3 == 0 ? id : 259 + id % 8)
                        .toArray();
                // The library ends the process when a token is shorter than what is to be stripped from it.
                String expected = reference.decode(handle, Arrays.stream(ids).filter(id -> !decoder.contains("Strip")
                        || id != 260)
                        .asLongStream().toArray(), false);
                assertThat(tokenizer.decode(Arrays.stream(ids).filter(id -> !decoder.contains("Strip") || id != 260)
                        .toArray()))
                        .as(Arrays.toString(ids)).isEqualTo(expected);
            }
        } finally {
            reference.deleteTokenizer(handle);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"model\":", "{\"decoder\": {\"type\": \"CTC\"}}",
        "{\"pre_tokenizer\": 1e999}",
        "{\"pre_tokenizer\": \"\\ud800\"}", "{\"added_tokens\": [{\"id\": -1}]}", "{} {}", "\u0000",
        "{\"model\": {\"vocab\": {\"a\": 4000000000}}}", "{\"model\": {\"vocab\": {\"a\": \"b\"}}}"})
    void brokenFilesAreRefusedBeforeTheLibrarySeesThem(String json) throws IOException {
        Path folder = Files.createTempDirectory(root, "broken");
        Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> Tokenizer.open(new TokenizerFiles.Folder(folder))).isInstanceOf(LatentException.class)
                .hasMessageStartingWith(folder.toString()).message().doesNotContain("\n");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        Path folder = Files.createTempDirectory(root, "deep");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"decoder\": " + "[".repeat(100_000));
        assertThatThrownBy(() -> Tokenizer.open(new TokenizerFiles.Folder(folder))).isInstanceOf(LatentException.class);
    }
}
