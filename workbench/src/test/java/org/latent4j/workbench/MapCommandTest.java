package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.SeededRandom;

class MapCommandTest {
    private static final Pattern PINNED = Pattern.compile(
            "\\{\"trustworthiness\":[-0-9.E]+,\"continuity\":[-0-9.E]+,\"neighbours_kept\":[-0-9.E]+,\"kl\":(null|[-0-9.E]+),\"seconds\":[-0-9.E]+}\\R");

    @TempDir
    Path folder;

    private Path points(int count, int width) throws IOException {
        SeededRandom random = new SeededRandom(1, 0);
        StringBuilder csv = new StringBuilder("name,kind");
        for (int c = 0; c < width; c++) {
            csv.append(",x").append(c);
        }
        csv.append('\n');
        for (int i = 0; i < count; i++) {
            csv.append("p").append(i).append(i % 2 == 0 ? ",even <&>" : ",odd");
            for (int c = 0; c < width; c++) {
                csv.append(',').append(random.at((long) i * width + c) + (i % 2 == 0 && c == 0 ? 5 : 0));
            }
            csv.append('\n');
        }
        return Files.writeString(folder.resolve("points.csv"), csv);
    }

    private static Ran run(Object... arguments) {
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return Ran.command(new MapCommand(), texts);
    }

    @Test
    void everyMethodAnswersWithThePinnedMembers() throws IOException {
        Path points = points(60, 4);
        for (String method : new String[]{"pca", "tsne", "umap", "diffusion"}) {
            for (String metric : new String[]{"euclidean", "cosine"}) {
                Ran ran = run(points, "--method", method, "--metric", metric, "--dims", "2", "--seed", "1", "--threads", "2", "--json",
                        "--out",
                        folder.resolve(method + ".npy"));
                assertThat(ran.out()).matches(PINNED);
                assertThat(Files.size(folder.resolve(method + ".npy"))).isEqualTo(128 + 60 * 2 * 4);
            }
        }
    }

    @Test
    void writesEveryFormatTheSameOnAnyThreads() throws IOException {
        Path points = points(50, 3);
        for (int threads = 1; threads <= 2; threads++) {
            Path to = Files.createDirectory(folder.resolve("t" + threads));
            Ran ran = run(points, "--epochs", 30, "--dims", 3, "--threads", threads, "--colour", "kind", "-o", to.resolve("m.html"),
                    "-o", to.resolve("m.png"), "-o", to.resolve("m.svg"), "-o", to.resolve("m.csv"), "-o", to.resolve("m.npy"), "-o",
                    to.resolve("m.json"));
            assertThat(ran.code()).as(ran.err()).isZero();
            assertThat(ran.out()).contains("trustworthiness", "neighbours kept");
        }
        for (String name : new String[]{"m.csv", "m.npy", "m.svg"}) {
            assertThat(folder.resolve("t2").resolve(name)).hasSameBinaryContentAs(folder.resolve("t1").resolve(name));
        }
        assertThat(ImageIO.read(folder.resolve("t1/m.png").toFile()).getWidth()).isGreaterThan(1000);
        assertThat(folder.resolve("t1/m.svg")).content().contains(">even &lt;&amp;&gt;<").doesNotContain("<&>");
        assertThat(Files.readAllLines(folder.resolve("t1/m.csv"))).hasSize(51).first().isEqualTo("name,x,y,z,kind");
        assertThat(folder.resolve("t1/m.json")).content().contains("\"name\":\"p0\"", "\"kind\":\"odd\"");
    }

    @Test
    void optionsOfTheMethodsWork() throws IOException {
        Path points = points(40, 3);
        assertThat(run(points, "--neighbours", 5, "--min-dist", 0.3, "--epochs", 20, "--densmap", "--supervised", "kind", "--json").out())
                .matches(PINNED);
        Ran much = run(points, "--method", "tsne", "--perplexity", 50, "--epochs", 10, "--json");
        assertThat(much.out()).matches(PINNED);
        assertThat(much.err()).contains("perplexity of 50 is too much for 40 points");
    }

    @Test
    void otherPointsArePlacedInAMapThatWasSaved() throws IOException {
        Path points = points(60, 4);
        Path file = folder.resolve("map.safetensors");
        for (String method : new String[]{"pca", "tsne", "umap", "diffusion"}) {
            Ran saved = run(points, "--method", method, "--save", file, "--out", folder.resolve("fitted.csv"));
            assertThat(saved.code()).as(saved.err()).isZero();
            assertThat(saved.err()).contains("--fitted places other points in it");
            Ran placed = run(points, "--fitted", file, "--out", folder.resolve("placed.csv"), "--json");
            assertThat(placed.out()).matches(PINNED);
            assertThat(Files.readAllLines(folder.resolve("placed.csv"))).hasSize(61);
        }
        Path one = Files.writeString(folder.resolve("one.csv"), "name,x0,x1,x2,x3\nnew,5,0.5,0.5,0.5\n");
        assertThat(run(one, "--fitted", file, "--json", "--out", folder.resolve("one.html")).out()).startsWith("{\"trustworthiness\":null");
        assertThat(run(points, "--fitted", file, "--method", "umap").mistake()).contains("--method and --fitted don't go together");
        assertThat(run(points, "--fitted", points).mistake()).contains("points.csv");
        assertThat(run(points(10, 3), "--fitted", file).mistake()).contains("3 wide and the points 4");
    }

    @Test
    void aMapOfOneSiteTakesNoStatesOfAnother() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.txt"), "one\ntwo\nthree\nfour\nfive\n");
        Path model = TinyModel.withByteTokenizer(folder);
        Path file = folder.resolve("map.safetensors");
        Ran saved = run("--model", model, "--texts", texts, "--site", "resid_post.0", "--method", "pca", "--save", file);
        assertThat(saved.code()).as(saved.err()).isZero();
        assertThat(run("--model", model, "--texts", texts, "--site", "resid_post.0", "--fitted", file, "--json").out()).matches(PINNED);
        assertThat(run("--model", model, "--texts", texts, "--site", "resid_post.1", "--fitted", file).mistake())
                .contains("map.safetensors was fitted to", "resid_post.0", "resid_post.1");
        assertThat(run("--model", model, "--texts", texts, "--layers", "all", "--save", file).mistake()).contains("for one map");
    }

    @Test
    void layersAreDrawnSideBySideUnderOneHeading() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.tsv"), "text\tkind\none\ta\ntwo\ta\nthree\tb\nfour\tb\nfive\tb\n");
        Path svg = folder.resolve("layers.svg");
        Path page = folder.resolve("layers.html");
        Ran ran = run("--model", TinyModel.withByteTokenizer(folder), "--texts", texts, "--layers", "0,1", "--method", "pca", "--colour",
                "kind", "--out", svg, "--out", page, "--json");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("\"site\":\"resid_post.0\"", "\"site\":\"resid_post.1\"");
        assertThat(svg).content().contains(", 2 layers: 5 points", "resid_post.0", "resid_post.1").doesNotContain("resid_post.0: 5 points");
        assertThat(page).content().contains(", 2 layers: 5 points").doesNotContain("outlier_score"); // of which layer would it be?
    }

    @Test
    void mistakesAreToldInOneLine() throws IOException {
        Path points = points(10, 2);
        assertThat(run(points, "--out", folder.resolve("map.gif")).mistake()).contains("must end in .html");
        assertThat(run(points, "--out", folder.resolve("none/map.png")).mistake()).contains("there is no folder");
        assertThat(run(points, "--colour", "nothing").mistake()).contains("no column 'nothing'", "kind");
        assertThat(run(points, "--method", "pca", "--perplexity", 5).mistake()).contains("--perplexity goes with --method tsne");
        assertThat(run(points, "--dims", 4).mistake()).contains("2 or 3 dimensions");
        assertThat(run(points, "--threads", 0).mistake()).contains("1 to 1024");
        assertThat(run().mistake()).contains("nothing to map");
        assertThat(run("--model", "tiny").mistake()).contains("--texts FILE");
        assertThat(run(points(1, 2)).mistake()).contains("at least 2 are needed");
    }

    @Test
    void aMapIsColouredByClustersAndByScores() throws IOException {
        Path points = points(60, 4);
        Path csv = folder.resolve("m.csv");
        Path page = folder.resolve("m.html");
        assertThat(run(points, "--method", "pca", "--metric", "euclidean", "--colour", "cluster", "--out", csv, "--out", page).code())
                .isZero();
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.getFirst()).isEqualTo("name,x,y,kind,cluster");
        String even = lines.get(1).substring(lines.get(1).lastIndexOf(','));
        for (int i = 1; i <= 60; i++) { // heaps five apart
            assertThat(lines.get(i).endsWith(even)).as(lines.get(i)).isEqualTo(lines.get(i).contains("even"));
        }
        assertThat(Files.readString(page)).contains("\"cluster\"", "\"outlier_score\"");
        assertThat(run(points, "--method", "pca", "--metric", "euclidean", "--colour", "outlier_score", "--out", csv).code()).isZero();
        StringWriter scores = new StringWriter();
        Latent.run(new PrintWriter(scores), new PrintWriter(new StringWriter()), "outliers", points.toString(), "--json");
        JsonNode expected = new ObjectMapper().readTree(scores.toString()).path("scores");
        lines = Files.readAllLines(csv);
        for (int i = 0; i < 60; i++) {
            assertThat(Double.parseDouble(lines.get(i + 1).substring(lines.get(i + 1).lastIndexOf(',') + 1)))
                    .isCloseTo(expected.get(i).asDouble(Double.NaN), within(1e-6));
        }
        assertThat(run(points, "--colour", "clusters").mistake()).contains("there are kind, and cluster and outlier_score");
    }

    @Test
    void waysLeadThroughTheCloud() throws IOException {
        StringBuilder arc = new StringBuilder("name,x,y\n");
        for (int i = 0; i <= 20; i++) {
            arc.append("p%d,%s,%s%n".formatted(i, Math.cos(Math.PI * i / 20), Math.sin(Math.PI * i / 20)));
        }
        Path points = Files.writeString(folder.resolve("arc.csv"), arc);
        Ran ran = Ran.command(new ManifoldCommand(), points.toString(), "--from", "p0", "--to", "p20", "-k", "2", "--json", "--out",
                folder.resolve("iso.npy").toString());
        assertThat(ran.out()).contains("\"straight\":2.0", "\"geodesic\":3.1", "\"name\":\"p10\"");
        assertThat(folder.resolve("iso.npy")).exists();
        assertThat(Ran.command(new ManifoldCommand(), points.toString(), "--from", "p0").mistake()).contains("both --from and --to");
        assertThat(Ran.command(new ManifoldCommand(), points.toString(), "--from", "p0", "--to", "q").mistake()).contains("no point 'q'");
    }
}
