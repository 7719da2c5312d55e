package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

class SpaceEditorTest {
    @TempDir
    private Path folder;

    private Path place() {
        return folder.resolve("points.space");
    }

    private static Space points(String label, int... numbers) {
        Matrix vectors = Matrix.zeros(numbers.length, 2);
        for (int i = 0; i < numbers.length; i++) {
            vectors.data()[2 * i] = numbers[i];
            vectors.data()[2 * i + 1] = label.hashCode();
        }
        List<String> names = Arrays.stream(numbers).mapToObj(n -> "p" + n).toList();
        return Space.of(vectors, Items.of(names, Map.of("label", names.stream().map(_ -> label).toList())), Origin.of("test"));
    }

    private void write() {
        SpaceWriter.write(points("old", 0, 1, 2, 3), place(), SpaceWriter.Type.F32);
    }

    private static void holds(Space space, String... namesAndLabels) {
        assertThat(space.names()).hasSize(namesAndLabels.length);
        for (int i = 0; i < namesAndLabels.length; i++) {
            String[] parts = namesAndLabels[i].split(" ");
            assertThat(space.name(i)).isEqualTo(parts[0]);
            assertThat(space.items().fields(i)).isEqualTo(Map.of("label", parts[1]));
            assertThat(space.vector(i)).containsExactly(Float.parseFloat(parts[0].substring(1)), parts[1].hashCode());
            assertThat(space.find(parts[0])).hasValue(i);
        }
    }

    @Test
    void addedPointsComeLastAndSupersedeThoseOfTheirName() {
        write();
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            editor.add(points("new", 7, 1));
            editor.add(points("newer", 7));
            assertThat(editor.changes()).isEqualTo(2);
        }
        holds(Spaces.open(place()), "p0 old", "p2 old", "p3 old", "p1 new", "p7 newer");
    }

    @Test
    void deletedPointsAreGoneAndMayComeBack() {
        write();
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            assertThat(editor.delete(List.of("p1", "p9", "p3"))).isEqualTo(2);
            assertThat(editor.delete(List.of("p9"))).isZero();
            assertThat(Spaces.open(place()).find("p1")).isEmpty();
            editor.add(points("again", 1));
        }
        holds(Spaces.open(place()), "p0 old", "p2 old", "p1 again");
    }

    @Test
    void compactionChangesNothingThatIsSeen() {
        write();
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            editor.add(points("new", 7, 1));
            editor.delete(List.of("p0"));
        }
        Space before = Spaces.open(place());
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            assertThat(editor.compact(Progress.NONE)).isEqualTo(4);
        }
        holds(before, "p2 old", "p3 old", "p7 new", "p1 new"); // who had it open keeps it
        holds(Spaces.open(place()), "p2 old", "p3 old", "p7 new", "p1 new");
        assertThat(place().resolve("changes/000001.space")).doesNotExist();
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            editor.delete(List.of("p7"));
        }
        assertThat(Spaces.open(place()).size()).isEqualTo(3);
    }

    @Test
    void aSecondWriterIsRefused() {
        write();
        try (SpaceEditor _ = SpaceEditor.open(place())) {
            refused("is being changed by another process; try again when that is done", () -> SpaceEditor.open(place()));
            assertThat(Spaces.open(place()).size()).isEqualTo(4);
        }
        SpaceEditor.open(place()).close();
    }

    @Test
    void aWriterStoppedBetweenItsTwoMovesLeavesWhatWasThereBefore() throws Exception {
        write();
        Files.move(place(), folder.resolve(".points.space.old"));
        holds(Spaces.open(place()), "p0 old", "p1 old", "p2 old", "p3 old");
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            editor.delete(List.of("p0"));
        }
        holds(Spaces.open(place()), "p1 old", "p2 old", "p3 old");
    }

    @Test
    void whatDoesntFitIsRefused() throws Exception {
        write();
        Fingerprint one = new Fingerprint("a".repeat(64), "b".repeat(64), "raw");
        Fingerprint other = new Fingerprint("c".repeat(64), "b".repeat(64), "raw");
        Path made = folder.resolve("made.space");
        SpaceWriter.write(
                Space.of(Matrix.zeros(1, 2), Items.of(List.of("x")), new Origin("x", Optional.of(one), Optional.empty(), Map.of())),
                made, SpaceWriter.Type.F32);
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            refused("is 2 wide; what was to be added (memory) is 3 wide", () -> editor.add(Space.of(Matrix.zeros(1, 3), List.of("x"))));
            refused("NaN", () -> editor.add(Space.of(Matrix.of(1, 2, 1, Float.NaN), List.of("x"))));
        }
        try (SpaceEditor editor = SpaceEditor.open(made)) {
            refused("model cccccccccccc", () -> editor.add(Space.of(Matrix.zeros(1, 2), Items.of(List.of("y")),
                    new Origin("y", Optional.of(other), Optional.empty(), Map.of()))));
        }
        refused("is no .space folder", () -> SpaceEditor.open(Files.createDirectory(folder.resolve("nothing"))));
        Files.move(place().resolve("changes"), folder.resolve("moved"));
        Files.createDirectories(place().resolve("changes"));
        Files.writeString(place().resolve("changes/000002.deleted"), "{\"id\":\"p0\"}\n");
        refused("lacks one of its 2 changes", () -> Spaces.open(place()));
    }

    /** Each change names all points anew with its number: a reader that saw half of one would find two numbers, or no space at all. */
    @Test
    void readersSeeWholeSpacesWhileOneWrites() throws Exception {
        write();
        AtomicBoolean writing = new AtomicBoolean(true);
        FutureTask<Integer> reader = new FutureTask<>(() -> {
            int seen = 0;
            for (int opened = 0; writing.get() || opened < 20; opened++) {
                Space space = Spaces.open(place());
                Object label = space.items().fields(0).get("label");
                for (int point = 0; point < space.size(); point++) {
                    assertThat(space.items().fields(point)).containsEntry("label", label);
                    assertThat(space.vector(point)[1]).isEqualTo(label.hashCode());
                }
                assertThat(space.size()).isEqualTo(4);
                seen++;
            }
            return seen;
        });
        Thread.ofPlatform().start(reader);
        for (int change = 0; change < 60 && !reader.isDone(); change++) {
            try (SpaceEditor editor = SpaceEditor.open(place())) {
                editor.add(points("number" + change, 0, 1, 2, 3));
                if (change % 5 == 4) {
                    editor.compact(Progress.NONE);
                }
            }
        }
        writing.set(false);
        assertThat(reader.get()).isGreaterThan(10);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void refused(String part, Work work) {
        assertThatThrownBy(work::run).isInstanceOf(LatentException.class).hasMessageContaining(part).message().doesNotContain("\n");
    }
}
