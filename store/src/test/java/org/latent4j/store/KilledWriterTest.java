package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Items;
import org.latent4j.space.Metric;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import org.latent4j.store.search.Where;

/**
 * A child process changes a space, searches it and compacts it, telling after each change that it is done; it is killed at a random
 * moment. What is there then is what it told, and perhaps the one change that it was at, whole. {@code -Dkills=200} for many.
 */
class KilledWriterTest {
    private static final int KILLS = Integer.getInteger("kills", 10);
    private static final int WIDTH = 8;
    private static final int NAMES = 60;
    private static final int LATEST_MILLIS = 300;

    @TempDir(factory = InMemory.class)
    private Path folder;

    @Test
    void whatWasToldIsThereAndNothingHalf() throws Exception {
        Path place = folder.resolve("points.space");
        SpaceWriter.write(points(0, 0), place, SpaceWriter.Type.F32);
        SortedMap<String, Long> expected = contents(Spaces.open(place));
        long step = 1;
        SeededRandom random = new SeededRandom(Long.getLong("kills.seed", 1), 0);
        int told = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            List<String> lines = runAndKill(place, step, 1 + (int) (random.at(2 * kill) * 3),
                    (long) (random.at(2 * kill + 1) * LATEST_MILLIS));
            for (String line : lines) {
                assertThat(line).isEqualTo("done " + step);
                apply(step++, expected);
                told++;
            }
            Space there = Spaces.open(place);
            SortedMap<String, Long> next = new TreeMap<>(expected);
            apply(step, next);
            SortedMap<String, Long> contents = contents(there);
            assertThat(contents).isIn(expected, next);
            if (!contents.equals(expected)) { // done, yet not told
                step++;
            }
            expected = contents;
            indexAgrees(there);
        }
        assertThat(told).isPositive();
    }

    /** Starts the child, kills it some time after it has told so many changes, and returns what it told. */
    private static List<String> runAndKill(Path place, long step, int after, long millis) throws Exception {
        Process child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector", "-Xshare:auto",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Child.class.getName(),
                place.toString(), Long.toString(step)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("ready");
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (lines.size() == after) {
                    Thread.ofPlatform().start(() -> killIn(millis, child));
                }
            }
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        if (!lines.isEmpty() && !lines.getLast().matches("done [0-9]+")) {
            lines.removeLast();
        }
        return lines;
    }

    private static void killIn(long millis, Process child) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        child.toHandle().destroyForcibly(); // kill -9; the process itself would close its output here, with what it told last unread
    }

    /** The points of a step: some names with the step's number as their vectors and field. */
    private static Space points(long step, int count) {
        SeededRandom random = new SeededRandom(7, step);
        TreeMap<String, Long> chosen = new TreeMap<>();
        for (int i = 0; chosen.size() < (step == 0 ? NAMES / 2 : count); i++) {
            chosen.put("p" + (int) (random.at(i) * NAMES), step);
        }
        Matrix vectors = Matrix.zeros(chosen.size(), WIDTH);
        for (int i = 0; i < vectors.data().length; i++) {
            vectors.data()[i] = i % WIDTH == 0 ? step : (float) random.at(1000 + i);
        }
        return Space.of(vectors, Items.of(List.copyOf(chosen.keySet()), Map.of("step", List.copyOf(chosen.values()))), Origin.of("test"));
    }

    private static boolean deletes(long step) {
        return step % 3 == 0;
    }

    private static void apply(long step, SortedMap<String, Long> contents) {
        for (String name : points(step, 5).names()) {
            if (deletes(step)) {
                contents.remove(name);
            } else {
                contents.put(name, step);
            }
        }
    }

    /** Names and steps; each vector has to be of the same step as the fields beside it. */
    private static SortedMap<String, Long> contents(Space space) {
        SortedMap<String, Long> contents = new TreeMap<>();
        for (int point = 0; point < space.size(); point++) {
            long step = (Long) space.items().fields(point).get("step");
            assertThat(space.vector(point)[0]).isEqualTo(step);
            assertThat(contents.put(space.name(point), step)).isNull();
        }
        return contents;
    }

    /** What an index that the child left in any state finds is what is there. */
    private static void indexAgrees(Space space) {
        try (WorkerPool pool = new WorkerPool(1);
                SpaceSearch approximate = SpaceSearch.of(space, SpaceSearch.Options.STANDARD.with(SpaceSearch.How.APPROXIMATE), pool,
                        Progress.NONE, note -> assertThat(note).isEmpty());
                SpaceSearch exact = SpaceSearch.of(space,
                        new SpaceSearch.Options(SpaceSearch.How.EXACT, Metric.COSINE, Optional.of(Where.parse("step >= 0")), 1), pool,
                        Progress.NONE, _ -> {})) {
            if (space.size() > 0) {
                float[] query = space.vector(0);
                assertThat(approximate.nearest(query, NAMES)).isEqualTo(exact.nearest(query, NAMES));
                assertThat(exact.keywords(space.name(0), NAMES).stream().map(Hit::point)).contains(0);
            }
        }
    }

    /** What is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Path place = Path.of(arguments[0]);
            System.out.println("ready");
            for (long step = Long.parseLong(arguments[1]);; step++) {
                try (SpaceEditor editor = SpaceEditor.open(place)) {
                    if (deletes(step)) {
                        editor.delete(points(step, 5).names());
                    } else {
                        editor.add(points(step, 5));
                    }
                    System.out.println("done " + step);
                    if (step % 4 == 0) {
                        editor.compact(Progress.NONE);
                    }
                }
                if (step % 2 == 0) {
                    indexAgrees(Spaces.open(place));
                }
            }
        }
    }
}
