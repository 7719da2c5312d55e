package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code near}, {@code math}, {@code between}, {@code axis}, {@code import}, {@code export}: their JSON and their refusals. */
class SpaceCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private String words = "";

    @BeforeEach
    void write() throws IOException {
        words = Files.writeString(folder.resolve("w.txt"), """
                king 1 1 0
                man 1 0 0
                woman 0 0 1
                queen 0 1 1
                prince 1 0.9 0.1
                """).toString();
    }

    private static JsonNode json(Ran ran) throws IOException {
        assertThat(ran.code()).as(ran.err()).isZero();
        return JSON.readTree(ran.out());
    }

    @Test
    void nearAsPinned() throws IOException {
        JsonNode one = json(Ran.command(new NearCommand(), words, "king", "-k", "2", "--json"));
        assertThat(one.get(0).get("query").asText()).isEqualTo("king");
        assertThat(one.get(0).get("neighbours").get(0).get("name").asText()).isEqualTo("prince");
        assertThat(one.get(0).get("neighbours").get(0).get("index").asInt()).isEqualTo(4);
        assertThat(one.get(0).get("neighbours")).hasSize(2);
        JsonNode all = json(Ran.command(new NearCommand(), words, "--all", "-k", "100", "--json"));
        assertThat(all).hasSize(5);
        assertThat(all.get(3).get("neighbours")).hasSize(4).noneMatch(neighbour -> neighbour.get("index").asInt() == 3);
        Path queries = Files.writeString(folder.resolve("q.txt"), "king\nqueen\nman\nwoman\nprince\n");
        JsonNode many = json(Ran.command(new NearCommand(), words, "--queries", queries.toString(), "-k", "4", "--json"));
        assertThat(many.get(3).get("neighbours")).isEqualTo(all.get(2).get("neighbours"));
        JsonNode vectors = json(Ran.command(new NearCommand(), "-s", words, "--queries", exported("npy"), "-k", "1", "--json"));
        assertThat(vectors.get(2).get("neighbours").get(0).get("name").asText()).isEqualTo("woman");
    }

    private String exported(String format) {
        String file = folder.resolve("out." + format).toString();
        assertThat(Ran.command(new ExportCommand(), words, "--to", format, "--out", file).code()).isZero();
        return file;
    }

    @Test
    void mathAsPinned() throws IOException {
        JsonNode answer = json(Ran.command(new MathCommand(), "king - man + woman", "-s", words, "-k", "2", "--json"));
        assertThat(answer.get("results").get(0).get("name").asText()).isEqualTo("queen");
        assertThat(answer.get("results")).hasSize(2);
        assertThat(answer.get("unfiltered").get(0).get("similarity").asDouble()).isPositive();
        for (String method : List.of("add", "mul")) {
            Path test = Files.writeString(folder.resolve("a.txt"),
                    ": people\nMan king woman queen\nman woman king queen\nman king none queen\n");
            JsonNode score = json(
                    Ran.command(new MathCommand(), "--analogies", test.toString(), "-s", words, "--method", method, "--json"));
            assertThat(score.get("groups").get(0).get("name").asText()).isEqualTo("people");
            assertThat(score.get("groups").get(0).get("asked").asInt()).isEqualTo(2);
            assertThat(score.get("right").asInt()).isEqualTo(2);
            assertThat(score.get("skipped").asInt()).isEqualTo(1);
        }
    }

    @Test
    void waysAxesAndFiles() throws IOException {
        JsonNode way = json(Ran.command(new BetweenCommand(), words, "man", "woman", "--steps", "3", "--json"));
        assertThat(way.get("linear")).hasSize(3);
        assertThat(way.get("spherical").get(1).get("t").asDouble()).isEqualTo(0.5);
        JsonNode axis = json(Ran.command(new AxisCommand(), words, "--from", "man", "--to", "woman", "--json"));
        assertThat(axis.get("points").get(0).get("name").asText()).isEqualTo("man");
        assertThat(axis.get("points").get(0).get("position").asDouble()).isEqualTo(-1);
        String space = folder.resolve("w.space").toString();
        assertThat(json(Ran.command(new ImportCommand(), words, "--out", space, "--json")).get("points").asInt()).isEqualTo(5);
        assertThat(Ran.command(new NearCommand(), space, "king", "-k", "1").out()).contains("prince");
    }

    /** A folder of Model2Vec's or of sentence-transformers' static vectors is a space of its tokens, and an encoder of texts. */
    @ParameterizedTest
    @ValueSource(strings = {"model2vec", "model2vec-shared", "static-embedding"})
    void tokensOfATableAreWordVectors(String name) throws IOException {
        String table = String.valueOf(TinyModel.folder().resolveSibling("../tables").resolve(name).normalize());
        JsonNode near = json(Ran.command(new NearCommand(), table, "cat", "-k", "5", "--json")).get(0).get("neighbours");
        assertThat(near).hasSize(5).noneMatch(neighbour -> neighbour.get("name").asText().equals("cat"));
        JsonNode sum = json(Ran.command(new MathCommand(), "cat - the + the", "-s", table, "--json")).get("unfiltered");
        assertThat(sum).anyMatch(one -> one.get("name").asText().equals("cat") && one.get("similarity").asDouble() > 1 - 1e-6); // beside its like
        assertThat(Ran.command(new NearCommand(), table, "catt").mistake()).contains("no point 'catt'");
    }

    @Test
    void whatIsReplacedIsToldAndStaysWhereTheNewOneFails() throws IOException {
        String space = folder.resolve("w.space").toString();
        assertThat(Ran.command(new ImportCommand(), words, "--out", space).err()).isEmpty();
        String one = Files.writeString(folder.resolve("one.txt"), "alone 1 2\n").toString();
        String bad = Files.writeString(folder.resolve("bad.txt"), "alone 1 nan\n").toString();
        assertThat(Ran.command(new ImportCommand(), bad, "--out", space).mistake()).contains("bad.txt");
        assertThat(Ran.command(new NearCommand(), space, "king", "-k", "1").out()).contains("prince");
        assertThat(Ran.command(new ImportCommand(), one, "--out", space).err())
                .contains("latent: replaces " + space + " (5 points of 3 dimensions, made by: latent",
                        "), as soon as the new one is whole");
        assertThat(Ran.command(new ImportCommand(), words, "--out", space).err()).contains("(1 point of 2 dimensions, made by: latent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"projector", "npy", "csv", "glove", "safetensors", "parquet"})
    void anExportTellsEveryFileThatItReplaces(String format) throws IOException {
        String file = folder.resolve("e.out").toString();
        Ran first = Ran.command(new ExportCommand(), words, "--to", format, "--out", file, "--json");
        assertThat(first.err()).isEmpty();
        Ran second = Ran.command(new ExportCommand(), words, "--to", format, "--out", file, "--json");
        assertThat(second.err().lines()).hasSize(1);
        for (JsonNode written : json(second).get("files")) {
            assertThat(second.err()).contains(written.asText());
        }
    }

    @Test
    void mistakesAreToldInOneLine() {
        assertThat(Ran.command(new NearCommand(), words, "quean").mistake()).contains("no point 'quean'; did you mean 'queen'?");
        assertThat(Ran.command(new NearCommand(), words).mistake()).contains("--queries FILE");
        assertThat(Ran.command(new NearCommand(), words, "king", "-k", "0").mistake()).contains("at least 1");
        assertThat(Ran.command(new NearCommand(), "none.space", "king").mistake()).contains("there is no space none.space");
        assertThat(Ran.command(new MathCommand(), "king - - man", "-s", words).mistake()).contains("two signs");
        assertThat(Ran.command(new MathCommand(), "king - king", "-s", words).mistake()).contains("zero");
        assertThat(Ran.command(new AxisCommand(), words, "--from", "man", "--to", "man").mistake()).contains("the same");
        assertThat(Ran.command(new BetweenCommand(), words, "man").mistake()).contains("two are needed");
    }
}
