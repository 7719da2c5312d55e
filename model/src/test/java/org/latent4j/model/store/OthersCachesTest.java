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
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.ModelStore.Located;

/** Hugging Face's and Ollama's caches as their programs lay them out; everything here is offline. */
class OthersCachesTest {
    private static final String COMMIT = "aaaabbbbccccddddeeeeffff0000111122223333";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private StoreFixture fixture;

    @BeforeEach
    void offline() throws IOException {
        fixture = new StoreFixture(folder);
        fixture.offline = Optional.of("--offline");
    }

    private Located locate(String name) {
        return fixture.store().locate(name, Progress.NONE);
    }

    /** As huggingface_hub writes it: a blob by its hash, and a relative link to it. */
    private Path cached(Path hub, String repository, String file, byte[] content) throws IOException {
        Path home = hub.resolve("models--" + repository.replace("/", "--"));
        StoreFixture.write(home.resolve("refs/main"), COMMIT);
        Path blob = StoreFixture.write(home.resolve("blobs").resolve(FakeHub.sha256(content)), content);
        Path link = home.resolve("snapshots").resolve(COMMIT).resolve(file);
        Files.createDirectories(link.getParent());
        return Files.createSymbolicLink(link, link.getParent().relativize(blob));
    }

    private Path hub() {
        return fixture.home.resolve(".cache/huggingface/hub");
    }

    private Path cachedFolder(Path hub, String repository) throws IOException {
        cached(hub, repository, "config.json",
                "{\"model_type\": \"gpt2\", \"n_layer\": 5, \"n_embd\": 32, \"torch_dtype\": \"float32\"}".getBytes());
        cached(hub, repository, "tokenizer.json", "{}".getBytes());
        cached(hub, repository, "README.md", "---\ntags: [a]\nlicense: mit\n---\n# Model".getBytes());
        return cached(hub, repository, "model.safetensors", StoreFixture.CONTENT).getParent();
    }

    @Test
    void aRepositoryInHuggingFacesCacheIsFoundOffline() throws IOException {
        Path snapshot = cachedFolder(hub(), "acme/folder");
        assertThat(locate("acme/folder"))
                .isEqualTo(new Located(snapshot, "acme/folder", "Hugging Face's cache", Optional.of("mit"), false));
        assertThat(locate("acme/folder@" + COMMIT).path()).isEqualTo(snapshot);
        assertThatThrownBy(() -> locate("acme/folder@other")).hasMessageContaining("--offline forbids");
    }

    @ParameterizedTest
    @CsvSource({"HF_HUB_CACHE,''", "HF_HOME,hub", "XDG_CACHE_HOME,huggingface/hub"})
    void theCacheIsWhereItsVariablesSay(String variable, String below) throws IOException {
        Path named = folder.resolve("elsewhere");
        Path snapshot = cachedFolder(named.resolve(below), "acme/folder");
        fixture.environment.put(variable, named.toString());
        assertThat(locate("acme/folder").path()).isEqualTo(snapshot);
    }

    @Test
    void aRepositoryWithoutOrganisationIsStillFoundWhereItWasCached() throws IOException {
        assertThat(locateOld()).isEqualTo(hub().resolve("models--gpt2/snapshots").resolve(COMMIT));
    }

    private Path locateOld() throws IOException {
        cachedFolder(hub(), "gpt2");
        return locate("gpt2").path();
    }

    @Test
    void aGgufOfTheCacheIsFoundByItsNameOrQuantisation() throws IOException {
        Path eight = cached(hub(), "acme/two", "two-Q8_0.gguf", new byte[8]);
        cached(hub(), "acme/two", "two-Q4_0.gguf", new byte[4]);
        assertThat(locate("acme/two:Q8_0").path()).isEqualTo(eight);
        assertThat(locate("acme/two:two-Q8_0.gguf").path()).isEqualTo(eight);
        assertThatThrownBy(() -> locate("acme/two")).hasMessageContaining("acme/two holds 2 models; name one");
    }

    @Test
    void aCacheThatHoldsOnlyPartOfAModelDoesntCount() throws IOException {
        cached(hub(), "acme/tokenizer", "tokenizer.json", new byte[2]);
        cached(hub(), "acme/tokenizer", "config.json", "{}".getBytes());
        assertThatThrownBy(() -> locate("acme/tokenizer")).hasMessageContaining("--offline forbids");
        cached(hub(), "acme/shards", "config.json", "{}".getBytes());
        cached(hub(), "acme/shards", "tokenizer.json", new byte[2]);
        cached(hub(), "acme/shards", "model.safetensors.index.json", "{}".getBytes());
        cached(hub(), "acme/shards", "model-00001-of-00002.safetensors", new byte[1]);
        assertThatThrownBy(() -> locate("acme/shards")).hasMessageContaining("--offline forbids");
        cached(hub(), "acme/shards", "model-00002-of-00002.safetensors", new byte[3]);
        assertThat(locate("acme/shards").path()).isDirectory();
    }

    @Test
    void aLinkThatLeavesTheRepositorysFolderIsRefused() throws IOException {
        Path snapshot = cachedFolder(hub(), "acme/folder");
        Path secret = Files.writeString(folder.resolve("secret"), "{}");
        Files.delete(snapshot.resolve("tokenizer.json"));
        Files.createSymbolicLink(snapshot.resolve("tokenizer.json"), secret);
        assertThatThrownBy(() -> locate("acme/folder"))
                .isInstanceOf(LatentException.class)
                .hasMessageContaining("tokenizer.json in ")
                .hasMessageContaining("is a link that leads out of the repository's folder");
    }

    @Test
    void aReferenceThatLeavesTheCacheIsNoReference() throws IOException {
        cachedFolder(hub(), "acme/folder");
        StoreFixture.write(hub().resolve("models--acme--folder/refs/main"), "../../../../..");
        assertThatThrownBy(() -> locate("acme/folder")).hasMessageContaining("--offline forbids");
    }

    @Test
    void aCatalogueModelIsTakenFromTheCacheIfItIsTheOneThatIsPinned() throws IOException {
        Path other = cached(hub(), StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.content(StoreFixture.CONTENT.length, 5));
        assertThatThrownBy(() -> locate("tiny-lm")).hasMessageContaining("--offline forbids");
        Files.delete(other);
        Path pinned = cached(hub(), StoreFixture.REPOSITORY, "tiny.gguf", StoreFixture.CONTENT);
        assertThat(locate("tiny-lm")).isEqualTo(new Located(pinned, "tiny-lm", "Hugging Face's cache", Optional.of("Apache-2.0"), false));
        Files.delete(pinned);
        Files.write(pinned, StoreFixture.CONTENT); // as on Windows, where there are no links and so no hash in a name
        assertThat(locate("tiny-lm").path()).isEqualTo(pinned);
    }

    private Path ollama(String path, byte[] content, String licence) throws IOException {
        Path root = fixture.home.resolve("ollama");
        Path blob = StoreFixture.write(root.resolve("blobs/sha256-" + FakeHub.sha256(content)), content);
        byte[] terms = licence.getBytes();
        StoreFixture.write(root.resolve("blobs/sha256-" + FakeHub.sha256(terms)), terms);
        StoreFixture.write(
                root.resolve("manifests").resolve(path),
                """
                {"schemaVersion": 2, "config": {"digest": "sha256:0", "size": 3}, "layers": [
                  {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%s", "size": %d},
                  {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:%s", "size": %d}]}
                """
                        .formatted(FakeHub.sha256(content), content.length, FakeHub.sha256(terms), terms.length));
        return blob;
    }

    @Test
    void ollamasModelsAreFoundByTheirNamesThere() throws IOException {
        Path official = ollama("registry.example/library/llama3.2/1b", new byte[5], "\n  LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nText");
        Path latest = ollama("registry.example/library/smollm/latest", new byte[6], "Apache");
        Path users = ollama("registry.example/someone/model/q4", new byte[7], "MIT");
        assertThat(locate("llama3.2:1b"))
                .isEqualTo(new Located(official, "llama3.2:1b", "Ollama", Optional.of("LLAMA 3.2 COMMUNITY LICENSE AGREEMENT"), false));
        assertThat(locate("ollama:llama3.2:1b").path()).isEqualTo(official);
        assertThat(locate("smollm").path()).isEqualTo(latest);
        assertThat(locate("ollama:someone/model:q4").path()).isEqualTo(users);
        assertThat(locate("ollama:registry.example/someone/model:q4").path()).isEqualTo(users);
        assertThatThrownBy(() -> locate("ollama:llama3.2"))
                .hasMessage("Ollama has no model 'llama3.2' here; 'ollama pull llama3.2' fetches it");
        assertThatThrownBy(() -> locate("ollama:../../x:y")).isInstanceOf(LatentException.class);
    }

    @Test
    void aManifestThatNamesNoWholeBlobIsNoModel() throws IOException {
        Path blob = ollama("registry.example/library/cut/latest", new byte[5], "MIT");
        Files.write(blob, new byte[4]);
        assertThatThrownBy(() -> locate("cut")).hasMessageStartingWith("there is no model 'cut'");
        StoreFixture.write(fixture.home.resolve("ollama/manifests/registry.example/library/evil/latest"),
                "{\"layers\": [{\"mediaType\": \"application/vnd.ollama.image.model\", \"digest\": \"sha256:../../../secret\", \"size\": 1}]}");
        assertThatThrownBy(() -> locate("evil")).hasMessageStartingWith("there is no model 'evil'");
        StoreFixture.write(fixture.home.resolve("ollama/manifests/registry.example/library/odd/latest"), "not json");
        assertThat(fixture.store().entries(_ -> Details.UNKNOWN)).extracting(Entry::name).containsExactly("tiny-lm");
    }

    @Test
    void theListTellsWhatIsWhereAndWhatIsKnownOfIt() throws IOException {
        cachedFolder(hub(), "acme/folder");
        cached(hub(), "acme/two", "two-Q8_0.gguf", new byte[8]);
        ollama("registry.example/library/smollm/latest", new byte[6], "Apache");
        Details gguf = Details.of("llama", 3, 64, "Q8_0");
        List<Entry> entries = fixture.store().entries(path -> {
            if (Files.isSymbolicLink(path)) {
                return gguf;
            }
            throw new LatentException("no GGUF");
        });
        assertThat(entries).extracting(Entry::name).containsExactly("acme/folder", "acme/two:two-Q8_0.gguf", "smollm:latest", "tiny-lm");
        assertThat(entries).extracting(Entry::place)
                .containsExactly(Entry.Place.HUGGING_FACE, Entry.Place.HUGGING_FACE, Entry.Place.OLLAMA, Entry.Place.CATALOGUE);
        assertThat(entries).extracting(Entry::details)
                .containsExactly(Details.of("gpt2", 5, 32, "F32"), gguf, Details.UNKNOWN, Details.of("llama", 2, 8, "F32"));
        assertThat(entries.get(0).licence()).contains("mit");
        assertThat(entries.get(1).bytes()).isEqualTo(8);
        assertThat(entries.get(3).origin()).isEqualTo("hub acme/tiny-GGUF, or package tiny-lm-a 1.0 and 1 parts (pip)");
        for (Entry entry : entries.subList(0, 3)) {
            assertThat(locate(entry.name()).path()).as(entry.name()).isEqualTo(entry.path().orElseThrow());
        }
    }

    @Test
    void othersModelsAreNeverRemoved() throws IOException {
        Path snapshot = cachedFolder(hub(), "acme/folder");
        Path blob = ollama("registry.example/library/smollm/latest", new byte[6], "Apache");
        assertThatThrownBy(() -> fixture.store().remove("acme/folder"))
                .hasMessage("model acme/folder is in Hugging Face's cache, and not latent's to delete; it is in " + snapshot);
        assertThatThrownBy(() -> fixture.store().remove("smollm:latest"))
                .hasMessage("model smollm:latest is Ollama's, and not latent's to delete; 'ollama rm smollm:latest' does it");
        assertThatThrownBy(() -> fixture.store().remove("tiny-lm"))
                .hasMessage("model tiny-lm isn't in the cache: there is nothing to remove");
        assertThatThrownBy(() -> fixture.store().remove("tiny-ml"))
                .hasMessage("there is no model 'tiny-ml' in the cache to remove; did you mean tiny-lm?");
        assertThat(snapshot).isDirectory();
        assertThat(blob).exists();
    }
}
