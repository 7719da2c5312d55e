package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outlier scores beside PyOD's, by the area under the ROC curve, on sets of ADBench: two small ones, or all with
 * {@code -Dlatent.anomaly=all}.
 */
class OutlierCurvesTest {
    private static final List<String> QUICK = List.of("4_breastw.npz", "6_cardio.npz");
    private static final Map<String, String> METHODS = Map.of("knn", "knn_5_largest", "lof", "lof_20", "ecod", "ecod", "mahalanobis",
            "mahalanobis_ledoit_wolf", "iforest", "iforest_100");
    private static final int SEEDS = 10;

    static Stream<Arguments> curves() throws IOException {
        Path file = shared("auroc.expected.json");
        assumeTrue(Files.exists(file), "no data at " + file);
        boolean all = "all".equals(System.getProperty("latent.anomaly"));
        List<Arguments> curves = new ArrayList<>();
        for (Map.Entry<String, JsonNode> set : new ObjectMapper().readTree(file.toFile()).properties()) {
            if (all || QUICK.contains(set.getKey())) {
                METHODS.forEach((method, name) -> curves
                        .add(Arguments.of(set.getKey(), method, set.getValue().path("auroc").path(name).asDouble(-1))));
            }
        }
        return curves.stream();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void curvesAreThoseOfPyOd(String set, String method, double expected) {
        boolean drawn = method.equals("iforest");
        double found = IntStream.rangeClosed(1, drawn ? SEEDS : 1).mapToDouble(seed -> auroc(set, method, seed)).average().orElseThrow();
        assertThat(found).isCloseTo(expected, within(drawn ? 0.03 : 0.01));
    }

    private static double auroc(String set, String method, int seed) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Latent.run(new PrintWriter(out), new PrintWriter(err, true), "outliers", shared(set).toString(), "--labels", "y",
                "--standardise", "--method", method, "--seed", Integer.toString(seed), "--json");
        assertThat(exit).as(err.toString()).isZero();
        try {
            return new ObjectMapper().readTree(out.toString()).path("auroc").asDouble(Double.NaN);
        } catch (IOException e) {
            throw new AssertionError(out.toString(), e);
        }
    }

    /** A file of the data beside the repository, wherever the test runs. */
    private static Path shared(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("shared/data/anomaly").resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        return Path.of("../shared/data/anomaly").resolve(name);
    }
}
