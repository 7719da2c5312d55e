package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/** A {@code .space} is there whole or not at all, and what was written of it is gone on with. */
class SpaceWriterTest {
    private static final Origin ORIGIN = new Origin(
            "x", Optional.of(new Fingerprint("ab", "cd", "raw").at("resid_post.3", "mean")), Optional.of("minilm"),
            Map.of("command", "latent"));

    @TempDir
    Path folder;

    private Path place() {
        return folder.resolve("a.space");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        List<String> names = List.of("plain", "with \"quotes\"", "a\\b\nc", "\ud83d\ude00 ü", "");
        Map<String, List<Object>> columns = Map.of("text", List.of("one", "two", "", "four", "five"), "n", List.of(1L, 2.5, true, -1L, 0L));
        Space space = Space.of(Matrix.of(5, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e-30f), Items.of(names, columns), ORIGIN);
        SpaceWriter.write(space, place(), SpaceWriter.Type.F32);
        Space read = Spaces.open(place());
        assertThat(read.vectors()).isEqualTo(space.vectors());
        assertThat(read.names()).isEqualTo(names);
        for (int item = 0; item < names.size(); item++) {
            assertThat(read.items().fields(item)).isEqualTo(space.items().fields(item));
            assertThat(read.find(names.get(item))).hasValue(item);
        }
        assertThat(read.find("plai")).isEmpty();
        assertThat(read.origin().fingerprint()).isEqualTo(ORIGIN.fingerprint());
        assertThat(read.origin().encoder()).contains("minilm");
        assertThat(folder.toFile().list()).containsExactly("a.space");
    }

    @Test
    void brainFloatsAreRoundedToTheNearest() {
        Space space = Space.of(Matrix.of(1, 4, 1, 1.00390625f, 1.01171875f, -3), List.of("a"));
        SpaceWriter.write(space, place(), SpaceWriter.Type.BF16);
        assertThat(Spaces.open(place()).vectors().data()).containsExactly(1, 1, 1.015625f, -3);
    }

    @Test
    void anInterruptedSpaceIsGoneOnWithBehindTheLastWholePoint() throws IOException {
        try (SpaceWriter writer = SpaceWriter.create(place(), 2, SpaceWriter.Type.F32, ORIGIN)) {
            writer.add("a", Map.of(), new float[]{1, 2});
            writer.add("b", Map.of(), new float[]{3, 4});
        }
        assertThat(place()).doesNotExist();
        Path items = folder.resolve(".a.space.partial/items.jsonl");
        Files.writeString(items, Files.readString(items) + "{\"id\":\"c\"}\n{\"id\":\"half"); // names reached the disk before vectors did
        try (SpaceWriter writer = SpaceWriter.resume(place(), 2, SpaceWriter.Type.F32, ORIGIN)) {
            assertThat(writer.points()).isEqualTo(2);
            writer.add("c", Map.of(), new float[]{5, 6});
            writer.finish();
        }
        Space read = Spaces.open(place());
        assertThat(read.names()).containsExactly("a", "b", "c");
        assertThat(read.vectors()).isEqualTo(Matrix.of(3, 2, 1, 2, 3, 4, 5, 6));
    }

    @Test
    void anotherOriginOrASecondWriterIsRefused() {
        try (SpaceWriter writer = SpaceWriter.create(place(), 2, SpaceWriter.Type.F32, ORIGIN)) {
            refused(() -> SpaceWriter.resume(place(), 2, SpaceWriter.Type.F32, ORIGIN)).contains("being written");
            writer.add("a", Map.of(), new float[]{1, 2});
        }
        refused(() -> SpaceWriter.resume(place(), 2, SpaceWriter.Type.F32, Origin.of("other"))).contains("begun with other inputs");
        refused(() -> SpaceWriter.resume(place(), 3, SpaceWriter.Type.F32, ORIGIN)).contains("begun with other inputs");
    }

    @Test
    void badPointsAreRefused() {
        try (SpaceWriter writer = SpaceWriter.create(place(), 2, SpaceWriter.Type.F32, ORIGIN)) {
            refused(() -> writer.add("a", Map.of(), new float[]{1})).contains("has 1 values where the others have 2");
            refused(() -> writer.add("a", Map.of(), new float[]{1, Float.NaN})).contains("NaN in column 1");
        }
        refused(() -> Space.of(Matrix.zeros(2, 2), List.of("a", "a"))).contains("'a' is there twice, at items 0 and 1");
        refused(() -> Space.of(Matrix.zeros(2, 2), List.of("a"))).contains("2 vectors and 1 names");
    }

    @Test
    void damagedAndNewerSpacesAreRefused() throws IOException {
        SpaceWriter.write(Space.of(Matrix.of(2, 2, 1, 2, 3, 4), List.of("a", "b")), place(), SpaceWriter.Type.F32);
        Path manifest = place().resolve("manifest.json");
        String whole = Files.readString(manifest);
        Files.writeString(manifest, whole.replaceFirst("\"version\" : \\d+", "\"version\" : 99"));
        refused(() -> Spaces.open(place())).contains("newer Latent4j", "99", "update");
        Files.writeString(manifest, whole.replace("\"points\" : 2", "\"points\" : 3"));
        refused(() -> Spaces.open(place())).contains("the manifest says [3, 2]");
        Files.writeString(manifest, whole);
        Path items = place().resolve("items.jsonl");
        Files.writeString(items, "{\"id\":\"a\"}\n");
        refused(() -> Spaces.open(place())).contains("lines");
        Files.delete(manifest);
        refused(() -> Spaces.open(place())).contains("manifest.json");
        refused(() -> Spaces.open(folder.resolve("none.space"))).contains("no such file");
    }

    @Test
    void aFinishedSpaceReplacesTheOneBefore() throws IOException {
        SpaceWriter.write(Space.of(Matrix.of(1, 1, 1), List.of("a")), place(), SpaceWriter.Type.F32);
        SpaceWriter.write(Space.of(Matrix.of(1, 1, 2), List.of("b")), place(), SpaceWriter.Type.F32);
        assertThat(Spaces.open(place()).names()).containsExactly("b");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(place());
        }
        Path other = Files.createDirectory(folder.resolve("docs"));
        refused(() -> SpaceWriter.create(other, 1, SpaceWriter.Type.F32, ORIGIN)).contains("is no space");
    }
}
