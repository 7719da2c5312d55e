package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Safetensors;
import org.latent4j.model.Models;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.model.encoder.Encoders;
import org.latent4j.space.Space;
import org.latent4j.store.Spaces;

/** {@code latent encode} with small sentence encoders, by the command lines that a user writes. */
class EncodeCommandTest {
    private static final int KILLS = Integer.getInteger("kills", 4);

    @TempDir
    @Nullable
    Path temporary;

    private Path folder = Path.of("");
    private Path out = Path.of("");
    private String model = "";

    @BeforeEach
    void begin() {
        folder = Objects.requireNonNull(temporary);
        out = folder.resolve("out.safetensors");
        model = Objects.requireNonNull(TinyModel.folder().getParent()).resolveSibling("encoders").resolve("mpnet").toString();
    }

    private Ran encode(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-m", model, "--offline", "--out", out.toString()));
        all.addAll(Arrays.asList(arguments));
        return Ran.command(new EncodeCommand(), all.toArray(String[]::new));
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private record Written(float[] vectors, long[] shape, int[] documents, java.util.Map<String, String> metadata) {}

    private Written written() {
        try (Safetensors file = Safetensors.open(out)) {
            var vectors = file.tensor("vectors").orElseThrow();
            int[] documents = file.tensor("documents").map(tensor -> tensor.integers()).orElse(new int[0]);
            return new Written(vectors.floats(), vectors.shape(), documents, file.metadata());
        }
    }

    private float[] expected(List<String> texts) {
        try (Encoder encoder = Encoders.open(model, Encoders.Options.of(Models.Options.standard().withOffline(true)))) {
            return encoder.encode(texts).data();
        }
    }

    @Test
    void vectorsStandInTheOrderOfTheInputWhateverItsFormat() throws IOException {
        List<String> texts = List.of("the cat", "a \"dog\", a hat", "", "the");
        float[] expected = expected(texts);
        Path[] files = {
            file("a.txt", String.join("\n", texts) + "\n"),
            file("a.tsv", "name\ttext\tn\n0\tthe cat\t1\n1\ta \"dog\", a hat\t2\n2\t\t3\n3\tthe\t4\n"),
            file("a.csv", "name,text,n\r\n0,the cat,1\r\n1,\"a \"\"dog\"\", a hat\",2\r\n2,,3\r\n3,\"the\",4\r\n"),
            file("a.jsonl",
                    "{\"text\":\"the cat\",\"n\":1}\n{\"n\":2,\"text\":\"a \\\"dog\\\", a hat\"}\n\n{\"text\":\"\"}\n{\"text\":\"the\",\"x\":[1,{}]}\n"),
            file("a.json", "[\"the cat\", \"a \\\"dog\\\", a hat\", \"\", \"the\"]")};
        for (Path file : files) {
            Ran ran = encode("--texts", file.toString(), "--json");
            assertThat(ran.code()).as(ran.err()).isZero();
            assertThat(written().vectors()).as(file.toString()).isEqualTo(expected);
            assertThat(written().shape()).containsExactly(4, 16);
            JsonNode json = new ObjectMapper().readTree(ran.out());
            assertThat(json.path("texts").asInt()).isEqualTo(4);
            assertThat(json.path("width").asInt()).isEqualTo(16);
            assertThat(json.path("fingerprint").path("pooling").asText()).isEqualTo("mean");
            assertThat(written().metadata()).containsEntry("site", "resid_post.1").containsEntry("prompt_mode", "special");
        }
        Ran other = encode("--texts", files[1].toString(), "--column", "n");
        assertThat(other.code()).isZero();
        assertThat(written().vectors()).isEqualTo(expected(List.of("1", "2", "3", "4")));
    }

    @Test
    void aSpaceHasNamesTextsAndColumns() throws IOException {
        Path table = file("a.tsv", "name\tsection\ttext\nx\tscience\tthe cat\ny\tart\t" + "a dog ".repeat(40) + "\n");
        out = folder.resolve("a.space");
        Ran ran = encode("--texts", table.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        Space space = Spaces.open(out);
        assertThat(space.size()).isEqualTo(2);
        assertThat(space.width()).isEqualTo(16);
        assertThat(space.name(1)).isEqualTo("y");
        assertThat(space.items().fields(0)).containsEntry("text", "the cat").containsEntry("section", "science").hasSize(2);
        assertThat(space.origin().encoder()).contains(model);
        try (Encoder query = Encoders.forQueries(
                model, space.origin().fingerprint().orElseThrow(), 16, Models.Options.standard().withOffline(true))) {
            assertThat(query.encode("the cat")).isEqualTo(Arrays.copyOf(space.vectors().data(), 16));
        }
        assertThat(encode("--texts", table.toString(), "--chunk", "20", "--restart").code()).isZero();
        Space pieces = Spaces.open(out);
        assertThat(pieces.size()).isGreaterThan(4);
        assertThat(pieces.name(1)).isEqualTo("y#1");
        assertThat(pieces.items().fields(2)).containsEntry("document", "y").containsEntry("piece", 2L).containsEntry("section", "art");
        Path words = file("w.txt", "cat\ndog\n");
        assertThat(encode("--texts", words.toString()).code()).isZero();
        assertThat(Spaces.open(out).name(1)).isEqualTo("dog");
    }

    @Test
    void aTextThatIsAddedIsCutAsTheOthersWereAndItsOldPiecesGo() throws IOException {
        Path table = file("a.tsv", "name\ttext\nx\tthe cat\ny\t" + "a dog ".repeat(40) + "\n");
        out = folder.resolve("a.space");
        assertThat(encode("--texts", table.toString(), "--chunk", "20", "--overlap", "5").code()).isZero();
        Space whole = Spaces.open(out);
        Path same = file("same.tsv", "name\ttext\ny\t" + "a dog ".repeat(40) + "\n");
        assertThat(Ran.command(new StoreCommand(), "add", out.toString(), "--texts", same.toString()).out())
                .contains("0 added, %d updated; %d points".formatted(whole.size() - 1, whole.size()));
        assertThat(Spaces.open(out).names()).isEqualTo(whole.names());
        assertThat(Spaces.open(out).vectors()).isEqualTo(whole.vectors());
        Path shorter = file("shorter.tsv", "name\ttext\ny\t" + "a dog ".repeat(12) + "\n");
        assertThat(Ran.command(new StoreCommand(), "add", out.toString(), "--texts", shorter.toString()).code()).isZero();
        assertThat(Spaces.open(out).names()).containsExactly("x", "y#1", "y#2", "y#3");
        assertThat(Spaces.open(out).items().fields(1)).containsEntry("document", "y").containsEntry("piece", 1L);
        Path one = file("one.tsv", "name\ttext\ny\ta dog\nz\tthe\n");
        assertThat(Ran.command(new StoreCommand(), "add", out.toString(), "--texts", one.toString()).code()).isZero();
        assertThat(Spaces.open(out).names()).containsExactly("x", "y", "z");
    }

    @Test
    void longTextsAreCutAndThatIsSaidOrBecomePieces() throws IOException {
        Path texts = file("long.txt", "the cat\n" + "the cat sat ".repeat(30) + "\nthe\n");
        Ran cut = encode("--texts", texts.toString(), "--json");
        assertThat(cut.err()).contains("1 text is longer than the 32 tokens");
        assertThat(new ObjectMapper().readTree(cut.out()).path("cut").asInt()).isOne();
        Ran pieces = encode("--texts", texts.toString(), "--chunk", "20", "--overlap", "5", "--json");
        assertThat(pieces.code()).as(pieces.err()).isZero();
        assertThat(pieces.err()).doesNotContain("longer than");
        Written written = written();
        assertThat(written.documents()).hasSizeGreaterThan(5).startsWith(0, 1).endsWith(2).isSorted();
        assertThat(written.shape()[0]).isEqualTo(written.documents().length);
        assertThat(encode("--texts", texts.toString(), "--chunk", "40").err()).contains("chunk 40: give 1 to 30");
        assertThat(encode("--texts", texts.toString(), "--chunk", "4", "--overlap", "4").err()).contains("overlap 4");
        assertThat(encode("--texts", texts.toString(), "--overlap", "4").err()).contains("--overlap goes with --chunk");
    }

    @Test
    void textsWithNothingInThemAreTold() throws IOException {
        Path texts = file("gaps.tsv", "text\nthe cat\n\nthe\n \n");
        Ran ran = encode("--texts", texts.toString(), "--json");
        assertThat(ran.err()).contains("2 texts are empty (the first: ", "line 3); they are points all the same");
        assertThat(new ObjectMapper().readTree(ran.out()).path("empty").asInt()).isEqualTo(2);
    }

    @Test
    void mistakesAreToldInOneLine() throws IOException {
        refused("holds no text", "--texts", file("empty.txt", "").toString());
        refused("has no column 'body'", "--texts", file("a.tsv", "name\ttext\nx\ty\n").toString(), "--column", "body");
        refused("has 3 columns", "--texts", file("ragged.tsv", "name\ttext\nx\ty\tz\n").toString());
        refused("the name 'x' is there already", "--texts", file("twice.tsv", "name\ttext\nx\ty\nx\tz\n").toString());
        refused("never closed", "--texts", file("open.csv", "text\n\"abc\n").toString());
        refused("isn't UTF-8", "--texts", Files.write(folder.resolve("latin.txt"), new byte[]{'a', (byte) 0xE9, '\n'}).toString());
        refused("name must tell", "--texts", file("a.doc", "x").toString());
        refused("no such file", "--texts", folder.resolve("missing.txt").toString());
        refused("more than 100,000 columns", "--texts", file("wide.csv", "a,".repeat(200_000) + "b\n").toString());
        Path good = file("good.txt", "the cat\n");
        refused("no prompt 'x'", "--texts", good.toString(), "--prompt-name", "x");
        refused("exclude each other", "--texts", good.toString(), "--prompt-name", "x", "--prompt", "y");
        refused("no pooling 'middle'", "--texts", good.toString(), "--pool", "middle");
        refused("1 to 16", "--texts", good.toString(), "--dims", "17");
        refused("--site", "--texts", good.toString(), "--site", "resid_post.*");
        assertThat(Files.exists(out)).isFalse();
        assertThat(Files.exists(folder.resolve("out.safetensors.partial"))).isFalse();
    }

    private void refused(String part, String... arguments) {
        Ran ran = encode(arguments);
        assertThat(ran.code()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err().strip()).contains(part).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.safetensors", "out.space"})
    void workThatWasKilledGoesOnWithNothingLostOrDoneTwice(String name) throws Exception {
        out = folder.resolve(name);
        List<String> texts = IntStream.range(0, 6000).mapToObj(i -> "the cat sat " + i + " a dog ".repeat(i % 5)).toList();
        Path file = file("many.txt", String.join("\n", texts) + "\n");
        for (String[] more : new String[][]{{}, {"--chunk", "8", "--overlap", "2"}}) {
            List<String> options = new ArrayList<>(List.of("--texts", file.toString(), "--threads", "1"));
            options.addAll(Arrays.asList(more));
            assertThat(encode(options.toArray(String[]::new)).code()).isZero();
            List<byte[]> whole = content(out);
            remove();
            Path partial = folder.resolve(name.endsWith(".space") ? ".out.space.partial" : "out.safetensors.partial");
            int killed = 0;
            for (int attempt = 0; attempt < KILLS && !Files.exists(out); attempt++) {
                Process process = start(options);
                long before = done(partial);
                while (process.isAlive() && done(partial) <= before) {
                    Thread.sleep(20);
                }
                killed += process.isAlive() ? 1 : 0;
                process.destroyForcibly();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(killed).isPositive();
            if (!Files.exists(out)) { // else the last one was too quick
                Ran last = encode(options.toArray(String[]::new));
                assertThat(last.code()).as(last.err()).isZero();
                assertThat(last.err()).contains("going on with the interrupted work");
            }
            List<byte[]> gone = content(out);
            for (int part = 0; part < whole.size(); part++) {
                assertThat(gone.get(part)).isEqualTo(whole.get(part));
            }
            assertThat(Files.exists(partial)).isFalse();
            remove();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.safetensors", "out.space"})
    void whatIsReplacedIsToldAndStaysUntilTheNewOneIsWhole(String name) throws Exception {
        out = folder.resolve(name);
        assertThat(encode("--texts", file("few.txt", "the cat\na dog\n").toString()).err()).doesNotContain("replaces");
        List<byte[]> before = content(out);
        List<String> texts = IntStream.range(0, 6000).mapToObj(i -> "the cat sat " + i).toList();
        List<String> options = List.of("--texts", file("many.txt", String.join("\n", texts) + "\n").toString(), "--threads", "1");
        Path partial = folder.resolve(name.endsWith(".space") ? ".out.space.partial" : "out.safetensors.partial");
        Process process = start(options);
        while (process.isAlive() && done(partial) == 0) {
            Thread.sleep(20);
        }
        assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed in the middle").isNotZero();
        assertThat(content(out)).usingRecursiveComparison().isEqualTo(before);
        Ran again = encode(options.toArray(String[]::new));
        assertThat(again.err()).contains("replaces " + out, "going on with the interrupted work");
        assertThat(content(out).getFirst()).hasSizeGreaterThan(before.getFirst().length);
    }

    /** How many texts were noted as done; of a space, how many points are whole in its growing files: items may be ahead of vectors. */
    private static long done(Path partial) throws IOException {
        Path progress = partial.resolve("progress.json");
        if (Files.exists(progress)) {
            return new ObjectMapper().readTree(Files.readString(progress)).path("texts_done").asLong();
        }
        Path items = partial.resolve("items.jsonl");
        Path vectors = partial.resolve("vectors.safetensors");
        try {
            String lines = Files.readString(items, StandardCharsets.ISO_8859_1);
            long rows = (Files.size(vectors) - 256) / (16 * Float.BYTES);
            return Math.max(0, Math.min(lines.chars().filter(letter -> letter == '\n').count(), rows));
        } catch (NoSuchFileException _) {
            return 0; // not there yet, or in its place
        }
    }

    /** What lies behind the header, which names the command line; of a space the vectors and the items. */
    private static List<byte[]> content(Path out) throws IOException {
        if (Files.isDirectory(out)) {
            return List.of(Files.readAllBytes(out.resolve("vectors.safetensors")), Files.readAllBytes(out.resolve("items.jsonl")));
        }
        byte[] all = Files.readAllBytes(out);
        int header = java.nio.ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
        return List.of(Arrays.copyOfRange(all, 8 + header, all.length));
    }

    private void remove() throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The same model, site, pooling, dimensions and prompt make a query's vector as made the texts': a text finds itself. */
    @Test
    void aQueryIsEncodedAsTheTextsOfItsSpaceWere() throws IOException {
        Path table = file("a.tsv", "name\ttext\nx\tthe cat sat\ny\ta dog, a hat\nz\tthe end\n");
        out = folder.resolve("a.space");
        for (String options : List.of("", "--dims 5", "--pool max", "--site resid_post.0", "--site resid_post.0 --pool max --dims 7",
                "--prompt the:", "--no-normalize", "--pool cls --no-normalize --prompt cat")) {
            List<String> all = new ArrayList<>(List.of("--texts", table.toString(), "--restart"));
            all.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
            Ran made = encode(all.toArray(String[]::new));
            assertThat(made.code()).as(made.err()).isZero();
            for (String metric : List.of("cosine", "euclidean")) {
                Ran near = Ran.command(new NearCommand(), out.toString(), "a dog, a hat", "-k", "1", "--metric", metric, "--json");
                assertThat(near.code()).as("%s: %s", options, near.err()).isZero();
                JsonNode first = new ObjectMapper().readTree(near.out()).get(0).get("neighbours").get(0);
                assertThat(first.get("name").asText()).as(options).isEqualTo("y");
                assertThat(first.get("similarity").asDouble()).as("%s, %s", options, metric).isCloseTo(metric.equals("cosine") ? 1 : 0,
                        within(1e-6));
            }
            Path more = file("more.tsv", "name\ttext\nv\tthe cat sat\n");
            Ran added = Ran.command(new StoreCommand(), "add", out.toString(), "--texts", more.toString());
            assertThat(added.code()).as("%s: %s", options, added.err()).isZero();
            Space space = Spaces.open(out);
            assertThat(space.vector(space.require("v"))).as(options).isEqualTo(space.vector(space.require("x")));
        }
        String other = Path.of(model).resolveSibling("many").toString();
        Path manifest = out.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("encoders/mpnet", "encoders/many"));
        assertThat(Ran.command(new NearCommand(), out.toString(), "a dog").mistake()).contains("a.space", other, "can't be compared");
    }

    /** The command in a process of its own, which notes all the time how far it has come. */
    static final class Often {
        private Often() {}

        public static void main(String[] arguments) {
            System.exit(new picocli.CommandLine(new EncodeCommand(1)).execute(arguments));
        }
    }

    private Process start(List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Often.class.getName(), "-m", model,
                "--offline", "--out", out.toString()));
        command.addAll(options);
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void otherOptionsDontGoOnWithWhatIsThere() throws Exception {
        Path file = file("many.txt", "the cat\n".repeat(200_000));
        Process process = start(List.of("--texts", file.toString()));
        Path partial = folder.resolve("out.safetensors.partial");
        while (process.isAlive() && done(partial) == 0) {
            Thread.sleep(20);
        }
        process.destroyForcibly().waitFor();
        Ran ran = encode("--texts", file.toString(), "--dims", "3");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("interrupted work with another", "--restart");
        assertThat(encode("--texts", file("few.txt", "the\n").toString(), "--restart").code()).isZero();
        assertThat(written().shape()).containsExactly(1, 16);
    }
}
