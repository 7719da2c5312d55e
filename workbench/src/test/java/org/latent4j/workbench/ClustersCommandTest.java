package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at a space as a whole, through the command line. */
class ClustersCommandTest {
    @TempDir
    Path folder;

    /** Two heaps and one stray point. */
    private String points() throws IOException {
        StringBuilder csv = new StringBuilder("name,x,y,odd\n");
        for (int i = 0; i < 40; i++) {
            csv.append("p").append(i).append(',').append(i % 2 * 10 + Math.sin(i)).append(',').append(Math.cos(3 * i)).append(",0\n");
        }
        return Files.writeString(folder.resolve("points.csv"), csv.append("stray,100,100,1\n")).toString();
    }

    private static String run(int exit, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Latent.run(new PrintWriter(out), new PrintWriter(err, true), arguments)).as(err.toString()).isEqualTo(exit);
        return exit == 0 ? out.toString() : err.toString();
    }

    private static double number(String json, String name) {
        Matcher matcher = Pattern.compile('"' + name + "\":(-?[0-9.E-]+)").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void answersHaveThePinnedFields() throws IOException {
        String points = points();
        String kmeans = run(0, "clusters", points, "--labels", "odd", "--method", "kmeans", "-k", "3", "--json", "--seed", "1", "--threads",
                "2");
        assertThat(kmeans).startsWith("{\"labels\":[").contains("\"inertia\":", "\"silhouette\":", "\"probabilities\":null");
        String hdbscan = run(0, "clusters", points, "--labels", "odd", "--method", "hdbscan", "--min-cluster-size", "10", "--min-samples",
                "5", "--metric",
                "euclidean", "--json");
        assertThat(hdbscan).contains(",-1],", "\"probabilities\":[", "\"clusters\":2");
        assertThat(number(run(0, "outliers", points, "--labels", "odd", "--method", "knn", "-k", "5", "--standardise", "--json"), "auroc"))
                .isEqualTo(1);
        assertThat(run(0, "describe", points, "--labels", "odd", "--json")).startsWith("{\"points\":41,\"width\":2,")
                .contains("\"dimension\":{\"twonn\":");
        assertThat(number(run(0, "compare", points, points, "--labels", "odd", "--json"), "linear_cka_unbiased")).isCloseTo(1,
                within(1e-9));
    }

    @Test
    void whatIsTheSameHasNotMoved() throws IOException {
        String points = points();
        assertThat(run(0, "compare", points, points, "--labels", "odd")).contains("Nothing moved").doesNotContain("times as far");
    }

    @Test
    void clustersAreNamedByWordsThatTheOthersHaveNot() throws IOException {
        StringBuilder csv = new StringBuilder("name,x,y\n");
        for (int i = 0; i < 24; i++) {
            String text = (i % 2 == 0 ? "editor with colours, number " : "compiler for languages, number ") + i
                    + (i % 3 == 0 ? " with" : "");
            csv.append('"').append(text).append("\",").append(i % 2 * 10 + Math.sin(i)).append(',').append(Math.cos(3 * i)).append('\n');
        }
        String told = run(0, "clusters", Files.writeString(folder.resolve("texts.csv"), csv).toString(), "-k", "2");
        assertThat(told).contains("12 points   colours, editor, with", "12 points   compiler, for, languages").doesNotContain("number,");
        String one = run(0, "clusters", folder.resolve("texts.csv").toString(), "-k", "1");
        assertThat(one).contains("one cluster", "24 points").doesNotContain("24 points  "); // nothing to tell it from
    }

    @Test
    void clustersAreSavedAndApplied() throws IOException {
        String points = points();
        String file = folder.resolve("fitted.safetensors").toString();
        for (String method : new String[]{"kmeans", "hdbscan"}) {
            run(0, "clusters", points, "--labels", "odd", "--method", method, "-k", "2", "--save", file);
            assertThat(run(0, "clusters", points, "--labels", "odd", "--fitted", file, "--json")).startsWith("{\"labels\":[");
        }
        assertThat(run(2, "clusters", points, "--fitted", points)).startsWith("latent: ");
    }

    @Test
    void whatCannotBeIsToldInOneLine() throws IOException {
        String points = points();
        assertThat(run(2, "clusters", points, "-k", "100")).contains("100 clusters of 41 points");
        assertThat(run(2, "outliers", points, "-k", "41")).contains("ask for 1 to 40");
        assertThat(run(2, "clusters")).contains("which space?");
        assertThat(run(2, "describe", points, "--threads", "0")).contains("--threads takes 1 to 1024");
    }
}
