package org.latent4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderLinksTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @SuppressWarnings("NullAway.Init")
    private Path model;

    @BeforeEach
    void makeFolder() throws IOException {
        model = Files.createDirectory(temp.resolve("model"));
    }

    /** A link in the model's folder to a file elsewhere. */
    private Path link(String target) throws IOException {
        Path to = temp.resolve(target);
        Files.createDirectories(to.getParent());
        Files.writeString(to, "{}");
        return Files.createSymbolicLink(model.resolve("config.json"), model.relativize(to));
    }

    @Test
    void whatIsInTheFolderIsFound() throws IOException {
        Path file = Files.writeString(model.resolve("a.json"), "{}");
        assertThat(FolderLinks.resolve(model, "a.json")).isEqualTo(file);
        assertThat(FolderLinks.resolve(model, "none.json")).isEqualTo(model.resolve("none.json"));
        Path renamed = Files.createSymbolicLink(model.resolve("b.json"), Path.of("a.json"));
        assertThat(FolderLinks.resolve(model, "b.json")).isEqualTo(renamed);
    }

    @Test
    void aFolderMayItselfBeALink() throws IOException {
        Files.writeString(model.resolve("a.json"), "{}");
        Path other = Files.createSymbolicLink(temp.resolve("other"), model);
        assertThat(FolderLinks.resolve(other, "a.json")).isEqualTo(other.resolve("a.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "secret.json", "model-2/config.json", "blobs/" + HASH, "models--org--name/snapshots/" + HASH,
        "models--org--name/blobs/config.json", "models--org--name/blobs/" + HASH + "/config.json"})
    void aLinkOutOfTheFolderIsRefusedByName(String target) throws IOException {
        Path link = link(target);
        refused(() -> FolderLinks.resolve(model, "config.json"))
                .startsWith(link + ": is a link to " + temp.toRealPath().resolve(target) + ", which is neither")
                .contains("copy the file into the folder");
    }

    @Test
    void aFolderWithinThatIsALinkOutOfItIsRefused() throws IOException {
        Files.createSymbolicLink(model.resolve("1_Pooling"), Files.createDirectory(temp.resolve("elsewhere")));
        refused(() -> FolderLinks.resolve(model, "1_Pooling")).contains("is a link to");
    }

    @Test
    void linksToTheBlobsOfAHuggingFaceCacheAreFollowed() throws IOException {
        Path link = link("hub/models--org--name/blobs/" + HASH);
        assertThat(FolderLinks.resolve(model, "config.json")).isEqualTo(link);
    }

    @Test
    void aLinkToItselfOrToNothingIsLeftToWhoeverOpensIt() throws IOException {
        Files.createSymbolicLink(model.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(model.resolve("gone"), Path.of("../gone"));
        assertThat(FolderLinks.resolve(model, "loop")).isEqualTo(model.resolve("loop"));
        assertThat(FolderLinks.resolve(model, "gone")).isEqualTo(model.resolve("gone"));
    }
}
