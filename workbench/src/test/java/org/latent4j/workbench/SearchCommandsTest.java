package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceWriter;

class SearchCommandsTest {
    @TempDir
    private Path folder;

    /** Forty points in four directions, {@code p0} to {@code p39}; the last two are alike to the first. */
    @BeforeEach
    void write() {
        Matrix vectors = Matrix.zeros(40, 6);
        SeededRandom random = new SeededRandom(1, 0);
        List<String> names = new ArrayList<>();
        List<Object> sections = new ArrayList<>();
        List<Object> texts = new ArrayList<>();
        List<Object> sizes = new ArrayList<>();
        for (int point = 0; point < 40; point++) {
            for (int c = 0; c < 6; c++) {
                vectors.data()[point * 6 + c] = (float) ((c == point % 4 ? 1 : 0) + 0.6 * (random.at(point * 6 + c) - 0.5));
            }
            names.add("p" + point);
            sections.add(List.of("science", "games", "perl", "math").get(point % 4));
            texts.add("tool number " + point + (point == 7 ? " draws graphs" : ""));
            sizes.add((long) point);
        }
        for (int c = 0; c < 6; c++) {
            vectors.data()[38 * 6 + c] = vectors.at(0, c);
            vectors.data()[39 * 6 + c] = vectors.at(0, c) * 1.01f;
        }
        SpaceWriter.write(Space.of(vectors, Items.of(names, Map.of("section", sections, "text", texts, "size", sizes)), Origin.of("test")),
                folder.resolve("s.space"), SpaceWriter.Type.F32);
    }

    private String space() {
        return folder.resolve("s.space").toString();
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private static String out(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out();
    }

    private static void mistake(String part, String... arguments) {
        assertThat(run(arguments).mistake()).contains(part);
    }

    @Test
    void conditionsAndWordsChooseAmongNeighbours() {
        String json = out("near", space(), "p1", "-k", "40", "--where", "section = math and size < 20", "--json");
        assertThat(json).contains("\"p3\"", "\"p7\"", "\"p11\"", "\"p15\"", "\"p19\"").doesNotContain("\"p23\"", "\"p1\",\"sim", "\"p2\"");
        assertThat(out("near", space(), "p7", "--hybrid", "-k", "3", "--json")).startsWith("[{\"query\":\"p7\",\"neighbours\":[");
        mistake("no item has the field 'colour' (column 1); the fields are name, section, size, text", "near", space(), "p1", "--where",
                "colour = red");
        mistake("column 8", "near", space(), "p1", "--where", "section");
        mistake("go with queries", "near", space(), "--all", "--hybrid");
    }

    @Test
    void approximateAnswersSayWhatTheyFind() {
        Ran ran = run("near", space(), "p1", "-k", "5", "--approximate", "--json");
        assertThat(ran.err()).contains("approximate (HNSW", "finds at least", "of the 10 nearest", "far from all of them",
                "measured with 40 of each)");
        assertThat(run("near", space(), "p1", "--approximate", "--where", "size >= 0").err()).contains("40 of each, without a condition)");
        assertThat(ran.out()).isEqualTo(out("near", space(), "p1", "-k", "5", "--where", "size >= 0", "--json"));
        assertThat(out("store", "index", space(), "--quantised", "--json")).contains("\"points\":40,\"recall\":", "\"recall_far\":");
        mistake("there is no approximate search by manhattan", "near", space(), "p1", "--approximate", "--metric", "manhattan");
    }

    @Test
    void duplicatesAreToldWithWhatJoinedThem() {
        assertThat(out("duplicates", space(), "--threshold", "0.9999", "--json")).contains("\"duplicates\":2", "\"name\":\"p38\"",
                "{\"a\":\"p0\",\"b\":\"p38\",\"similarity\":1.0}");
        assertThat(out("duplicates", space(), "--threshold", "0.9999")).contains("1 group of", "3 points, joined at");
        mistake("give above 0 to 1", "duplicates", space(), "--threshold", "2");
    }

    @Test
    void sumsTakeTheirSpaceFirstAsTheOthersDo() throws IOException {
        String named = out("math", "p0 - p4 + p8", "-s", space(), "-k", "3", "--json");
        assertThat(out("math", space(), "p0 - p4 + p8", "-k", "3", "--json")).isEqualTo(named);
        assertThat(out("math", space(), "p0", "-", "p4", "+", "p8", "-k", "3", "--json")).isEqualTo(named);
        Path test = Files.writeString(folder.resolve("test.txt"), ": some\np0 p4 p8 p12\n");
        assertThat(out("math", space(), "--analogies", test.toString(), "--json")).contains("\"asked\":1,\"skipped\":0}");
        Files.writeString(test, "\n: some\n");
        mistake("has no questions; write four words a line", "math", space(), "--analogies", test.toString());
    }

    @Test
    void aQueryThatIsEmptyIsToldSo() {
        mistake("a query is empty", "near", space(), " ");
    }

    @Test
    void aWordThatIsNoneOfAFewIsAnsweredWithThem() {
        mistake("expected one of projector, npy, csv, glove, safetensors, parquet but was 'csvv'; did you mean 'csv'?", "export", space(),
                "--to", "csvv");
    }

    @Test
    void whatGoesUnheardWithWordVectorsOfTheCatalogueIsRefused() {
        mistake("glove are word vectors of the catalogue, so --array X means nothing", "near", "cat", "--array", "X", "--offline");
        mistake("so --site resid_post.3 means nothing", "math", "glove", "cat", "--site", "resid_post.3", "--offline");
    }

    @Test
    void namesBesideAnExportAreToldAndRead() {
        String file = folder.resolve("s.npy").toString();
        String names = folder.resolve("s.names.txt").toString();
        assertThat(out("export", space(), "--to", "npy", "--out", file)).contains("(read with --names " + names + ")");
        assertThat(out("near", file, "p1", "--names", names, "-k", "3", "--json")).isEqualTo(
                out("near", space(), "p1", "-k", "3", "--json"));
    }

    @Test
    void likesAndUnlikesRecommend() {
        String liked = out("recommend", space(), "--like", "p0,p4", "--unlike", "p1", "-k", "3", "--json");
        assertThat(liked).startsWith("{\"recommended\":[{\"index\":").contains("\"name\":\"p").doesNotContain("\"p0\"", "\"p4\"", "\"p1\"");
        mistake("has no point 'zebra'", "recommend", space(), "--like", "zebra");
        mistake("what is to be recommended?", "recommend", space());
    }

    @Test
    void usersAndItemsBecomePoints() throws IOException {
        StringBuilder table = new StringBuilder("user,item,weight\n");
        SeededRandom random = new SeededRandom(2, 0);
        for (int i = 0; i < 400; i++) {
            int user = i % 40;
            table.append("u%d,i%d,%d%n".formatted(user, (int) (random.at(i) * 8) * 2 + user % 2, 1 + i % 3));
        }
        Path file = Files.writeString(folder.resolve("table.csv"), table);
        String shop = folder.resolve("shop.space").toString();
        String first = out("recommend", "--interactions", file.toString(), "--factors", "4", "--user", "u1", "-k", "3", "--out", shop,
                "--json");
        assertThat(first)
                .isEqualTo(out("recommend", "--interactions", file.toString(), "--factors", "4", "--user", "u1", "-k", "3", "--json",
                        "--threads", "1"));
        assertThat(out("recommend", shop, "--item", "i2", "-k", "3", "--json")).doesNotContain("user:");
        assertThat(out("recommend", "--interactions", file.toString(), "--factors", "4", "--evaluate", "--json")).contains(
                "\"recall\":{\"mean\":",
                "\"popularity\":{", "\"difference\":{");
        mistake("has no point 'user:nobody'", "recommend", "--interactions", file.toString(), "--user", "nobody");
        Files.writeString(file, "user,item,weight\na,b,much\n");
        mistake("the weight 'much' is no number", "recommend", "--interactions", file.toString(), "--user", "a");
        Files.writeString(file, "who,what\na,b\n");
        mistake("has no column 'item'; its columns are who, what", "recommend", "--interactions", file.toString(), "--user", "a");
    }

    @Test
    void aStoreIsChangedAndCompacted() {
        Matrix more = Matrix.zeros(2, 6);
        more.data()[0] = 1;
        more.data()[7] = 1;
        Path added = folder.resolve("more.space");
        SpaceWriter.write(Space.of(more, List.of("p3", "new")), added, SpaceWriter.Type.F32);
        assertThat(out("store", "add", space(), "--from", added.toString())).contains("1 added, 1 updated; 41 points");
        assertThat(out("store", "delete", space(), "--where", "section = games")).contains("10 deleted; 31 points");
        assertThat(out("store", "delete", space(), "p0", "--json")).contains("\"deleted\":1", "\"points\":30", "\"changes\":3");
        mistake("has no point 'p1'", "store", "delete", space(), "p1");
        String before = out("near", space(), "new", "-k", "30", "--json").replaceAll("\"index\":[0-9]+,", "");
        assertThat(out("store", "compact", space())).contains("3 changes compacted; 30 points");
        assertThat(out("near", space(), "new", "-k", "30", "--json").replaceAll("\"index\":[0-9]+,", "")).isEqualTo(before);
        mistake("give --texts or --from", "store", "add", space());
        mistake("is no .space folder", "store", "compact", folder.toString());
    }

    @Test
    void questionsNeedASpaceThatAnEncoderMade() throws IOException {
        Path queries = Files.writeString(folder.resolve("q.jsonl"), "{\"query\": \"graphs\", \"relevant\": [\"p7\", 3]}\n");
        mistake("doesn't say which encoder made it", "evaluate", space(), "--queries", queries.toString());
        mistake("doesn't say which encoder made it", "ask", space(), "Which?");
        mistake("the question is empty", "ask", space(), " ");
        Files.writeString(queries, "{\"query\": \"graphs\", \"relevant\": [\"zebra\"]}\n");
        mistake("q.jsonl, query 1: ", "evaluate", space(), "--queries", queries.toString());
        Files.writeString(queries, "{\"query\": \"graphs\"}\n");
        mistake("'relevant' names no point", "evaluate", space(), "--queries", queries.toString());
        Files.writeString(queries, "graphs\n");
        mistake("is no JSON", "evaluate", space(), "--queries", queries.toString());
    }
}
