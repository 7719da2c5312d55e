package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.SeededRandom;

/** Odd spaces by every method that looks at a space as a whole: each has a result without nonsense, or one line that says why not. */
class OddSpacesTest {
    private static final SeededRandom RANDOM = new SeededRandom(1, 0);
    private static final Map<String, Path> SPACES = new LinkedHashMap<>();

    private static final List<String> COMMANDS = List.of(
            "map F --method pca --json --out O", "map F --method tsne --json --out O", "map F --method umap --json --out O",
            "map F --method diffusion --json --out O", "map F --method pca --dims 3 --metric euclidean --json --out O",
            "map F --method tsne --dims 3 --metric euclidean --json --out O",
            "map F --method umap --dims 3 --metric euclidean --json --out O",
            "map F --method diffusion --dims 3 --neighbours 10 --metric euclidean --json --out O",
            "map F --method tsne --perplexity 5000 --json --out O", "map F --neighbours 5000 --densmap --json --out O",
            "map F --supervised label --labels label --json --out O", "clusters F", "clusters F -k 3 --json",
            "clusters F -k 3 --batch 16 --metric cosine", "clusters F --method hdbscan",
            "clusters F --method hdbscan --min-cluster-size 2 --min-samples 1 --metric cosine --json", "outliers F --method knn",
            "outliers F --method lof --json", "outliers F --method mahalanobis", "outliers F --method iforest --json",
            "outliers F --method ecod", "outliers F --method knn --standardise --labels label", "describe F", "describe F --json",
            "compare F F", "compare F F --json", "manifold F --from A --to B --json", "manifold F --metric cosine --out O",
            "manifold F --out O");

    /** What is refused: a space, a command or, with an ellipsis, how it begins, and what the line says. Everything else has a result. */
    private static final String REFUSED = """
            one | map… | a map of 1 point
            one | clusters… | clusters of 1 point
            one | clusters F | at least 3 points; there is 1
            one | clusters F --method hdbscan… | needs at least
            one | outliers F --method knn --standardise… | has one value only
            one | outliers F --method knn | a single point has no neighbours
            one | outliers F --method lof… | a single point has no neighbours
            one | outliers F --method mahalanobis | takes at least 2 points
            one | describe… | nothing to say of one point
            one | compare… | 1 name in common
            one | manifold… | at least 2 points
            two | clusters F | at least 3 points; there are 2
            two | clusters F -k 3… | 3 clusters of 2 points
            two | clusters F --method hdbscan | needs at least 5 points
            two | outliers F --method knn… | ask for 1 to 1
            two | outliers F --method lof… | ask for 1 to 1
            few | clusters F --method hdbscan | needs at least 5 points
            few | outliers F --method knn… | ask for 1 to 3
            few | outliers F --method lof… | ask for 1 to 3
            onelabel | outliers F --method knn --standardise… | has one value only
            parts | map F --method diffusion --dims 3… | in 2 parts
            parts | manifold F --from… | no way leads from
            parts | manifold F --out… | in 2 parts
            nan | … | point 7
            large | clusters F | divide all values
            large | outliers… | divide all values
            large | describe… | divide all values
            large | map F --method umap… | divide all values
            wide | outliers F --method lof… | ask for 1 to 11
            """;

    @TempDir
    static Path folder;

    /** The value of a point's coordinate. */
    @FunctionalInterface
    private interface Value {
        double of(int row, int column);
    }

    private static double normal(int row, int column) {
        long at = 2L * (row * 100_000L + column);
        return Math.sqrt(-2 * Math.log(1 - RANDOM.at(at))) * Math.cos(2 * Math.PI * RANDOM.at(at + 1));
    }

    @BeforeAll
    static void write() throws IOException {
        csv("one", 1, 3, (i, c) -> i + c);
        csv("two", 2, 3, (i, c) -> 3 * i + c);
        csv("few", 4, 2, OddSpacesTest::normal);
        csv("equal", 50, 4, (_, _) -> 0.1);
        csv("zero", 30, 3, (_, _) -> 0);
        csv("nan", 20, 3, (i, c) -> i == 7 && c == 1 ? Double.NaN : normal(i, c));
        csv("constant", 60, 3, (i, c) -> c == 0 ? 7 : c == 1 ? i % 11 : i % 7);
        csv("onelabel", 40, 3, OddSpacesTest::normal);
        csv("parts", 120, 3, (i, c) -> i % 2 * 1000 + normal(i, c));
        csv("line", 40, 1, (i, _) -> i);
        csv("large", 40, 3, (i, c) -> 1e30 * normal(i, c));
        npy("wide", 12, 100_000, OddSpacesTest::normal);
        npy("copies", 100_000, 3, (_, _) -> 2);
    }

    private static void csv(String name, int count, int width, Value value) throws IOException {
        StringBuilder text = new StringBuilder("name,label");
        for (int c = 0; c < width; c++) {
            text.append(",x").append(c);
        }
        for (int i = 0; i < count; i++) {
            text.append("\np").append(i).append(name.equals("onelabel") || i % 2 == 0 ? ",a" : ",b");
            for (int c = 0; c < width; c++) {
                text.append(',').append(value.of(i, c));
            }
        }
        SPACES.put(name, Files.writeString(folder.resolve(name + ".csv"), text.append('\n')));
    }

    private static void npy(String name, int count, int width, Value value) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(count, width);
        String padded = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + padded.length() + 4 * count * width).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) padded.length());
        bytes.put(padded.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < width; c++) {
                bytes.putFloat((float) value.of(i, c));
            }
        }
        SPACES.put(name, Files.write(folder.resolve(name + ".npy"), bytes.array()));
    }

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (String space : List.of("one", "two", "few", "equal", "zero", "nan", "constant", "onelabel", "parts", "line", "wide")) {
            for (String command : COMMANDS) {
                if (!(space.equals("wide") && (command.contains("label") || command.equals("clusters F")))) { // 19 clusterings 100,000 wide
                    pairs.add(Arguments.of(space, command));
                }
            }
        }
        for (String command : List.of("clusters F", "clusters F -k 3 --metric cosine", "outliers F --method ecod", "describe F",
                "map F --method umap --dims 3 --metric euclidean --json --out O", "map F --method pca --json --out O")) {
            pairs.add(Arguments.of("large", command));
        }
        return pairs.stream();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everyMethodHasAResultOrSaysWhyNot(String space, String command) throws IOException {
        Path map = folder.resolve("map.npy");
        Files.deleteIfExists(map);
        Ran ran = run(space, command, map);
        Optional<String> refusal = refusal(space, command);
        if (refusal.isPresent()) {
            assertThat(ran.mistake()).startsWith("latent: ").contains(refusal.get());
            return;
        }
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).doesNotContain("NaN", "Infinity").doesNotContainPattern("\\b1 (points|steps)\\b");
        assertThat(ran.err().lines()).allMatch(line -> line.startsWith("latent: "));
        if (command.contains("--out")) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(map)).order(ByteOrder.LITTLE_ENDIAN).position(128);
            while (bytes.hasRemaining()) {
                assertThat(bytes.getFloat()).isFinite();
            }
        }
    }

    private static Ran run(String space, String command, Path map) {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ")) {
            words.add(switch (word) {
                case "F" -> String.valueOf(SPACES.get(space));
                case "O" -> map.toString();
                case "A" -> space.equals("wide") ? "0" : "p0";
                case "B" -> space.equals("wide") ? "1" : "p1";
                default -> word;
            });
        }
        if (!space.equals("wide") && !space.equals("copies") && !command.contains("--labels")) {
            Collections.addAll(words, "--labels", "label");
            if (command.startsWith("outliers")) { // whose labels say which points are outliers
                words.removeLast();
                words.removeLast();
            }
        }
        Collections.addAll(words, "--threads", "1"); // results are those of any number
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err, true), words.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    private static Optional<String> refusal(String space, String command) {
        return REFUSED.lines().map(line -> line.split(" \\| ", -1)).filter(cells -> cells[0].equals(space) && fits(command, cells[1]))
                .max(Comparator.comparingInt(cells -> cells[1].length())).map(cells -> cells[2]);
    }

    private static boolean fits(String command, String told) {
        return told.endsWith("…") ? command.startsWith(told.substring(0, told.length() - 1)) : command.equals(told);
    }

    @Test
    void whatEqualPointsHaveIsNothing() throws IOException {
        Path map = folder.resolve("equal.npy");
        assertThat(run("equal", "compare F F", map).out()).contains("all points of a space are equal", "keep their neighbours")
                .doesNotContain("little in common");
        assertThat(run("two", "map F --colour cluster --out O", map).err()).contains("--colour cluster takes at least 3 points");
        assertThat(run("two", "compare F F", map).out()).contains("linear CKA   1.0000, unbiased not to be had: items are too few");
        assertThat(run("equal", "clusters F -k 3", map).err()).contains("3 clusters asked for, 1 found: more of the points don't differ");
        assertThat(run("equal", "outliers F --method mahalanobis", map).out()).contains("a usual point scores 0.000");
        assertThat(run("equal", "describe F", map).out()).contains("Hubs: no telling, the points are equal");
        assertThat(run("line", "describe F", map).out()).doesNotContain("Mixed origins");
        assertThat(run("equal", "describe F --json", map).out()).contains("\"local_pca\":null,\"participation\":null");
        assertThat(run("equal", "map F --method tsne --json", map).out()).contains("\"kl\":0.0");
        assertThat(run("equal", "manifold F --metric cosine --from A --to B --json", map).out()).startsWith("{\"geodesic\":0.0,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"map F --method pca", "map F --method tsne", "map F --method umap", "map F --method diffusion", "manifold F"})
    @Timeout(60)
    void aHundredThousandCopiesHaveOnePlaceOnAMap(String command) throws IOException {
        Path map = folder.resolve("copies.map.npy");
        Files.deleteIfExists(map);
        Ran ran = run("copies", command + " --out O", map);
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(Files.size(map)).isEqualTo(128 + 100_000L * 2 * Float.BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(map)).order(ByteOrder.LITTLE_ENDIAN).position(128);
        while (bytes.hasRemaining()) {
            assertThat(bytes.getFloat()).isZero();
        }
    }

    @Test
    @Timeout(60)
    void aHundredThousandCopiesAreOneHeap() throws IOException {
        Path map = folder.resolve("copies.npy.map.npy");
        assertThat(run("copies", "outliers F --method knn", map).out()).contains("a usual point scores 0.000");
        assertThat(run("copies", "outliers F --method lof", map).out()).contains("a usual point scores 1.000");
        assertThat(run("copies", "describe F", map).out()).contains("99,999 points are copies of others",
                "no telling, the points are equal");
        assertThat(run("copies", "compare F F", map).out()).contains("all points of a space are equal", "keep their neighbours");
        assertThat(run("copies", "clusters F --method hdbscan", map).out()).contains("100,000 points, no clusters");
        assertThat(run("copies", "clusters F -k 2", map).out()).contains("100,000 points, one cluster");
        assertThat(run("copies", "outliers F --method ecod", map).out()).contains("a usual point scores 0.000");
        assertThat(run("copies", "outliers F --method iforest --json", map).out()).startsWith("{\"scores\":[0.");
        assertThat(run("copies", "outliers F --method mahalanobis", map).out()).contains("a usual point scores 0.000");
    }
}
