package org.latent4j.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.store.InMemory;
import org.latent4j.store.SpaceWriter;
import org.latent4j.store.Spaces;

/** An index whose files were cut off, changed or deleted is made anew, or a search that meets the damage says so in one line. */
class DamagedIndexTest {
    private static final int POINTS = 60;
    private static final int WIDTH = 6;
    private static final int TRIALS = Integer.getInteger("mutations", 15);

    @TempDir(factory = InMemory.class)
    Path folder;

    private Path place = Path.of("");
    private Matrix queries = Matrix.zeros(0, WIDTH);
    private List<List<Hit>> expected = List.of();

    @BeforeEach
    void write() {
        place = folder.resolve("p.space");
        Matrix vectors = Matrix.zeros(POINTS, WIDTH);
        SeededRandom random = new SeededRandom(1, 0);
        for (int i = 0; i < vectors.data().length; i++) {
            vectors.data()[i] = (float) (random.at(i) - 0.5);
        }
        SpaceWriter.write(Space.of(vectors, IntStream.range(0, POINTS).mapToObj(i -> "word" + i).toList()), place, SpaceWriter.Type.F32);
        queries = vectors.rows(0, 3);
        expected = searched(false);
    }

    private List<List<Hit>> searched(boolean checked) {
        SpaceSearch.Options options = new SpaceSearch.Options(SpaceSearch.How.APPROXIMATE, Metric.COSINE, Optional.empty(), 1);
        Space space = Spaces.open(place);
        List<String> notes = new ArrayList<>();
        try (WorkerPool pool = new WorkerPool(1);
                SpaceSearch search = checked
                        ? SpaceSearch.checked(space, options, pool, Progress.NONE, notes::add)
                        : SpaceSearch.of(space, options, pool, Progress.NONE, notes::add)) {
            List<List<Hit>> found = new ArrayList<>(search.nearest(queries, 5));
            found.add(search.keywords("word7", 3));
            assertThat(notes).isEmpty();
            return found;
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(place.resolve("index"))) {
            return all.filter(path -> Files.isRegularFile(path) && !path.endsWith("write.lock")).sorted().toList();
        }
    }

    @Test
    void filesThatAreGoneOrCutOffAreMadeAnew() throws IOException {
        for (int number = 0; number < files().size(); number++) {
            Path file = files().get(number);
            Files.delete(file);
            toldOrRight(file);
            Path cut = files().get(Math.min(number, files().size() - 1));
            byte[] bytes = Files.readAllBytes(cut);
            Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            toldOrRight(cut);
        }
    }

    @Test
    void changedBytesAreMadeAnewWhenTheIndexIsChecked() throws IOException {
        for (int trial = 0; trial < TRIALS; trial++) {
            SeededRandom random = new SeededRandom(2, trial);
            List<Path> files = files();
            Path file = files.get((int) (random.at(0) * files.size()));
            byte[] bytes = Files.readAllBytes(file);
            for (int change = 1; change <= 3; change++) {
                bytes[(int) (random.at(2 * change) * bytes.length)] ^= (byte) (1 + random.at(2 * change + 1) * 255);
            }
            Files.write(file, bytes);
            toldOrRight(file);
            assertThat(searched(true)).as("%s, trial %d", file, trial).isEqualTo(expected);
        }
    }

    /** A search that doesn't touch the damage may be right, or find fewer; what it says is one line. */
    private void toldOrRight(Path damaged) {
        try {
            List<List<Hit>> found = searched(false);
            assertThat(found).as("%s", damaged).hasSameSizeAs(expected);
        } catch (LatentException e) {
            assertThat(e).hasMessageContaining("is damaged").hasMessageContaining("delete that folder, it is made anew");
            assertThat(e.getMessage()).doesNotContain("\n");
            assertThat(searched(true)).as("%s", damaged).isEqualTo(expected);
        }
    }
}
