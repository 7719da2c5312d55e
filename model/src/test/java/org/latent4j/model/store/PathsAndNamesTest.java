package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;

class PathsAndNamesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private StoreFixture fixture;

    @BeforeEach
    void makeStore() throws IOException {
        fixture = new StoreFixture(folder);
    }

    private Path locate(String name) {
        return fixture.store().locate(name, Progress.NONE).path();
    }

    @Test
    void aFileIsTakenAtItsWord() throws IOException {
        Path gguf = Files.write(folder.resolve("some model.gguf"), new byte[4]);
        assertThat(locate(gguf.toString())).isEqualTo(gguf);
        assertThatThrownBy(() -> locate(folder.resolve("none.gguf").toString()))
                .isInstanceOf(LatentException.class)
                .hasMessageStartingWith("there is no file or folder " + folder.resolve("none.gguf"));
        assertThatThrownBy(() -> fixture.store().pull(gguf.toString(), Progress.NONE)).hasMessageContaining("is on this machine already");
    }

    @Test
    void aFolderStandsForItselfOrForItsOnlyGguf() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        assertThatThrownBy(() -> locate(model.toString()))
                .hasMessage("folder %s holds no model: neither config.json nor a .gguf file".formatted(model));
        Path first = Files.write(model.resolve("a-00001-of-00002.gguf"), new byte[1]);
        Files.write(model.resolve("a-00002-of-00002.gguf"), new byte[1]);
        Files.write(model.resolve("mmproj-a.gguf"), new byte[1]);
        assertThat(locate(model.toString())).isEqualTo(first);
        Files.write(model.resolve("b.gguf"), new byte[1]);
        assertThatThrownBy(() -> locate(model.toString())).hasMessageContaining("holds 2 models; name one of its files");
        Files.writeString(model.resolve("config.json"), "{}");
        assertThat(locate(model.toString())).isEqualTo(model);
    }

    @ParameterizedTest
    @CsvSource({"tiny-ml,tiny-lm", "tinylm,tiny-lm", "Tiny-LM,tiny-lm", "tiny,tiny-lm"})
    void anUnknownNameIsAnsweredWithTheNearest(String name, String nearest) {
        assertThatThrownBy(() -> locate(name)).isInstanceOf(LatentException.class)
                .hasMessage("there is no model '%s'; did you mean %s?".formatted(name, nearest));
    }

    @Test
    void aNameNearToNothingIsAnsweredWithWhereToLook() {
        assertThatThrownBy(() -> locate("zebra"))
                .hasMessage("there is no model 'zebra'; 'latent models' lists what there is, and a path or org/name will do as well");
    }

    @Test
    void theNearestOfTheRealCatalogueAreTheOnesMeant() {
        List<String> names = Catalogue.standard().models().stream().map(CatalogueModel::name).toList();
        assertThat(Nearest.to("smollm3", names)).startsWith("smollm2-135m-instruct");
        assertThat(Nearest.to("gemma3", names)).startsWith("gemma-3-270m");
        assertThat(Nearest.to("mini-lm", names)).startsWith("minilm");
        assertThat(Nearest.to("glove50", names)).startsWith("glove-50d");
        assertThat(Nearest.to("x", names)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\0b", "org/na\tme"})
    void emptyNamesAndControlCharactersAreRefusedInOneLine(String name) {
        assertThatThrownBy(() -> locate(name)).isInstanceOf(LatentException.class).message().isNotEmpty().doesNotContain("\n")
                .doesNotContain("\0");
    }

    @Test
    void aNameOfTenMegabytesIsRefusedInAShortLine() {
        assertThatThrownBy(() -> locate("x".repeat(10 << 20))).isInstanceOf(LatentException.class).message().hasSizeLessThan(300);
        assertThatThrownBy(() -> locate("x/" + "y".repeat(5000))).isInstanceOf(LatentException.class).message().hasSizeLessThan(300);
    }

    @Test
    void theForms() {
        assertThat(ModelName.parse("glove")).isEqualTo(new ModelName.Word("glove"));
        assertThat(ModelName.parse("llama3.2:1b")).isEqualTo(new ModelName.Word("llama3.2:1b"));
        assertThat(ModelName.parse("ollama:x/y:z")).isEqualTo(new ModelName.Ollama("x/y:z"));
        assertThat(ModelName.parse("org/name")).isEqualTo(new ModelName.Hub("org/name", Optional.empty(), "main"));
        assertThat(ModelName.parse("org/name:Q4_K_M")).isEqualTo(new ModelName.Hub("org/name", Optional.of("Q4_K_M"), "main"));
        assertThat(ModelName.parse("org/name:a/b.gguf@v1")).isEqualTo(new ModelName.Hub("org/name", Optional.of("a/b.gguf"), "v1"));
        assertThat(ModelName.parse("org/name@refs/pr/1:b.gguf"))
                .isEqualTo(new ModelName.Hub("org/name", Optional.of("b.gguf"), "refs/pr/1"));
        for (String path : List.of("x.gguf", "a/x.gguf", "/a/b", "./a", "../a", "~/a", "a/b/c", "C:\\a", "a/", ".")) {
            assertThat(ModelName.parse(path)).as(path).isEqualTo(new ModelName.Local(path));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Q4_K_M,m-Q4_K_M.gguf,true", "q4_k_m,m.Q4_K_M.gguf,true", "Q4_K_M,m-IQ4_K_M.gguf,false", "Q4_K,m-Q4_K_M.gguf,false",
        "Q8_0,d/m-Q8_0-00001-of-00002.gguf,true", "m.gguf,d/m.gguf,true", "d/m.gguf,d/m.gguf,true", "f16,f16.gguf,true",
        "6,m-f16.gguf,false"
    })
    void aQuantisationMeansTheFileThatEndsWithIt(String selection, String path, boolean meant) {
        assertThat(GgufName.isMeantBy(selection, path)).isEqualTo(meant);
    }

    @Test
    void pathsThatCouldLeaveTheirFolderAreUnsafe() {
        assertThat(List.of("a", "a/b.json", "1_Pooling/config.json", "a..b", "über.txt")).allMatch(RepositoryPath::isSafe);
        assertThat(List.of("", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "C:a", "a\nb", "a\0", "a.", "a ", "x".repeat(2000),
                "a?b", "\ud800"))
                .noneMatch(RepositoryPath::isSafe);
    }

    @Test
    void theCatalogueIsWholeAndItsDefaultIsALanguageModelOfASingleFile() {
        Catalogue catalogue = Catalogue.standard();
        assertThat(catalogue.models()).extracting(CatalogueModel::name).containsExactly("smollm2-135m-instruct", "minilm", "glove",
                "glove-50d", "gemma-3-270m");
        assertThat(catalogue.models()).allSatisfy(model -> {
            assertThat(model.files()).isNotEmpty()
                    .allMatch(file -> RepositoryPath.isSafe(file.path()) && Sha256.isHex(file.sha256()) && file.size() > 0);
            List<String> files = model.files().stream().map(CatalogueModel.PinnedFile::path).toList();
            assertThat(model.open().equals(".") || files.contains(model.open())).isTrue();
            assertThat(model.fallback().orElseThrow().packages().stream().flatMap(parts -> parts.members().stream())
                    .map(CatalogueModel.Member::file).distinct())
                    .as("every file comes out of the packages")
                    .containsExactlyInAnyOrderElementsOf(files);
            assertThat(model.fallback().orElseThrow().packages()).allMatch(parts -> parts.name().matches("[a-z0-9-]+(==|@)[0-9.]+"));
        });
        CatalogueModel first = catalogue.find(catalogue.defaultName()).orElseThrow();
        assertThat(first.kind()).isEqualTo(CatalogueModel.Kind.LANGUAGE_MODEL);
        assertThat(first.details()).isEqualTo(Details.of("llama", 30, 576, "Q4_1/Q8_0/F32"));
        assertThat(first.size()).isEqualTo(98_362_432);
    }

    @Test
    void aChangedPinNeedsANewEdition() {
        StringBuilder pins = new StringBuilder();
        Catalogue.standard().models()
                .forEach(model -> model.files().forEach(file -> pins.append(file.path()).append(' ').append(file.sha256()).append('\n')));
        byte[] bytes = pins.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(Catalogue.EDITION + " " + FakeHub.sha256(bytes))
                .isEqualTo("1 1737c844b7e5d2a0f0e6db0abb7c62a6301ff5e12cdbec67a5986448a82154cc");
    }
}
