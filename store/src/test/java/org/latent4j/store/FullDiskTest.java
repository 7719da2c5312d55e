package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;
import org.latent4j.store.search.SpaceSearch;

/** Child processes whose files may not become larger than 200 KB, which is how a full disk looks to them: one line, and nothing is lost. */
class FullDiskTest {
    private static final int WIDTH = 100;
    private static final Origin ORIGIN = Origin.of("test");

    @TempDir
    private Path folder;

    private Path place() {
        return folder.resolve("p.space");
    }

    private String limited(String work) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash, which sets the limit");
        Process child = new ProcessBuilder("/bin/bash", "-c", "ulimit -f 200 && exec \"$@\"", "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Child.class.getName(), work, place().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).doesNotContain("\n");
        return said;
    }

    @Test
    void aSpaceThatDoesntFitIsGoneOnWithElsewhen() throws Exception {
        assertThat(limited("write")).contains("p.space", "files may not get so large here", "raise it or choose another place");
        assertThat(place()).doesNotExist();
        try (SpaceWriter writer = SpaceWriter.resume(place(), WIDTH, SpaceWriter.Type.F32, ORIGIN)) {
            long there = writer.points();
            assertThat(there).isBetween(1L, 512L); // 200 KB of 400 bytes each
            for (long point = there; point < 1000; point++) {
                writer.add("p" + point, Map.of(), vector(point));
            }
            writer.finish();
        }
        Space space = Spaces.open(place());
        assertThat(space.size()).isEqualTo(1000);
        for (int point = 0; point < 1000; point++) {
            assertThat(space.name(point)).isEqualTo("p" + point);
            assertThat(space.vector(point)).isEqualTo(vector(point));
        }
    }

    @Test
    void aChangeThatDoesntFitIsNone() throws Exception {
        SpaceWriter.write(points("old", 10), place(), SpaceWriter.Type.F32);
        assertThat(limited("add")).contains("files may not get so large here");
        assertThat(Spaces.open(place()).names()).isEqualTo(points("old", 10).names());
        try (SpaceEditor editor = SpaceEditor.open(place())) {
            editor.add(points("new", 5));
        }
        assertThat(Spaces.open(place()).size()).isEqualTo(15);
    }

    @Test
    void aPairOfFilesThatDoesntFitLeavesTheOneBefore() throws Exception {
        Space before = points("old", 10);
        Path vectors = place().resolveSibling("p.npy");
        SpaceExport.write(before, SpaceExport.Format.NPY, vectors);
        assertThat(limited("export")).contains("p.npy", "files may not get so large here").doesNotContain("stays");
        assertThat(Files.readAllLines(place().resolveSibling("p.names.txt"))).isEqualTo(before.names());
        assertThat(Spaces.open(vectors).vectors()).isEqualTo(before.vectors());
        try (Stream<Path> there = Files.list(folder)) {
            assertThat(there.toList()).hasSize(2);
        }
    }

    @Test
    void anIndexThatDoesntFitLeavesExactSearch() throws Exception {
        SpaceWriter.write(points("old", 3000), place(), SpaceWriter.Type.F32);
        assertThat(limited("index")).contains("the index can't be written", "search is exact without it", "found old7")
                .doesNotContain("Exception");
    }

    private static float[] vector(long point) {
        float[] vector = new float[WIDTH];
        vector[(int) (point % WIDTH)] = 1 + point;
        vector[(int) (point / WIDTH % WIDTH)] += 0.5f;
        return vector;
    }

    private static Space points(String name, int count) {
        Matrix vectors = Matrix.zeros(count, WIDTH);
        for (int point = 0; point < count; point++) {
            System.arraycopy(vector(point), 0, vectors.data(), point * WIDTH, WIDTH);
        }
        List<String> names = IntStream.range(0, count).mapToObj(point -> name + point).toList();
        return Space.of(vectors, names);
    }

    /** What meets the limit. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Path place = Path.of(arguments[1]);
            try {
                switch (arguments[0]) {
                    case "write" -> write(place);
                    case "add" -> add(place);
                    case "export" -> SpaceExport.write(points("new", 1000), SpaceExport.Format.NPY, place.resolveSibling("p.npy"));
                    default -> search(place);
                }
            } catch (LatentException e) {
                System.out.println(e.getMessage());
            }
        }

        private static void write(Path place) {
            try (SpaceWriter writer = SpaceWriter.resume(place, WIDTH, SpaceWriter.Type.F32, ORIGIN)) {
                for (int point = 0; point < 10_000; point++) {
                    writer.add("p" + point, Map.of(), vector(point));
                }
                writer.finish();
            }
        }

        private static void add(Path place) {
            try (SpaceEditor editor = SpaceEditor.open(place)) {
                editor.add(points("new", 5000));
            }
        }

        private static void search(Path place) {
            Space space = Spaces.open(place);
            StringBuilder said = new StringBuilder();
            try (WorkerPool pool = new WorkerPool(1);
                    SpaceSearch search = SpaceSearch.of(space,
                            new SpaceSearch.Options(SpaceSearch.How.APPROXIMATE, Metric.COSINE, Optional.empty(), 0.95), pool,
                            Progress.NONE,
                            said::append)) {
                said.append("; found ").append(space.name(search.nearest(vector(7), 1).getFirst().point()));
            }
            System.out.println(said);
        }
    }
}
