package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;

class HashCacheTest {
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // FIPS 180-4, no bits
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4, "abc"

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** How often a file was read. */
    private final AtomicInteger reads = new AtomicInteger();

    private final Progress counting = (_, done, total, _) -> reads.addAndGet(done == total ? 1 : 0);

    private HashCache cache() {
        return new HashCache(Optional.of(folder.resolve("cache")));
    }

    @Test
    void oneFileHasItsOwnHashAndSeveralTheHashOfTheirs() throws IOException {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertThat(cache().sha256(List.of(abc), Progress.NONE)).isEqualTo(ABC);
        assertThat(cache().sha256(List.of(abc, empty), Progress.NONE))
                .isEqualTo(FakeHub.sha256((ABC + "\n" + EMPTY + "\n").getBytes(StandardCharsets.US_ASCII)))
                .isNotEqualTo(cache().sha256(List.of(empty, abc), Progress.NONE));
    }

    @Test
    void aFileIsReadOnceUntilItChanges() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abd");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        cache().sha256(List.of(file), counting);
        cache().sha256(List.of(file), counting);
        assertThat(reads).hasValue(1);
        Files.writeString(file, "abc");
        assertThat(cache().sha256(List.of(file), counting)).as("another time").isEqualTo(ABC);
        assertThat(reads).hasValue(2);
    }

    @Test
    void aLinkAndItsFileAreOne() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        cache().sha256(List.of(file), counting);
        assertThat(cache().sha256(List.of(link), counting)).isEqualTo(ABC);
        assertThat(reads).hasValue(1);
    }

    @Test
    void aDamagedCacheIsForgotten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");
        Path hashes = folder.resolve("cache/hashes.json");
        for (String damage : List.of("", "{\"files\": {", "[1]",
                "{\"files\": {\"" + file.toRealPath() + "\": {\"size\": 3, \"sha256\": \"no\"}}}")) {
            StoreFixture.write(hashes, damage);
            assertThat(cache().sha256(List.of(file), Progress.NONE)).isEqualTo(ABC);
        }
        assertThat(Json.read(hashes, 1000).members("files").orElseThrow().map()).hasSize(1);
    }

    @Test
    void withoutAPlaceToWriteNothingIsRememberedButAllIsAnswered() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");
        assertThat(new HashCache(Optional.empty()).sha256(List.of(file), Progress.NONE)).isEqualTo(ABC);
        assertThat(new HashCache(Optional.of(file.resolve("below a file"))).sha256(List.of(file), Progress.NONE)).isEqualTo(ABC);
    }

    @Test
    void manyAtOnceLeaveAWholeFileAndRightAnswers() throws Exception {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Files.writeString(folder.resolve("file" + i), "abc");
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 64; i++) {
                Path file = folder.resolve("file" + i % 16);
                answers.add(threads.submit(() -> cache().sha256(List.of(file), Progress.NONE)));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo(ABC);
            }
        }
        assertThat(Json.read(folder.resolve("cache/hashes.json"), 100_000).members("files").orElseThrow().map()).isNotEmpty();
        assertThat(StoreFixture.filesIn(folder.resolve("cache"))).containsExactly("hashes.json");
    }

    @Test
    void whatWasVerifiedWhenItWasFetchedIsntReadAgainUnlessItChanged() throws IOException {
        StoreFixture fixture = new StoreFixture(folder);
        fixture.installPip();
        Path file = fixture.store().locate("tiny-lm", Progress.NONE).path();
        assertThat(fixture.store().hashes().sha256(List.of(file), counting)).isEqualTo(FakeHub.sha256(StoreFixture.CONTENT));
        assertThat(reads).hasValue(0);
        Files.writeString(file, "abc");
        assertThat(fixture.store().hashes().sha256(List.of(file), counting)).isEqualTo(ABC);
        assertThat(reads).hasValue(1);
    }

    @Test
    void aFileThatIsntThereIsNamed() {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> cache().sha256(List.of(none), Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessage("%s can't be read: there is no such file or folder".formatted(none));
    }
}
