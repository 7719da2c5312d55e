package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spaces and questions that can't be answered as they are: every command says so in one line, and what can be answered is. */
class BadSpacesTest {
    @TempDir
    Path folder;

    private String words = "";
    private String one = "";

    @BeforeEach
    void write() throws IOException {
        words = Files.writeString(folder.resolve("w.txt"), """
                king 1 1 0
                man 1 0 0
                woman 0 0 1
                queen 0 1 1
                nothing 0 0 0
                """).toString();
        one = Files.writeString(folder.resolve("one.csv"), "name,x,y\nalone,1,2\n").toString();
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private static JsonNode json(String... arguments) throws IOException {
        Ran ran = run(arguments);
        assertThat(ran.code()).as("%s: %s", List.of(arguments), ran.err()).isZero();
        return new ObjectMapper().readTree(ran.out());
    }

    /** A command's words with SPACE replaced. */
    private String[] words(String command, String space) {
        List<String> arguments = new ArrayList<>();
        for (String word : command.split(" ")) {
            arguments.add(word.equals("SPACE") ? space : word.replace('_', ' '));
        }
        return arguments.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"near SPACE kimg", "math kimg -s SPACE", "math kimg_-_man_+_woman -s SPACE", "between SPACE kimg man",
        "axis SPACE --from kimg --to man", "recommend SPACE --like kimg", "store delete SPACE kimg"})
    void unknownWordsAreToldWithTheNearestSpellings(String command) {
        String space = folder.resolve("w.space").toString();
        assertThat(run("import", words, "--out", space).code()).isZero();
        assertThat(run(words(command, space)).mistake()).contains("no point 'kimg'; did you mean 'king'?");
    }

    @Test
    void aSpaceOfOnePointSaysThatNothingElseIsThere() {
        assertThat(run("near", one, "alone").err()).contains("one.csv has one point, and no other that could be near to it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"near SPACE nothing", "math nothing -s SPACE", "between SPACE king nothing",
        "axis SPACE --from king --to nothing",
        "recommend SPACE --like nothing"})
    void aZeroVectorIsNearToNothing(String command) {
        assertThat(run(words(command, words)).mistake()).containsAnyOf("zero");
    }

    @Test
    void aZeroVectorAmongOthersDoesNoHarm() throws IOException {
        JsonNode near = json("near", words, "king", "-k", "9", "--json").get(0).get("neighbours");
        assertThat(near).hasSize(4);
        assertThat(near.get(3).get("similarity").asDouble()).isZero();
        JsonNode all = json("near", words, "--all", "-k", "9", "--json");
        assertThat(all).hasSize(5);
        assertThat(all.get(4).get("neighbours")).hasSize(4).allMatch(neighbour -> neighbour.get("similarity").asDouble() == 0);
        assertThat(json("duplicates", words, "--json").get("groups")).isEmpty();
        assertThat(json("axis", words, "--from", "man", "--to", "woman", "--json").get("points")).hasSize(5);
        assertThat(json("near", words, "king", "--csls", "--json").get(0).get("neighbours")).isNotEmpty();
        assertThat(json("near", words, "king", "--diverse", "0.5", "--json").get(0).get("neighbours")).hasSize(4);
    }

    /** A .space's files are read without looking at every value; what computes with them does. */
    @ParameterizedTest
    @ValueSource(strings = {"near SPACE king", "near SPACE king --metric euclidean", "near SPACE --all", "near SPACE king --approximate",
        "near SPACE king --quantised", "near SPACE king --where name_!=_man", "near SPACE king --csls", "math king_-_man -s SPACE",
        "between SPACE king man", "axis SPACE --from king --to man", "duplicates SPACE", "recommend SPACE --like king",
        "store index SPACE", "store compact SPACE"})
    void aValueThatIsntFiniteInADamagedSpaceIsTold(String command) throws IOException {
        String space = folder.resolve("w.space").toString();
        assertThat(run("import", words, "--out", space).code()).isZero();
        Path vectors = folder.resolve("w.space/vectors.safetensors");
        byte[] bytes = Files.readAllBytes(vectors);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, Float.NaN);
        Files.write(vectors, bytes);
        assertThat(run(words(command, space)).mistake()).contains("point 4").containsAnyOf("NaN", "isn't finite");
    }

    @Test
    void onePointHasNoNeighbours() throws IOException {
        assertThat(json("near", one, "alone", "--json").get(0).get("neighbours")).isEmpty();
        assertThat(json("near", one, "--all", "--json").get(0).get("neighbours")).isEmpty();
        assertThat(json("math", "alone", "-s", one, "--json").get("results")).isEmpty();
        assertThat(json("duplicates", one, "--json").get("groups")).isEmpty();
        assertThat(json("recommend", one, "--like", "alone", "--json").get("recommended")).isEmpty();
        assertThat(run("axis", one, "--from", "alone", "--to", "alone").mistake()).contains("the same");
        assertThat(json("between", one, "alone", "alone", "--json").get("linear").get(0).get("neighbours")).isEmpty();
        String space = folder.resolve("one.space").toString();
        assertThat(run("import", one, "--out", space).code()).isZero();
        assertThat(json("near", space, "alone", "--approximate", "--json").get(0).get("neighbours")).isEmpty();
        assertThat(json("store", "index", space, "--json").get("points").asInt()).isOne();
        assertThat(json("store", "delete", space, "alone", "--json").get("points").asInt()).isZero();
        assertThat(run("near", space, "alone").mistake()).contains("no point 'alone'");
        assertThat(run("near", space, "--all", "--json").code()).isZero();
        assertThat(json("store", "compact", space, "--json").get("points").asInt()).isZero();
    }

    @Test
    void onePointIsToldAsOne() {
        String space = folder.resolve("one.space").toString();
        assertThat(run("import", one, "--out", space).out()).contains("one.space: 1 point of 2 dimensions");
        assertThat(run("export", space, "--to", "csv", "--out", folder.resolve("o.csv").toString()).out()).startsWith("1 point of 2");
        assertThat(run("near", space, "alone", "--approximate").err()).doesNotContain("approximate").doesNotContain("--where");
        assertThat(run("near", space, "alone", "--where", "name != alone").err()).contains("no point", "satisfies --where");
    }

    @ParameterizedTest
    @ValueSource(strings = {"near FILE king", "near FILE --all"})
    void aFileOfAnotherKindIsNoWord(String command) throws IOException {
        Path file = Files.writeString(folder.resolve("page.pdf"), "%PDF-1.4");
        assertThat(run(command.replace("FILE", file.toString()).split(" ")).mistake())
                .contains("page.pdf: is no file of vectors that is known");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThat(run(command.replace("FILE", empty.toString()).split(" ")).mistake()).contains("empty").doesNotContain("glove");
    }

    @Test
    void aTextNeedsTheEncoderThatMadeTheSpace() {
        assertThat(run("near", words, "who is king").mistake()).contains("no point 'who is king'", "doesn't say which encoder made it");
    }

    @Test
    void moreThanThereAreIsAllThereAre() throws IOException {
        assertThat(json("near", words, "king", "-k", "1000000", "--json").get(0).get("neighbours")).hasSize(4);
        assertThat(json("near", words, "king", "-k", "2147483647", "--json").get(0).get("neighbours")).hasSize(4);
        assertThat(json("near", words, "king", "-k", "2147483647", "--metric", "euclidean", "--json").get(0).get("neighbours")).hasSize(4);
        assertThat(json("near", words, "--all", "-k", "2147483647", "--json").get(0).get("neighbours")).hasSize(4);
        assertThat(json("near", words, "king", "-k", "2147483647", "--diverse", "0.5", "--json").get(0).get("neighbours")).hasSize(4);
        assertThat(json("near", words, "king", "-k", "2147483647", "--where", "name != man", "--json").get(0).get("neighbours")).hasSize(3);
        assertThat(json("math", "king - man", "-s", words, "-k", "2147483647", "--json").get("results")).hasSize(3);
        assertThat(json("between", words, "king", "man", "-k", "2147483647", "--json").get("linear").get(0).get("neighbours")).hasSize(3);
        assertThat(json("recommend", words, "--like", "king", "-k", "2147483647", "--json").get("recommended")).hasSize(4);
        String space = folder.resolve("w.space").toString();
        assertThat(run("import", words, "--out", space).code()).isZero();
        assertThat(json("near", space, "king", "-k", "2147483647", "--approximate", "--json").get(0).get("neighbours")).hasSize(4);
    }

    @Test
    void queriesOfAnotherWidthAreRefused() throws IOException {
        Path wide = Files.writeString(folder.resolve("wide.csv"), "name,x,y,z,t\na,1,2,3,4\n");
        String queries = folder.resolve("wide.npy").toString();
        assertThat(run("export", wide.toString(), "--to", "npy", "--out", queries).code()).isZero();
        assertThat(run("near", words, "--queries", queries).mistake()).contains("the queries are 4 wide", "w.txt is 3");
        assertThat(run("near", words, "--queries", queries, "--where", "name != man").mistake()).contains("4 wide");
    }

    @Test
    void emptyRowsAndCells() throws IOException {
        Path rows = Files.writeString(folder.resolve("rows.csv"), "name,x,y\na,1,2\n\n   \nb,3,4\n\n");
        assertThat(json("near", rows.toString(), "a", "--json").get(0).get("neighbours")).hasSize(1);
        Path cells = Files.writeString(folder.resolve("cells.csv"), "name,x,y\na,1,2\nb,,4\n");
        assertThat(run("near", cells.toString(), "a").mistake()).contains("cells.csv", "line 3");
        Path commas = Files.writeString(folder.resolve("commas.csv"), "name,x,y\na,1,2\n,,\n");
        assertThat(run("near", commas.toString(), "a").mistake()).contains("commas.csv", "line 3");
        Path empty = Files.writeString(folder.resolve("empty.csv"), "");
        assertThat(run("near", empty.toString(), "a").mistake()).contains("is empty");
        Path header = Files.writeString(folder.resolve("header.csv"), "name,x,y\n");
        assertThat(run("near", header.toString(), "a").mistake()).contains("header.csv");
        Path blank = Files.writeString(folder.resolve("q.txt"), "\n \n");
        assertThat(run("near", words, "--queries", blank.toString()).mistake()).contains("q.txt has no queries");
    }

    @Test
    void aSpaceThatIsBeingWrittenIsNotThereYet() throws IOException {
        String space = folder.resolve("w.space").toString();
        Files.createDirectories(folder.resolve(".w.space.partial"));
        Files.writeString(folder.resolve(".w.space.partial/items.jsonl"), "{\"id\":\"a\"}\n");
        assertThat(run("near", space, "king").mistake()).contains("w.space", "is being written, or its writing was interrupted");
    }
}
